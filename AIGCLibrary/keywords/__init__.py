"""The Robot keywords, one class per noun: each converts, calls a service, asserts, returns.

A new class is added to `COMPONENTS`.
"""

from AIGCLibrary.keywords.component import Component
from AIGCLibrary.keywords.data import DataKeywords
from AIGCLibrary.keywords.files import FileKeywords
from AIGCLibrary.keywords.misbehaviour import MisbehaviourKeywords
from AIGCLibrary.keywords.plugins import PluginKeywords
from AIGCLibrary.keywords.recovery import RecoveryKeywords
from AIGCLibrary.keywords.slo import SLOKeywords
from AIGCLibrary.keywords.target_actions import TargetActionKeywords
from AIGCLibrary.keywords.target_lists import TargetListKeywords
from AIGCLibrary.keywords.targets import TargetKeywords
from AIGCLibrary.keywords.task_facts import TaskFactKeywords
from AIGCLibrary.keywords.task_limits import TaskLimitKeywords
from AIGCLibrary.keywords.task_waits import TaskWaitKeywords
from AIGCLibrary.keywords.tasks import TaskKeywords

__all__ = ["COMPONENTS", "Component"]

COMPONENTS: tuple[type[Component], ...] = (
    DataKeywords,
    FileKeywords,
    MisbehaviourKeywords,
    PluginKeywords,
    RecoveryKeywords,
    SLOKeywords,
    TargetActionKeywords,
    TargetKeywords,
    TargetListKeywords,
    TaskFactKeywords,
    TaskLimitKeywords,
    TaskWaitKeywords,
    TaskKeywords,
)
"""All keyword classes of the library."""
