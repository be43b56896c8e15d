"""Decides by the answer to a submission whether it was refused, though it may hold an id: of the request, or none."""

from typing import Any

from AIGCLibrary.tasks.providers import everyday
from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import is_negative, tells_taken
from AIGCLibrary.tasks.providers.envelopes import fold, is_fine
from AIGCLibrary.tasks.providers.reasons import sentence
from AIGCLibrary.tasks.providers.words import everyday_state
from AIGCLibrary.tasks.states import TaskState

_OPEN = (TaskState.QUEUED, TaskState.PROCESSING)


def refused(body: Any) -> bool:
    """Return whether an answer to a submission says that it was not taken.

    A state such as "queued" goes before all else; then words and flags of an error, and a code with words that say no.
    """
    word = everyday.state(body)
    if word is not None and not is_fine(word) and everyday_state(fold(word)) in _OPEN:
        return False
    said, code = sentence(everyday.reason(body)), everyday.code(body)
    if everyday.declined(body) and (said or code is not None):
        return True
    return code is not None and not tells_taken(said) and (is_negative(code, said) or is_busy(200, code, said))
