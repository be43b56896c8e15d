"""How much of a broken file is good: entries of an archive, seconds of a film, lines or items of JSON.

Used after a file was refused as corrupt or cut off; reads what is there from its beginning and stops at the damage.
"""

import json
import logging
import struct
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.finding import FindingKind

if TYPE_CHECKING:
    from AIGCLibrary.files.context import Examination

log = logging.getLogger("aigc.files")

LARGEST = 512 << 20
"""Bytes of a file that is looked through; what is larger is not worth the time after a failure."""
CHUNK = 1 << 20
_LOCAL = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED, _DESCRIPTOR = 0, 8, 8


@dataclass(frozen=True, slots=True)
class Good:
    """What of a file can be used.

    Args:
        count: How much is good.
        unit: Of what: `entries`, `seconds`, `lines`, `items`.
        total: How much there should be, where the file states it.
        until: Byte at which the good part ends, where it is known.
        last: The last good thing: a name, or where it ends.
    """

    count: float
    unit: str
    total: float | None = None
    until: int | None = None
    last: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON data, without what is not known."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


def good_part(path: Path) -> Good | None:
    """Find out how much of a broken file is good; None when its kind is not known, or nothing can be said.

    Example:
        ```python
        good_part(Path("half.zip"))  # Good(count=3, unit="entries", until=52_113, last="scene3.png")
        ```
    """
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        with path.open("rb") as file:
            head = file.read(64)
        reader = _reader(path, head)
        return reader(path) if reader else None
    except Exception as error:  # noqa: BLE001 - the file is broken; whatever breaks here says nothing more of it
        log.debug("'%s' could not be looked through: %s", path.name, error)
        return None


def salvage(examination: "Examination", path: Path) -> None:
    """Note how much of a file is good, under `good` of its facts, when it is broken or was not fetched to its end."""
    broken = (FindingKind.TRUNCATED, FindingKind.CORRUPT)  # a hash that differs does not say where
    if "good" in examination.facts or (
        examination.failed and not any(finding.kind in broken for finding in examination.findings)
    ):
        return
    good = good_part(path)
    if good is not None:
        examination.facts["good"] = good.as_data()


def _reader(path: Path, head: bytes) -> Callable[[Path], Good | None] | None:
    if head[:4] == b"PK\3\4":
        return _entries
    if head[4:8] == b"ftyp" or head[:4] in (b"\x1aE\xdf\xa3", b"RIFF", b"OggS", b"fLaC") or head[:3] == b"ID3":
        return _seconds
    if path.suffix in (".jsonl", ".ndjson"):
        return _lines
    if head.lstrip()[:1] == b"[":
        return _items
    return None


def _entries(path: Path) -> Good:
    """Unpack entry after entry from the front, as their local headers say; the directory may be missing."""
    count, last, until = 0, "", 0
    with path.open("rb") as file:
        while True:
            head = file.read(_LOCAL.size)
            if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
                break
            _, _, flags, method, _, _, crc, packed, size, names, extra = _LOCAL.unpack(head)
            name = file.read(names).decode("utf-8" if flags & 0x800 else "cp437", "replace")
            file.seek(extra, 1)
            known = not flags & _DESCRIPTOR
            if method not in (_STORED, _DEFLATED) or flags & 1 or (method == _STORED and not known):
                break
            got = _stored(file, packed) if method == _STORED else _deflated(file)
            if got is None:
                break
            found_size, found_crc = got
            if known:
                wanted = size, crc
            else:
                tail = file.read(16)
                values = tail[4:] if tail[:4] == b"PK\7\x08" else tail
                file.seek(-4, 1) if tail[:4] != b"PK\7\x08" else None
                wanted = int.from_bytes(values[8:12], "little"), int.from_bytes(values[:4], "little")
            if (found_size, found_crc) != wanted:
                break
            count, last, until = count + 1, name, file.tell()
    return Good(count, "entries", until=until, last=last)


def _stored(file: Any, size: int) -> tuple[int, int] | None:
    crc, left = 0, size
    while left:
        data = file.read(min(CHUNK, left))
        if not data:
            return None
        crc, left = zlib.crc32(data, crc), left - len(data)
    return size, crc


def _deflated(file: Any) -> tuple[int, int] | None:
    unpack, crc, size = zlib.decompressobj(-15), 0, 0
    while not unpack.eof:
        data = file.read(CHUNK)
        if not data:
            return None
        while data and not unpack.eof:
            piece = unpack.decompress(data, CHUNK)
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            data = unpack.unconsumed_tail
    file.seek(-len(unpack.unused_data), 1)
    return size, crc


def _seconds(path: Path) -> Good | None:
    """Decode the first stream of pictures, else of sound, until it breaks."""
    import av

    with av.open(str(path)) as container:
        stream = next(iter(container.streams.video), None) or next(iter(container.streams.audio), None)
        if stream is None:
            return None
        total = container.duration / 1_000_000 if container.duration else None
        end = 0.0
        try:
            for frame in container.decode(stream):
                if isinstance(frame, av.VideoFrame | av.AudioFrame) and frame.time_base and not frame.is_corrupt:
                    end = max(end, float(((frame.pts or 0) + (frame.duration or 0)) * frame.time_base))
                else:
                    break
        except av.error.FFmpegError:
            pass  # here the good part ends
        return Good(round(end, 2), "seconds", round(total, 2) if total else None, last=f"{end:.1f} s")


def _lines(path: Path) -> Good:
    count, until = 0, 0
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                try:
                    json.loads(line)
                except (ValueError, RecursionError):
                    break
                count += 1
            until += len(line)
    return Good(count, "lines", until=until, last=f"line {count}")


def _items(path: Path) -> Good:
    """Read the items of a JSON list one by one."""
    text = path.read_text(encoding="utf-8", errors="replace")
    decoder, at, count = json.JSONDecoder(), text.index("[") + 1, 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            _, at = decoder.raw_decode(text, at)
        except ValueError:
            return Good(count, "items", until=len(text[:at].encode()), last=f"item {count}")
        count += 1
