"""From evidence to cause: facts of our own errors first, then what the message says."""

import re
from dataclasses import replace
from typing import Any

from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Cause
from AIGCLibrary.recovery.table import MessageRule, Table

_URL = re.compile(r"https?://[^\s'\"<>)]+")
_POOL = re.compile(r"(?P<scheme>HTTPS?)ConnectionPool\(host='(?P<host>[^']+)', port=(?P<port>\d+)\)")
_PREFIX = re.compile(
    r"^(?:Parent suite (?:setup|teardown) failed|(?:Suite |Test |Task )?(?:setup|teardown|Setup|Teardown) failed|"
    r"Also parent suite teardown failed|Also teardown failed|Execution terminated by signal):\s*",
    re.MULTILINE,
)
_SEVERAL = re.compile(r"^Several failures occurred:\s*", re.MULTILINE)
_NUMBERED = re.compile(r"^\d+\) ", re.MULTILINE)
_NAMED = re.compile(r"'[^'\n]*'|(?<![^\s'])[^\s/']*+/\S*")
_RETRIED = re.compile(r"^Keyword '(?P<name>.+?)' failed after retrying (?P<times>.+?)\. The last error was: ")

_TASK_CLASSES = {
    "bad_input": Cause.TASK_BAD_INPUT,
    "quota": Cause.TASK_QUOTA,
    "moderation": Cause.TASK_MODERATION,
    "content_policy": Cause.TASK_MODERATION,
    "internal": Cause.TASK_INTERNAL,
    "unauthorized": Cause.API_UNAUTHORIZED,
}
LOST = 2
"""Questions in a row without an answer after which the last state seen explains nothing."""
UNUSABLE = "AIGC105"
PROVIDER_TROUBLE = "AIGC207"
NOT_FOUND, CAME_LATE = "not_found", "came_late"
"""Texts for a selector that matched nothing, and for one that matches something by now."""
DOWNLOAD_FAILED = "AIGC310"
_TASK_ENDS = {
    "stalled": Cause.TASK_STALLED,
    "vanished": Cause.TASK_VANISHED,
    "cancelled": Cause.TASK_CANCELLED,
    "queued": Cause.TASK_QUEUED,
}
_API_CLASSES = {
    "bad_input": Cause.API_BAD_INPUT,
    "unauthorized": Cause.API_UNAUTHORIZED,
    "forbidden": Cause.API_UNAUTHORIZED,
    "not_found": Cause.API_NOT_FOUND,
    "conflict": Cause.API_CONFLICT,
    "rate_limited": Cause.API_RATE_LIMITED,
    "busy": Cause.API_RATE_LIMITED,
    "quota": Cause.TASK_QUOTA,
    "internal": Cause.API_SERVER,
    "unreachable": Cause.API_UNREACHABLE,
    "outage": Cause.API_UNREACHABLE,
}


