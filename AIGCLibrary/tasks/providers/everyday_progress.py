"""Finds progress, and what is missing from a result, in the answers of everyday task APIs."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.tasks.providers.envelopes import PREFIXES, fold_name, folded, opened, parts
from AIGCLibrary.tasks.providers.everyday import state
from AIGCLibrary.tasks.providers.everyday_files import files
from AIGCLibrary.tasks.providers.everyday_reasons import reason, result

_NAMES = ("progress", "taskprogress", "jobprogress", "progressrate", "completion", "fraction")
_PERCENT = re.compile(
    rf"({'|'.join(PREFIXES)})?(progress|complet(e|ed|ion)|done|finish(ed)?)?(percent(age)?|pct)"
    r"(complet(e|ed|ion)|done|finished|progress)?"
)
"""Names of progress in percent, folded."""
_DETAILS = ("progress", "taskprogress", "result", "meta", "metadata", "info", "detail", "details", "metrics")
"""Objects that a product may hold its progress in."""
_DONE = (
    "current", "completed", "done", "finished", "step", "value", "processed", "succeeded", "currentstep",
    "completedsteps", "currentframe", "completedframes", "processedframes",
)  # fmt: skip
_TOTAL = ("total", "totalsteps", "steps", "max", "count", "all", "maxsteps", "totalframes", "of")
_TEXTS = ("progresstext", "progressmsg", "progressmessage", "progressinfo", "progressdesc", "progressstr", "process")
_SHARE = re.compile(
    r"(?:(?:steps?|frames?|images?|第|已完成)\s*:?)?\s*(\d+(?:\.\d+)?)\s*(?:/|of)\s*(\d+(?:\.\d+)?)\s*"
    r"(?:steps?|frames?|images?|步|帧|张)?",
    re.IGNORECASE,
)
_POSITIONS = (
    "queueposition", "positioninqueue", "queuepos", "queueindex", "queuerank", "queuenum", "queueno", "queueahead",
    "queuingnum", "queueingnum", "lastqueueremaining", "queueremaining", "precedingtasks", "tasksahead",
    "position", "rank", "ahead", "前方人数", "前面人数",
)  # fmt: skip
_OF_QUEUE = re.compile(
    r"(queue?ing|queue|wait(ing)?)(position|pos|index|rank|num(ber)?|no|ahead|remaining)|wait(ing)?count"
    r"|(task|job|request|user|order|num|count|people)s?ahead|ahead(ofyou|ofme|count|num)"
)
"""Names that say by themselves that a place in a queue is meant, wherever they are: `jobsAhead`, `waitCount`."""
_QUEUES = ("queue", "queueinfo", "queuestatus", "queuestate")
_AHEAD = re.compile(
    r"前面?(?:还|仍)?有\s{0,9}(\d{1,9})\s{0,9}(?:个|人|位|名|项|条|任务)"
    r"|(?<!\d)(\d{1,9}) (?:jobs?|tasks?|people|users?|requests?) ahead"
    r"|(?:position|place) in (?:the )?queue\W{0,3}(\d{1,9})(?!\d)",
    re.IGNORECASE,
)
_SAYINGS = ("message", "msg", "statusmsg", "statusmessage", "description", "desc", "detail", "info")
_PERCENTS = re.compile(r"(?<!\d)(\d{1,9}(?:\.\d{1,20})?)\s{0,9}[%\uff05]")
_LONGEST_SHARE = 80
"""Characters of `step 3 of 7`; what is longer is something else."""
_FAILED_COUNTS = ("failcount", "failedcount", "failurecount", "failnum", "failednum", "errorcount", "failed")
_WITH_ERRORS = re.compile(r"with.?(errors?|failures?|issues?|problems?)$", re.IGNORECASE)
_WITHHELD = re.compile(r"nsfw|blocked|filtered|moderated|rejected|flagged|failed")
_COUNTERS = ("taskmetrics", "metrics", "counts", "statistics", "stats", "requestcounts", "summary")


def progress(body: Any) -> float | str | None:
    """Return the progress as a number, or as a text with `%` where the product means percent."""
    for part in parts(body):
        for some in _places(part):
            found = _progress(some)
            if found is not None:
                return found
    return None


def _places(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield part
    inner = (opened(part.get(name)) for name in _DETAILS)
    yield from (folded(inner_part) for inner_part in inner if isinstance(inner_part, dict))


def _progress(part: Mapping[str, Any]) -> float | str | None:
    for name in filter(_PERCENT.fullmatch, part):
        value = _number(part[name])
        if value is not None:
            return value if 0 < value < 1 else f"{value:g}%"
        if isinstance(part.get(name), str):
            return _text(part[name])
    for name in (*_NAMES, *(prefix + "progress" for prefix in PREFIXES)):
        value = part.get(name)
        if isinstance(value, str) and (said := _text(value)) is not None:
            return said
        if (number := _number(value)) is not None:
            return number
    for value in map(part.get, _TEXTS):
        if isinstance(value, str) and (said := _text(value)) is not None:
            return said
    done, total = (next((_number(part[name]) for name in names if name in part), None) for names in (_DONE, _TOTAL))
    return min(done / total, 1.0) if done is not None and total else None


def position(body: Any) -> int | None:
    """Return the place in the queue: a number under one of its names, or in what the product says."""
    for part in parts(body):
        queues = (folded(queue) if isinstance(queue, dict) else {"position": queue} for queue in map(part.get, _QUEUES))
        named = ((some, _POSITIONS) for some in (part, *queues))
        elsewhere = ((some, filter(_OF_QUEUE.fullmatch, some)) for some in _places(part))
        for some, names in (*named, *elsewhere):
            numbers = (_number(some.get(name)) for name in names)
            found = next(
                (number for number in numbers if number is not None and number >= 0 and number.is_integer()), None
            )
            if found is not None:
                return int(found)
        said = (_AHEAD.search(saying) for saying in map(part.get, _SAYINGS) if isinstance(saying, str))
        words = next((match for match in said if match), None)
        if words is not None:
            return int(next(number for number in words.groups() if number))
    return None


def _text(value: str) -> float | str | None:
    if found := _PERCENTS.search(value):
        return f"{found[1]}%"
    share = value.strip() if len(value) <= _LONGEST_SHARE else ""
    if (found := _SHARE.fullmatch(share)) and float(found[2]):
        return float(found[1]) / float(found[2])
    return None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def partial(body: Any) -> str | None:
    """Return what is missing from a result that is there in part; None where all of it is there, or nothing."""
    word = state(body) or ""
    if word.casefold().startswith(("partial", "部分")) or _WITH_ERRORS.search(word):
        return _sentence(reason(body)) or word
    for part in parts(body):
        failed = [item for value in part.values() for item in _failed_items(opened(value))]
        if failed:
            said = next((_sentence(said) for item in failed if (said := reason(item)) is not None), "")
            flags = f" ({flag})" if (flag := next(filter(None, map(_withheld, failed)), None)) else ""
            return said or f"{len(failed)} failed{flags}"
        count = next((count for some in (part, *_counters(part)) for count in _counts(some)), 0)
        if count and (files(body) or result(body)):
            return _sentence(reason(body)) or f"{count} failed"
    return None


def _failed_items(value: Any, depth: int = 0) -> list[Any]:
    """Return the items of a list that failed, where others hold a file."""
    if isinstance(value, dict) and depth < 2:
        return next((found for member in value.values() if (found := _failed_items(opened(member), depth + 1))), [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return []
    whole = [item for item in value if files({"result": item})]
    failed = [item for item in value if item not in whole and (reason(item) is not None or _withheld(item))]
    return failed if whole else []


def _withheld(item: Mapping[str, Any]) -> str | None:
    """Return the flag that says why an item holds no file: `{"url": null, "nsfw": true}`."""
    return next(
        (name for name, value in item.items() if value is True and _WITHHELD.search(fold_name(str(name)))), None
    )


def _counters(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [folded(counter) for counter in map(part.get, _COUNTERS) if isinstance(counter, dict)]


def _counts(part: Mapping[str, Any]) -> list[int]:
    found = (part.get(name) for name in _FAILED_COUNTS)
    return [count for count in found if isinstance(count, int) and not isinstance(count, bool) and count > 0]


def _sentence(said: Any) -> str:
    return said if isinstance(said, str) else ""
