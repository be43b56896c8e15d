"""Whether two requests ask for the same: method, address and body, without what differs from run to run."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from AIGCLibrary.http.redirects import origin
from AIGCLibrary.tape.entry import TapeRequest
from AIGCLibrary.tape.fields import described, fields

WEBHOOK = re.compile(r"https?://[^/\s\"]+(?:/[^/\s\"]+)*/webhook/[\w-]{32}(?![\w-])")
"""Our own address for the news of a task; whether there is one depends on where the product is."""
MADE_UP = re.compile(
    WEBHOOK.pattern + r"|[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
    r"|\d{4}(?:-\d\d-|/\d\d/)\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})"
    r"|(?<![0-9a-zA-Z])(?:[0-9a-f]{12,}|\d{10,19}(?:\.\d+)?|\d{8}T\d{6}Z?|[0-7][0-9A-HJKMNP-TV-Z]{25})(?![0-9a-zA-Z])"
)
"""What programs make up: addresses for webhooks, UUIDs, ULIDs, long hexadecimal numbers, times."""
SHORTEST_NAME = 6
"""Letters of the shortest name that is taken for an identifier, or translated wherever it appears."""
BLANK = "<…>"
SHOWN = 80
"""Characters of a value that a message shows."""

_LISTED = re.compile(r"\.\d+(?=\.|$)")
"""The place in a list, within the path of a field."""
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SIGNATURES = frozenset({"sign", "signature", "sig", "hmac"})
_SIGNATURE = re.compile(r"(?=.*\d|.*[a-z].*[A-Z]|.*[A-Z].*[a-z])[\w+/=.~%-]{16,}")
_NONCE = re.compile(r"[\w+/=.~:%-]{1,128}")


def attests(name: str, value: str) -> bool:
    """Return whether a field proves who sends a request, and says nothing of what is asked for: a signature or a nonce.

    Args:
        name: Its path.
        value: What it holds.
    """
    words = [word.lower() for word in _WORDS.findall(name.rpartition(".")[2])]
    if words[-1:] == ["nonce"] or words[-2:] in (["nonce", "str"], ["nonce", "string"]) or words[-1:] == ["noncestr"]:
        return _NONCE.fullmatch(value) is not None
    return words[-1:] != [] and words[-1] in _SIGNATURES and _SIGNATURE.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Question:
    """What a request asks for, in a form that can be compared.

    Args:
        origin: Scheme, host and port.
        key: Method, path, query and body, without what is ignored and without what the client made up.
    """

    origin: str
    key: str


class RequestMatcher:
    """Compares requests.

    Args:
        ignore: Names of fields that may differ, `seed`, or paths of them, `inputs.seed`.
    """

    def __init__(self, ignore: Iterable[str] = ()) -> None:
        self.ignore = tuple(ignore)
        self.of_product: set[str] = set()
        """Names that the product made: these must be the same."""

    def question(self, request: TapeRequest) -> Question:
        """Return what a request asks for."""
        parts = urlsplit(request.url)
        said = [(name, value) for name, value in fields(request) if not self._ignored(name, value)]
        named = sorted((name, self._compared(name, value)) for name, value in said)
        key = [request.method, self._generic(parts.path), named]
        return Question(origin(request.url), json.dumps(key, ensure_ascii=False))

    def differences(self, asked: TapeRequest, recorded: TapeRequest) -> list[tuple[str, str, str]]:
        """Return the fields in which two requests differ: name, value asked for, value on the tape."""
        found = []
        mine, theirs = dict(described(asked)), dict(described(recorded))
        for name in dict.fromkeys((*mine, *theirs)):
            asked_value, other = mine.get(name, "nothing"), theirs.get(name, "nothing")
            if self._compared(name, asked_value) != self._compared(name, other) and not (
                self._ignored(name, asked_value) or WEBHOOK.fullmatch(other)
            ):
                found.append((name, shortened(asked_value), shortened(other)))
        return found

    def nearest(self, asked: TapeRequest, recorded: Sequence[TapeRequest]) -> TapeRequest | None:
        """Return the recorded request that is most like one that is not on the tape; None where none is."""
        best = max(recorded, key=lambda tape_request: self._likeness(asked, tape_request), default=None)
        return best if best is not None and self._likeness(asked, best) > 1.0 else None

    def renamed(self, asked: TapeRequest, recorded: TapeRequest) -> dict[str, str]:
        """Return names that the client made up: as on the tape, and as they are now."""
        found: dict[str, str] = {}
        mine = dict(described(asked))
        for name, theirs in described(recorded):
            before, now = _made_up(name, theirs), _made_up(name, mine.get(name, ""))
            if len(before) == len(now):
                found |= {a: b for a, b in zip(before, now, strict=True) if a != b and a not in self.of_product}
        return found

    def note(self, request: TapeRequest, answer: str, client: set[str]) -> None:
        """Learn who made up the names of an exchange: who first used them.

        Args:
            request: What was asked.
            answer: All texts of what was answered.
            client: Names that the client made up; added to.
        """
        asked = "\n".join(value for _, value in described(request))
        client.update(name for name in MADE_UP.findall(asked) if name not in self.of_product)
        self.of_product.update(name for name in MADE_UP.findall(answer) if name not in client)

    def rule_for(self, asked: TapeRequest, recorded: TapeRequest) -> list[str]:
        """Return the fields that have to be ignored for a request to be that on the tape; none where that cannot be."""
        names = dict.fromkeys(
            _LISTED.sub("", name).partition(".")[2] for name, _, _ in self.differences(asked, recorded)
        )
        rule = [name for name in names if name]
        more = RequestMatcher((*self.ignore, *rule))
        more.of_product = self.of_product
        return rule if more.question(asked).key == more.question(recorded).key else []

    def _compared(self, name: str, value: str) -> str:
        return BLANK if attests(name, value) else self._generic(value)

    def _generic(self, text: str) -> str:
        return MADE_UP.sub(lambda found: found[0] if found[0] in self.of_product else BLANK, text)

    def _ignored(self, name: str, value: str) -> bool:
        if WEBHOOK.fullmatch(value):
            return True
        plain = _LISTED.sub("", name)
        return any(plain == rule or plain.endswith(f".{rule}") or f".{rule}." in f".{plain}." for rule in self.ignore)

    def _likeness(self, asked: TapeRequest, recorded: TapeRequest) -> float:
        mine, theirs = dict(described(asked)), dict(described(recorded))
        same = sum(
            self._compared(name, value) == self._compared(name, theirs.get(name, "")) for name, value in mine.items()
        )
        path = SequenceMatcher(None, urlsplit(asked.url).path, urlsplit(recorded.url).path).ratio()
        return (asked.method == recorded.method) + path + same / max(len(mine), len(theirs), 1)


def shortened(text: str) -> str:
    """Cut a value for a message."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def is_identifier(name: str) -> bool:
    """Return whether a part of an address looks like a name of one thing, rather than of a kind of things."""
    return MADE_UP.fullmatch(name) is not None or (len(name) >= SHORTEST_NAME and any(map(str.isdigit, name)))


def _made_up(name: str, value: str) -> list[str]:
    return [value] if attests(name, value) and len(value) >= SHORTEST_NAME else MADE_UP.findall(value)
