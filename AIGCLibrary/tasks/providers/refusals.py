"""Decides by the answer to a submission whether it was refused, though it may hold an id: of the request, or none."""

import re
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.tasks.providers import everyday, everyday_reasons
from AIGCLibrary.tasks.providers.busy import is_busy
from AIGCLibrary.tasks.providers.classify import is_negative, tells_taken
from AIGCLibrary.tasks.providers.envelopes import fold, is_fine
from AIGCLibrary.tasks.providers.long_texts import searched
from AIGCLibrary.tasks.providers.reasons import sentence
from AIGCLibrary.tasks.providers.words import everyday_state
from AIGCLibrary.tasks.states import TaskState

_NAMED = (
    r"(model|voice|speaker|template|workflow|avatar|style|lora|deployment|engine|app|application|pipeline|flow|function"
    r"|version|asset|task name)"
)
_ABSENT = re.compile(
    rf"\b{_NAMED}s?\b.{{0,60}}(not (be )?found|not exists?|n't exist)|\b(unknown|no[ _-]such|unsupported) {_NAMED}\b"
    r"|(模型|音色|发音人|模板|工作流|形象|应用|版本|素材).{0,20}(不存在|未找到|找不到|下线|下架)",
    re.IGNORECASE,
)
_OPEN = (TaskState.QUEUED, TaskState.PROCESSING)


def refused(body: Any) -> bool:
    """Return whether an answer to a submission says that it was not taken.

    A state such as "queued" goes before all else; then words and flags of an error, and a code with words that say no.
    """
    word = everyday.state(body)
    if word is not None and not is_fine(word) and everyday_state(fold(word)) in _OPEN:
        return False
    said, code = sentence(everyday_reasons.reason(body)), everyday_reasons.code(body)
    if everyday_reasons.declined(body) and (said or code is not None):
        return True
    return code is not None and not tells_taken(said) and (is_negative(code, said) or is_busy(200, code, said))


def is_about_input(said: str, inputs: Mapping[str, Any]) -> bool:
    """Return whether the words of a 404 are about a thing that the submission names, and not about the address.

    A product that quotes an input understood the request: "Unknown task 'draw'". A router quotes the path instead:
    "Cannot POST /tasks/draw".

    Args:
        said: What the product says.
        inputs: The inputs of the submission.
    """
    words = searched(said)
    values = (value for value in inputs.values() if isinstance(value, str) and len(value) > 1)
    quoted = (re.search(rf"(?<![\w/.%-]){re.escape(value)}(?![\w/-])", words) for value in values)
    return _ABSENT.search(words) is not None or any(quoted)