class Triage:
    """Finds the cause of a failure.

    Args:
        table: Its message rules are used for failures that only left a text.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def judge(self, failure: Failure) -> Failure:
        """Return the failure with its cause, and with the facts that the message holds."""
        if failure.code == UNUSABLE:  # found, but in the way of something: the call log in its message says of what
            return self._of_message(failure)
        finder = getattr(self, f"_{failure.family}", None)
        # A word that the description lacks may mean anything: that nothing moves says little then.
        unknown = Cause.TASK_UNKNOWN_STATE if failure.fact("unknown_state") else None
        cause = (
            unknown
            or _answered(failure)
            or self._table.codes.get(failure.code)
            or (finder(failure) if finder else None)
        )
        cause = cause or _FAMILY_CAUSES.get(failure.family)
        if cause is not None:
            return _with_address(replace(failure, cause=cause))
        return self._of_message(failure)

    def rule(self, message: str, keyword: str = "") -> tuple[MessageRule, re.Match[str]] | None:
        """Return the rule that explains a message of a keyword, and its match."""
        for rule in self._table.rules:
            found = rule.matches(message) if rule.holds_for(keyword) else []
            if found:
                return self._last_of_group(rule.group, message) if rule.group else (rule, found[0])
        return None

    def _of_message(self, failure: Failure) -> Failure:
        message, facts = failure.message, dict(failure.facts)
        retried = _RETRIED.match(message)
        if retried:
            facts |= {"retried": retried["times"], "keyword": retried["name"]}
            message = message[retried.end() :]
        url = _URL.search(message)
        pool = _POOL.search(message)
        if url:
            facts.setdefault("url", url.group().rstrip(".,"))
        elif pool:
            facts.setdefault("url", f"{pool['scheme'].lower()}://{pool['host']}:{pool['port']}")
        found = self.rule(message, failure.keyword)
        if found is None:
            return replace(failure, facts=facts)
        rule, match = found
        if failure.fact("there_now") and rule.advice == NOT_FOUND:
            rule = replace(rule, cause=Cause.TIMING, advice=CAME_LATE)
        facts |= {name: value for name, value in match.groupdict().items() if value is not None}
        return replace(failure, cause=rule.cause, facts={**facts, "rule": rule})

    def _last_of_group(self, group: str | None, message: str) -> tuple[MessageRule, re.Match[str]]:
        found = [
            (matches[-1].end(), rule, matches[-1])
            for rule in self._table.rules
            if rule.group == group and (matches := rule.matches(message))
        ]
        _, rule, match = max(found, key=lambda entry: entry[0])
        return rule, match

    def _target(self, failure: Failure) -> Cause | None:
        said = " ".join(str(failure.fact(name) or "") for name in ("outcome", "reason", "problem")).lower()
        # Names and addresses are the tester's: a page called overlay.html covers nothing.
        line = _ASKED.sub(" ", failure.first_line)
        line = _NAMED.sub(" ", line.replace(str(failure.fact("page") or "\0"), " "))
        for text in (said, f"{said} {line.lower()}"):  # what the error says of itself, before how it is worded
            for words, cause in _TARGET_WORDS:
                if any(word in text for word in words):
                    return cause
        return Cause.LOCATOR_LOST

    @staticmethod
    def _task(failure: Failure) -> Cause | None:
        outcome = str(failure.fact("outcome") or "").lower()
        state = str(failure.fact("state") or "").lower()
        error_class = str(failure.fact("error_class", "class") or "").lower()
        named = _API_CLASSES.get(error_class)
        said = _API_CLASSES.get(str(failure.fact("answered") or ""))  # in HTTP 200
        if (failure.number("failed_polls") or 0) >= LOST and error_class in ("", "outage"):
            # Its last questions got no answer: that decides, whatever state was seen before.
            answered = None if failure.fact("problem") else _status_cause(failure.number("http_status"))
            return answered or said or Cause.API_UNREACHABLE
        unsent = failure.fact("phase") == "prepare"  # its state says nothing
        if failure.code == PROVIDER_TROUBLE and (named or unsent or failure.number("http_status")):
            return named or _status_cause(failure.number("http_status"))
        if "stalled" in failure.first_line.lower() or (state == "processing" and failure.standing_still):
            outcome = "stalled"
        if "failed" in (state, outcome):
            return said or _TASK_CLASSES.get(error_class, Cause.TASK_FAILED)
        ended = _TASK_ENDS.get(outcome) or _TASK_ENDS.get(state)
        if ended is Cause.TASK_QUEUED and failure.fact("unreadable"):
            ended = None  # nobody knows whether it waits: no state was ever read
        if ended is not None:
            return ended
        if state or outcome == "timeout" or failure.number("timeout") is not None:
            return Cause.TASK_TIMEOUT
        return _TASK_CLASSES.get(error_class) or _status_cause(failure.number("status", "http_status"))

    @staticmethod
    def _file(failure: Failure) -> Cause | None:
        """Let the worst finding decide: a broken file breaks rules too, the break is the cause."""
        findings = failure.fact("findings") or ()
        causes = {
            finding_cause(finding)
            for finding in findings
            if isinstance(finding, dict) and finding.get("severity") != "warning"
        }
        if causes:
            return next(cause for cause in _WORST_FIRST if cause in causes)
        return _status_cause(failure.number("status", "http_status")) or _word_cause(failure.message)

    @staticmethod
    def _api(failure: Failure) -> Cause | None:
        named = _API_CLASSES.get(str(failure.fact("class", "error_class") or "").lower())
        return named or _status_cause(failure.number("status", "http_status"))

    _data = _api

    @staticmethod
    def _slo(failure: Failure) -> Cause | None:
        if failure.code.startswith("AIGC50"):
            return Cause.CONFIG  # the store, the dashboard, a channel: no objective was judged
        return Cause.TEST_DEFECT if failure.message.startswith("There is no ") else None


_FAMILY_CAUSES = {
    "config": Cause.CONFIG,
    "target": Cause.LOCATOR_LOST,
    "api": Cause.API_BAD_INPUT,
    "data": Cause.DATA,
    "slo": Cause.SLO,
    "plugin": Cause.PLUGIN,
}
_ASKED = re.compile(r"\(asked: \w+\)|though it should be \w+")
"""What was asked of a target, which says nothing about what it is."""
_TARGET_WORDS: tuple[tuple[tuple[str, ...], Cause], ...] = (
    (("conflict",), Cause.LOCATOR_CONFLICT),
    (("still there",), Cause.TIMING),
    (("ambiguous", "not unique", "matches more than one", " visible matches"), Cause.LOCATOR_AMBIGUOUS),
    (("covered", "intercept", "overlay"), Cause.LOCATOR_COVERED),
    (("disabled", "not enabled"), Cause.LOCATOR_DISABLED),
    (("not found", "missing", "no tier", "none of", "found nothing", "gone"), Cause.LOCATOR_LOST),
    (("hidden", "not visible", "invisible"), Cause.LOCATOR_HIDDEN),
)

_FILE_WORDS: tuple[tuple[str, Cause], ...] = (
    (r"label|aigc|c2pa|gb[ _]?45438|标识", Cause.FILE_LABEL),
    (r"slip|traversal|travers|unsafe|bomb|symlink|escape|outside|encrypted|absolute|ratio", Cause.FILE_UNSAFE),
    (r"max_size|too large|too big|size_limit|larger than", Cause.FILE_TOO_LARGE),
    (r"truncat|incomplete|short|unexpected end|cut off|content.length|ended after|missing bytes", Cause.FILE_TRUNCATED),
    (r"\btype\b|media_type|mime|signature|extension|magic|not an? [a-z0-9/]+ file", Cause.FILE_TYPE),
    (
        r"corrupt|damage|integrity|checksum|sha256|crc|hash|decod|pars|structure|broken|invalid data|malformed",
        Cause.FILE_CORRUPTED,
    ),
)
_KINDS = {
    "too_large": Cause.FILE_TOO_LARGE,
    "unsafe": Cause.FILE_UNSAFE,
    "encrypted": Cause.FILE_UNSAFE,
    "type": Cause.FILE_TYPE,
    "truncated": Cause.FILE_TRUNCATED,
    "corrupt": Cause.FILE_CORRUPTED,
    "hash": Cause.FILE_CORRUPTED,
    "label_missing": Cause.FILE_LABEL,
    "label_invalid": Cause.FILE_LABEL,
    "quality": Cause.FILE_RULE,
    "rule": Cause.FILE_RULE,
}
_WORST_FIRST = (
    Cause.FILE_UNSAFE,
    Cause.FILE_TRUNCATED,
    Cause.FILE_CORRUPTED,
    Cause.FILE_TOO_LARGE,
    Cause.FILE_TYPE,
    Cause.FILE_LABEL,
    Cause.FILE_RULE,
)


def _with_address(failure: Failure) -> Failure:
    """Add the address that the message names, for a product that was not reached."""
    url = _URL.search(failure.message)
    if failure.cause is not Cause.API_UNREACHABLE or failure.fact("url") or not url:
        return failure
    return failure.with_facts(url=url.group().rstrip(".,"))


MANIFEST = "archive.manifest"
"""Beginning of the rules that hold an archive against its own list of files."""


def finding_cause(finding: dict[str, Any]) -> Cause:
    """Describe what one finding is about: by its kind, else by the name of its rule, else by its message."""
    rule = str(finding.get("rule") or "").lower()
    if rule.startswith(MANIFEST) and finding.get("kind") == "hash":
        return Cause.FILE_RULE  # looked at in whole archives only: nothing broke on the way
    kind = _KINDS.get(str(finding.get("kind") or ""))
    if kind is not None:
        return kind
    by_rule = _word_cause(rule)
    if by_rule is not Cause.FILE_RULE:
        return by_rule
    return Cause.FILE_RULE if rule and finding.get("expected") is not None else _word_cause(str(finding.get("message")))


def _word_cause(text: str) -> Cause:
    return next((cause for words, cause in _FILE_WORDS if re.search(words, text, re.IGNORECASE)), Cause.FILE_RULE)


def _answered(failure: Failure) -> Cause | None:
    """Distinguish a download that was answered with an error from one that was not answered."""
    return _status_cause(failure.number("status")) if failure.code == DOWNLOAD_FAILED else None


def _status_cause(status: float | None) -> Cause | None:
    if status is None or status < 400:
        return None
    by_status = {
        401: Cause.API_UNAUTHORIZED,
        403: Cause.API_UNAUTHORIZED,
        404: Cause.API_NOT_FOUND,
        410: Cause.API_NOT_FOUND,
        409: Cause.API_CONFLICT,
        412: Cause.API_CONFLICT,
        429: Cause.API_RATE_LIMITED,
    }
    return by_status.get(int(status), Cause.API_SERVER if status >= 500 else Cause.API_BAD_INPUT)


def parts(message: str) -> list[str]:
    r"""Take a Robot message apart into single failures, without `Setup failed:` and similar prefixes.

    Example:
        ```python
        parts("Setup failed:\nA\n\nAlso teardown failed:\nB") == ["A", "B"]
        ```
    """
    found = []
    for chunk in re.split(r"\n\n(?=Also (?:parent suite )?teardown failed:)", message):
        text = _strip(chunk)
        several = _SEVERAL.match(text)
        pieces = _NUMBERED.split(text[several.end() :]) if several else [text]
        found += [piece.strip() for piece in pieces if piece.strip()]
    return found


def _strip(text: str) -> str:
    previous = None
    while text != previous:
        previous, text = text, _PREFIX.sub("", text.strip(), count=1) if _PREFIX.match(text.strip()) else text.strip()
    return text
