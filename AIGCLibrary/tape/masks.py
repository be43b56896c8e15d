"""Masks secrets on a tape: what the run knows, and what only the recorded answers reveal.

The second is kept apart, so that a recording changes nothing in the log of its run.
"""

from collections.abc import Mapping

from AIGCLibrary.redaction.redactor import Redactor


class Masks:
    """Two redactors, one after the other.

    Args:
        run: Knows the secrets of the run.
    """

    def __init__(self, run: Redactor) -> None:
        self._run = run
        self._own = Redactor()

    def learn(self, headers: Mapping[str, str], text: str = "") -> None:
        """Remember secrets by the names of headers and of the fields of a JSON text."""
        self._own.add_headers(headers)
        if text:
            self._own.add_json(text)

    def text(self, text: str) -> str:
        """Mask secrets in a text."""
        return self._own.text(self._run.text(text))

    def data(self, value: object) -> object:
        """Mask secrets in nested lists and mappings."""
        return self._own.data(self._run.data(value))

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Mask the values of headers."""
        return self._own.headers(self._run.headers(headers))

    def found_in(self, text: str) -> bool:
        """Return whether a text still holds a secret."""
        return any(one.knows(text) or one.known(text) != text for one in (self._run, self._own))
