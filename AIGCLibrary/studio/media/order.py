"""What is to be made: one order, equal orders make equal files."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.blob import Blob
from AIGCLibrary.studio.misbehaviour import Span

FPS = 24


@dataclass(frozen=True, slots=True)
class Order:
    """Everything a file depends on.

    Attributes:
        kind: image, video, audio or bundle.
        prompt: Shown in the picture.
        style: Chooses the palette.
        width: Pixels.
        height: Pixels.
        seconds: Length of video and audio.
        frames: Pictures in a bundle.
        seed: Same seed, same picture.
        size: The file is filled up to so many bytes; 0 leaves it as it is.
        format: png, jpeg, mp4, m4a, mp3, wav or zip; empty takes the kind's own.
        faults: What is to be wrong with the file.
        black: Black spans in seconds.
        frozen: Spans in seconds in which the picture stands still.
        silent: Silent spans in seconds.
    """

    kind: str
    prompt: str
    style: str = "cinematic"
    width: int = 640
    height: int = 360
    seconds: float = 4.0
    frames: int = 8
    seed: int = 0
    size: int = 0
    format: str = ""
    faults: tuple[OutputFault, ...] = ()
    black: tuple[Span, ...] = ()
    frozen: tuple[Span, ...] = ()
    silent: tuple[Span, ...] = ()

    @property
    def produce_id(self) -> str:
        """The content number that goes into the AIGC label; one per content."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

    def has(self, fault: OutputFault) -> bool:
        """Whether the fault is ordered."""
        return fault in self.faults


@dataclass(frozen=True, slots=True)
class Product:
    """A finished file.

    Attributes:
        blob: The contents.
        media_type: Declared type.
        extension: Of the file name, with the dot.
        sha256: Declared hash (wrong when that fault was ordered).
        preview: A small JPEG to show in the library; empty for audio.
    """

    blob: Blob
    media_type: str
    extension: str
    sha256: str = ""
    preview: bytes = b""


class Interrupted(Exception):  # noqa: N818 - not an error, the studio is closing
    """The studio stops; the work is thrown away."""


@dataclass(frozen=True, slots=True)
class CancellationToken:
    """Lets long work end early when the studio stops."""

    event: threading.Event

    def check(self) -> None:
        """Raise when the studio stops.

        Raises:
            Interrupted: The studio stops.
        """
        if self.event.is_set():
            raise Interrupted
