"""The built-in recovery strategies, one class each."""

from AIGCLibrary.recovery.strategies.files import RaiseMaxSize, ReDownload, RelaxRule, ValidatePartial
from AIGCLibrary.recovery.strategies.locators import NarrowLocator, SuggestLocator, SuggestTestId
from AIGCLibrary.recovery.strategies.names import CorrectName
from AIGCLibrary.recovery.strategies.objectives import WorstSamples
from AIGCLibrary.recovery.strategies.overlay import WaitForOverlay
from AIGCLibrary.recovery.strategies.requests import WaitAndRetry
from AIGCLibrary.recovery.strategies.tasks import ExtendTimeout, NameState, SplitTask
from AIGCLibrary.recovery.strategies.text import TryAlternativeText
from AIGCLibrary.recovery.strategy import RecoveryStrategy

BUILT_IN: tuple[type[RecoveryStrategy], ...] = (
    SuggestTestId,
    SuggestLocator,
    NarrowLocator,
    TryAlternativeText,
    CorrectName,
    WaitForOverlay,
    ExtendTimeout,
    SplitTask,
    NameState,
    ReDownload,
    ValidatePartial,
    RelaxRule,
    RaiseMaxSize,
    WaitAndRetry,
    WorstSamples,
)

__all__ = ["BUILT_IN"]
