"""Faults of the bytes of a file: cut, corrupt, its label gone or wrong, a dangerous entry of an archive."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from AIGCLibrary.misbehave.media import wave
from AIGCLibrary.misbehave.media.impossible import ImpossibleFaultError

PNG = b"\x89PNG\r\n\x1a\n"
WORDS = (b"iTXt", b"tEXt", b"zTXt", b"eXIf", b"caBX")
"""Chunks of a PNG that say something about it: texts, Exif, C2PA."""
SEGMENTS = (0xE1, 0xEB, 0xED, 0xFE)
"""Segments of a JPEG that do: Exif and XMP, C2PA, IPTC, comments."""
SAYING = (b"udta", b"meta", b"uuid")
"""Boxes of an MP4 that do."""
MARKS = re.compile(rb"AIGC|c2pa|jumb|[Dd]igital_?[Ss]ource_?[Tt]ype|zTXt|iTXt[^\0]{1,79}\0\x01")
"""What every label of generated content holds; the last two are compressed texts of a PNG, which are not read here."""
LABEL = re.compile(rb'(Label(?:"|&quot;)\s*:\s*(?:"|&quot;))1')
"""The field of a GB 45438 label that says that the file is generated."""


def truncated(content: bytes, _media_type: str, _value: Any) -> bytes:
    """Return 60 % of the bytes."""
    return content[: len(content) * 6 // 10]


def corrupt(content: bytes, media_type: str, _value: Any) -> bytes:
    """Return the file with bytes overwritten that every careful reader needs."""
    if media_type in ("video/mp4", "audio/mp4", "video/quicktime"):
        at = content.find(b"stsz")
        if at > 0:  # sizes of samples that run far past the file
            return _over(content, at + 16, b"\x7f\xff\xff\xf0" * 4)
    if media_type in ("audio/wav", "audio/x-wav"):
        return _over(content, 0, b"RIFX")
    if media_type == "image/jpeg" and (at := content.find(b"\xff\xc0")) > 0:
        return _over(content, at + 4, b"\x55\0\0\0\0")  # precision and size of the picture
    return _over(content, len(content) // 2, b"\xa5" * max(64, len(content) // 20))


def unlabelled(content: bytes, media_type: str, _value: Any) -> bytes:
    """Return the file without what it says about itself: Exif, XMP, texts, boxes of metadata."""
    if not MARKS.search(content):
        raise ImpossibleFaultError(f"There is no label in this file of type '{media_type}' that could be taken out.")
    if content.startswith(PNG):
        return PNG + b"".join(raw for name, raw in _chunks(content) if name not in WORDS)
    if content[:2] == b"\xff\xd8":
        return b"".join(raw for marker, raw in _segments(content) if marker not in SEGMENTS)
    if content[4:8] == b"ftyp":
        found = bytearray(content)
        _free(found, 0, len(found))
        return bytes(found)
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return wave.plain(content)
    if content[:3] == b"ID3":
        return content[10 + _synchsafe(content[6:10]) :]
    raise ImpossibleFaultError(f"A label cannot be taken out of a file of type '{media_type}'.")


def wrong_label(content: bytes, media_type: str, _value: Any) -> bytes:
    """Return the file with a label whose field `Label` has a value that the standard does not know."""
    changed = LABEL.sub(rb"\g<1>9", content)
    if changed == content:
        raise ImpossibleFaultError(f"There is no readable label in this file of type '{media_type}'.")
    if not content.startswith(PNG):
        return changed
    return PNG + b"".join(_chunk(name, raw[8:-4]) for name, raw in _chunks(changed))


def zip_slip(content: bytes, media_type: str, _value: Any) -> bytes:
    """Return the archive with one more entry, which points outside of its folder."""
    if not content.startswith(b"PK"):
        raise ImpossibleFaultError(f"A file of type '{media_type}' has no entries.")
    target = io.BytesIO(content)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("../outside.txt", "outside")
    return target.getvalue()


def words_of(content: bytes) -> bytes:
    """Return the chunks or segments in which a picture says something about itself."""
    if content.startswith(PNG):
        return b"".join(raw for name, raw in _chunks(content) if name in WORDS)
    if content[:2] == b"\xff\xd8":
        return b"".join(raw for marker, raw in _segments(content) if marker in SEGMENTS)
    return b""


def with_words(content: bytes, words: bytes) -> bytes:
    """Return a picture that says of itself what another one did."""
    if content.startswith(PNG):
        head = len(PNG) + 25  # IHDR
        return content[:head] + words + content[head:]
    return content[:2] + words + content[2:] if content[:2] == b"\xff\xd8" else content


def _over(content: bytes, at: int, data: bytes) -> bytes:
    data = data[: len(content) - at]
    return content[:at] + data + content[at + len(data) :]


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG)
    while at + 12 <= len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        yield content[at + 4 : at + 8], content[at : at + 12 + size]
        at += 12 + size


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the segments of a JPEG; its picture data are the last."""
    yield 0xD8, content[:2]
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        yield content[at + 1], content[at:end]
        at = end
    yield 0xDA, content[at:]


def _free(content: bytearray, start: int, end: int) -> None:
    """Turn boxes with metadata into free space of the same size, so that no offset changes."""
    at = start
    while at + 8 <= end:
        size, name = int.from_bytes(content[at : at + 4], "big"), bytes(content[at + 4 : at + 8])
        head = 8
        if size == 1:
            size, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        size = size or end - at
        if size < head:
            return
        if name in SAYING:
            content[at + 4 : at + 8] = b"free"
            content[at + head : at + size] = bytes(size - head)
        elif name in (b"moov", b"trak", b"mdia"):
            _free(content, at + head, min(at + size, end))
        at += size


def _synchsafe(data: bytes) -> int:
    return sum((byte & 0x7F) << shift for byte, shift in zip(data, (21, 14, 7, 0), strict=True))
