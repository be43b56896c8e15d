"""Standard output and error of commands: what a product wrote cannot control the terminal, nor show secrets."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from AIGCLibrary.cli.masking import known_masked
from AIGCLibrary.harmless import visible


class LastingStream:
    """A text stream that drops what is written once its reader, for example `head`, has gone.

    What a command finds, and so its exit code, is not changed by who reads how much of its output.

    Args:
        stream: Standard output or error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text."""
        with self._lasting():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is kept back."""
        with self._lasting():
            self._stream.flush()

    @contextmanager
    def _lasting(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            # Python would complain about it again at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class VisibleStream:
    """A text stream on which control characters are shown, and secrets that the command knows are masked.

    Args:
        terminal: The stream behind it; for what writes control characters on purpose, as rich does for colours.
    """

    def __init__(self, terminal: TextIO) -> None:
        self.terminal = cast("TextIO", LastingStream(terminal))

    def write(self, text: str) -> int:
        """Write a text."""
        self.terminal.write(visible(known_masked(text)))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.terminal, name)


@contextmanager
def visible_streams() -> Iterator[None]:
    """Show control characters on standard output and error while the block runs."""
    before: tuple[Any, Any] = (sys.stdout, sys.stderr)
    sys.stdout, sys.stderr = (VisibleStream(terminal_of(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def terminal_of(stream: Any) -> TextIO:
    """Return the stream behind a `VisibleStream`, or the stream itself."""
    found: TextIO = stream.terminal if isinstance(stream, VisibleStream) else stream
    return found
