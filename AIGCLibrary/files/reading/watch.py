"""Shows the pictures of a file to all who watch it: each is chosen, decoded and read once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.options import PICTURE_MEMORY
from AIGCLibrary.files.reading.reader import TextLine, TextReader
from AIGCLibrary.files.reading.shots import Shot, shots_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from AIGCLibrary.files.context import Examination
    from AIGCLibrary.files.rules.book import RuleSet


@dataclass(slots=True, eq=False)
class View:
    """One picture as it is shown to watchers; its text is read when the first of them asks for it.

    Args:
        shot: The picture and its moment.
        new_reader: Returns what reads text; called when text is read, since models load slowly.
    """

    shot: Shot
    new_reader: Callable[[], TextReader]
    _lines: list[TextLine] | None = field(default=None, repr=False)

    @property
    def at(self) -> float | None:
        """Seconds from the start; None for a still picture."""
        return self.shot.at

    @property
    def picture(self) -> "Image":
        """The picture in RGB, as displayed."""
        return self.shot.picture

    @property
    def reader(self) -> TextReader:
        """What reads text. Raises `ConfigError` where none is installed."""
        return self.new_reader()

    @property
    def lines(self) -> list[TextLine]:
        """The lines of text in it, from top to bottom."""
        if self._lines is None:
            self._lines = self.reader.read(self.picture)
        return self._lines


class Watcher(Protocol):
    """Judges something that is seen in pictures."""

    def moments(self, duration: float, fps: float) -> Sequence[float]:
        """Return the seconds of a film at which it wants to see the frame on the screen."""

    def see(self, view: View) -> None:
        """Take a picture of those it wants to see, in their order."""

    def finish(self) -> None:
        """Judge what was seen."""

    def unread(self, why: str) -> None:
        """Report that nothing could be read, and why."""


class SectionWatcher(Watcher, Protocol):
    """Judges what a section of the rules demands of pictures; `x-watcher` of the section in the schema names it.

    It is made with the examination and the rules of its section.
    """

    asks: ClassVar[Collection[str]]
    """Keys that demand something, of which at least one is given; the others only say how."""

    def __init__(self, examination: "Examination", rules: "RuleSet") -> None: ...


def watch(
    path: Path,
    media_type: str,
    watchers: Sequence[Watcher],
    new_reader: Callable[[], TextReader],
    *,
    duration: float = 0.0,
    fps: float = 25.0,
    check: Callable[[], None] = lambda: None,
    small: "Image | None" = None,
    memory: int = PICTURE_MEMORY,
) -> None:
    """Show a file to watchers, each at its moments, in one pass.

    Args:
        path: The file.
        media_type: Its type by content.
        watchers: Who watches.
        new_reader: Returns what reads text.
        duration: Seconds of a film; 0 where it is not known.
        fps: Frames a second.
        check: Raises when the work is not wanted any more.
        small: A copy of a still picture that was decoded before.
        memory: Bytes that decoding a still picture may take.

    A watcher whose reader is not installed reports that, and the others go on.

    Raises:
        ValueError, OSError, av.error.FFmpegError: It cannot be decoded.
    """
    is_film = media_type.startswith("video/")
    wanted = [(watcher, set(watcher.moments(duration, fps)) if is_film else set()) for watcher in watchers]
    moments = sorted(set[float]().union(*(of for _, of in wanted)))
    for shot, moment in _with_moments(shots_of(path, media_type, moments, small=small, memory=memory), moments):
        check()
        view = View(shot, new_reader)
        for watcher, of in list(wanted):
            if moment is None or moment in of:
                try:
                    watcher.see(view)
                except ConfigError as error:
                    watcher.unread(error.message.rstrip("."))
                    wanted.remove((watcher, of))
    for watcher, _ in wanted:
        watcher.finish()


def _with_moments(shots: Iterable[Shot], moments: Sequence[float]) -> "Iterable[tuple[Shot, float | None]]":
    """Return each picture with the moment it was asked for; None for a still one."""
    if not moments:
        yield from ((shot, None) for shot in shots)
        return
    yield from zip(shots, moments, strict=False)
