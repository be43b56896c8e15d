"""Masks secrets on a tape: what the run knows, and what only the recorded answers reveal.

The second is kept apart, so that a recording changes nothing in the log of its run.
"""

import json
from collections.abc import Mapping
from typing import Any

from AIGCLibrary.http.transport import OutgoingRequest
from AIGCLibrary.redaction.forms import is_signed
from AIGCLibrary.redaction.redactor import Redactor, holds_token
from AIGCLibrary.tape.wrapped import (
    fields_of_multipart,
    long_words,
    masked_markup,
    masked_multipart,
    masked_packed,
    packed,
)

LEARNT = 200_000
"""Bytes of a body that are searched for fields with secrets."""


class Masks:
    """Two redactors, one after the other.

    Args:
        run: Knows the secrets of the run.
    """

    def __init__(self, run: Redactor) -> None:
        self._run = run
        self._own = Redactor()

    @property
    def version(self) -> tuple[int, int]:
        """Changes with each secret that becomes known."""
        return self._run.version, self._own.version

    def learn(self, headers: Mapping[str, str], text: str = "") -> None:
        """Remember secrets by the names of headers and of the fields of a JSON text."""
        self._own.add_headers({name: value for name, value in headers.items() if not is_signed(value)})
        cookies = [value for name, value in headers.items() if name.lower() == "set-cookie"]
        for cooky in cookies:
            self._own.add_headers({"cookie": cooky.partition(";")[0]})
        if text:
            self._own.add_json(text)

    def learn_request(self, request: OutgoingRequest) -> None:
        """Remember what a request names as a secret: in its headers, its form or its JSON."""
        self.learn(request.headers)
        data: Any = request.json if request.json is not None else request.data
        if isinstance(data, Mapping):
            self._own.add_named({str(name): value for name, value in data.items()})
        elif isinstance(data, str | bytes | bytearray) and len(data) <= LEARNT:
            text = data if isinstance(data, str) else bytes(data).decode("utf-8", "replace")
            self._own.add_json(text)
            self._own.add_named(fields_of_multipart(text))

    def text(self, text: str) -> str:
        """Mask secrets in a text."""
        text = masked_markup(masked_multipart(self._plain(text)))
        return masked_packed(text, self._holds)

    def data(self, value: object) -> object:
        """Mask secrets in nested lists and mappings."""
        return self._unpacked(self._own.data(self._run.data(value)))

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Mask the values of headers."""
        return self._own.headers(self._run.headers(headers))

    def found_in(self, text: str) -> bool:
        """Return whether a text still holds a secret."""
        words = long_words(text)  # tokens, and what is packed, are made of these; a picture has hardly any
        return self._known(text) or holds_token(words) or any(self._surely(part) for part in packed(words))

    def _surely(self, text: str) -> bool:
        return self._known(text) or holds_token(text)

    def _known(self, text: str) -> bool:
        return self._run.remembers(text) or self._own.remembers(text)

    def _plain(self, text: str) -> str:
        return self._own.text(self._run.text(text))

    def _holds(self, text: str) -> bool:
        """Return whether a text that was packed holds a secret."""
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return self._plain(text) != text
        return bool(self._own.data(self._run.data(value)) != value)

    def _unpacked(self, value: object) -> object:
        if isinstance(value, str):
            return masked_packed(value, self._holds)
        if isinstance(value, Mapping):
            return {key: self._unpacked(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._unpacked(item) for item in value]
        return value
