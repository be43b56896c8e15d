"""Sees whether every picture and sound of a film begins: whether a decoder makes a first frame of it.

An index may be right in itself and describe a coding, sizes or times of which nothing can be decoded.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import Severity
from AIGCLibrary.files.playback import memory_of_frames, open_media, why_not_started
from AIGCLibrary.files.work import PACKET, PICTURE, PIXEL, SOUND_FRAME
from AIGCLibrary.wording import NOT_MEASURED

PACKETS = 300
"""Packets of a stream within which its first frame is to come; few films have key frames further apart."""
MOST_PACKETS = 3000
"""Packets of all streams that are read for it: one that begins later is left to those who decode all of it."""


@dataclass(slots=True)
class Beginning:
    """How a stream begins.

    Args:
        number: Its id in the container.
        kind: `video` or `audio`.
        packets: Packets that were read of it.
        begun: A frame of it was decoded.
        refused: Why the decoder refused the last of its packets that it refused.
        why: Why it was not looked at; it may be right.
        ended: All of its packets were read.
    """

    number: int
    kind: str
    packets: int = 0
    begun: bool = False
    refused: str = ""
    why: str = ""
    ended: bool = False

    @property
    def open(self) -> bool:
        """Report whether its next packets are to be decoded."""
        return not (self.begun or self.why or self.ended) and self.packets < PACKETS

    @property
    def fails(self) -> bool:
        """Report whether nothing of it can be decoded: no packet of all that it has, or of hundreds."""
        return not self.begun and not self.why and (self.ended or (self.packets >= PACKETS and bool(self.refused)))


def look_at_beginning(examination: Examination, path: Path) -> list[Beginning]:
    """Decode a film until each picture and sound of it has begun.

    Raises:
        av.error.FFmpegError: It cannot be opened or read.
    """
    with open_media(path, examination.media_type) as container:
        streams = list(_streams(container))
        found = {stream.index: _start(examination, stream) for stream in streams}
        left = [stream for stream in streams if found[stream.index].open]
        for count, packet in enumerate(container.demux(left) if left else ()):
            beginning = found[packet.stream.index]  # a packet that ends a stream has no number of its own
            if beginning.open:
                _decode(examination, packet, beginning)
            if count >= MOST_PACKETS or not any(beginning.open for beginning in found.values()):
                break
    return list(found.values())


def report_beginnings(examination: Examination, beginnings: list[Beginning], filled: Collection[int] = ()) -> None:
    """Report the streams of which nothing can be decoded, and those that were not looked at.

    Args:
        examination: Takes the findings.
        beginnings: The streams.
        filled: Ids of those that have samples by the index; others without a packet are left to the caller.
    """
    for beginning in beginnings:
        what = f"the {'picture' if beginning.kind == 'video' else 'sound'} of track {beginning.number}"
        if beginning.fails and (beginning.packets or beginning.number in filled):
            reason = f": {beginning.refused}" if beginning.refused else f" in its {beginning.packets} packets"
            examination.report("media.packets", f"Nothing of {what} can be decoded{reason}.")
        elif beginning.why:
            message = f"Whether {what} can be decoded was not measured: {beginning.why}."
            examination.report("media.coding", message, severity=Severity.WARNING, actual=NOT_MEASURED)


def _streams(container: Any) -> Iterator[Any]:
    import av

    for stream in (*container.streams.video, *container.streams.audio):
        if not stream.disposition & av.stream.Disposition.attached_pic:
            yield stream


def _start(examination: Examination, stream: Any) -> Beginning:
    beginning = Beginning(stream.id or stream.index + 1, stream.type)
    if stream.codec_context is None:
        beginning.why = "no decoder here knows its coding"
        return beginning
    stream.codec_context.thread_count = 1  # frames of several threads come late, and are held at once
    if stream.type == "video" and memory_of_frames(stream, "keyframes") > examination.limits.picture_memory:
        beginning.why = "a frame of it takes more memory than `options.files.picture_memory`"
    else:
        beginning.why = why_not_started(stream)
    return beginning


def _decode(examination: Examination, packet: Any, beginning: Beginning) -> None:
    import av

    examination.tick(PACKET + SOUND_FRAME)
    beginning.packets += packet.size > 0
    try:
        frames = packet.decode()
    except MemoryError:
        raise
    except av.error.FFmpegError as error:
        beginning.refused = str(error.strerror)
        frames = []
    beginning.begun = bool(frames)
    beginning.ended = packet.size == 0
    if frames and beginning.kind == "video":
        examination.tick(PICTURE + PIXEL * packet.stream.width * packet.stream.height)
