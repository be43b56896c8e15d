"""Whether two requests ask for the same: method, address and body, without what differs from run to run."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from AIGCLibrary.http.redirects import origin
from AIGCLibrary.tape.entry import TapeRequest

WEBHOOK = re.compile(r"https?://[^/\s\"]+(?:/[^/\s\"]+)*/webhook/[\w-]{32}(?![\w-])")
"""Our own address for the news of a task; whether there is one depends on where the product is."""
MADE_UP = re.compile(
    WEBHOOK.pattern + r"|[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?<![0-9a-zA-Z])(?:[0-9a-f]{12,}|\d{10,19}(?:\.\d+)?)(?![0-9a-zA-Z])"
)
"""What programs make up: addresses for webhooks, UUIDs, long hexadecimal numbers, times."""
SHORTEST_NAME = 6
"""Letters of the shortest name that is taken for an identifier, or translated wherever it appears."""
BLANK = "<…>"
SHOWN = 80
"""Characters of a value that a message shows."""


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
        fields = [(name, value) for name, value in _fields(request) if not self._ignored(name, value)]
        named = sorted((name, self._generic(value)) for name, value in fields)
        key = [request.method, self._generic(parts.path), named]
        return Question(origin(request.url), json.dumps(key, ensure_ascii=False))

    def differences(self, asked: TapeRequest, recorded: TapeRequest) -> list[tuple[str, str, str]]:
        """Return the fields in which two requests differ: name, value asked for, value on the tape."""
        found = []
        mine, theirs = dict(_described(asked)), dict(_described(recorded))
        for name in dict.fromkeys((*mine, *theirs)):
            one, other = mine.get(name, "nothing"), theirs.get(name, "nothing")
            if self._generic(one) != self._generic(other) and not (
                self._ignored(name, one) or WEBHOOK.fullmatch(other)
            ):
                found.append((name, shortened(one), shortened(other)))
        return found

    def nearest(self, asked: TapeRequest, recorded: Sequence[TapeRequest]) -> TapeRequest | None:
        """Return the recorded request that is most like one that is not on the tape; None where none is."""
        best = max(recorded, key=lambda one: self._likeness(asked, one), default=None)
        return best if best is not None and self._likeness(asked, best) > 1.0 else None

    def renamed(self, asked: TapeRequest, recorded: TapeRequest) -> dict[str, str]:
        """Return names that the client made up: as on the tape, and as they are now."""
        found: dict[str, str] = {}
        mine = dict(_described(asked))
        for name, theirs in _described(recorded):
            before, now = MADE_UP.findall(theirs), MADE_UP.findall(mine.get(name, ""))
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
        asked = "\n".join(value for _, value in _described(request))
        client.update(name for name in MADE_UP.findall(asked) if name not in self.of_product)
        self.of_product.update(name for name in MADE_UP.findall(answer) if name not in client)

    def _generic(self, text: str) -> str:
        return MADE_UP.sub(lambda found: found[0] if found[0] in self.of_product else BLANK, text)

    def _ignored(self, name: str, value: str) -> bool:
        if WEBHOOK.fullmatch(value):
            return True
        plain = re.sub(r"\.\d+(?=\.|$)", "", name)
        return any(plain == rule or plain.endswith(f".{rule}") or f".{rule}." in f".{plain}." for rule in self.ignore)

    def _likeness(self, asked: TapeRequest, recorded: TapeRequest) -> float:
        mine, theirs = dict(_described(asked)), dict(_described(recorded))
        same = sum(self._generic(value) == self._generic(theirs.get(name, "")) for name, value in mine.items())
        path = SequenceMatcher(None, urlsplit(asked.url).path, urlsplit(recorded.url).path).ratio()
        return (asked.method == recorded.method) + path + same / max(len(mine), len(theirs), 1)


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Return the values of nested lists and mappings, each with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, f"{name}.{number}" if name else str(number))
    else:
        yield name, value


def shortened(text: str) -> str:
    """Cut a value for a message."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _fields(request: TapeRequest) -> Iterator[tuple[str, str]]:
    """Return what a request says beside its method and path: query and body."""
    for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
        yield f"query.{name}", value
    body = request.body
    if "multipart" in body:
        for field in body["multipart"]:
            yield f"multipart.{field['name']}", _text(field.get("value", field.get("sha256", "")))
    else:
        for kind, content in body.items():
            for name, value in leaves(content):
                yield f"{kind}.{name}" if name else kind, _text(value)


def _described(request: TapeRequest) -> Iterator[tuple[str, str]]:
    yield "method", request.method
    yield "path", urlsplit(request.url).path
    yield from _fields(request)


def is_identifier(name: str) -> bool:
    """Return whether a part of an address looks like a name of one thing, rather than of a kind of things."""
    return MADE_UP.fullmatch(name) is not None or (len(name) >= SHORTEST_NAME and any(map(str.isdigit, name)))


def addressed(request: TapeRequest) -> set[str]:
    """Return what the address of a request names: the parts of its path, and the values of its query."""
    parts = urlsplit(request.url)
    return {*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))} - {""}


def values_of(request: TapeRequest, take: Callable[[str], None]) -> None:
    """Pass on each value by which a request may refer to something: parts of its address, values of its body."""
    parts = urlsplit(request.url)
    for text in (request.url, request.url.partition("?")[0], parts.path, *parts.path.split("/")):
        if text:
            take(text)
    for _, value in _fields(request):
        take(value)
