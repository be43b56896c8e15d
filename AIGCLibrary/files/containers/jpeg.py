"""Checks the coded data of a JPEG strictly: libjpeg repairs damage silently, and only its warnings show it."""

import re
from mmap import ACCESS_READ, mmap
from pathlib import Path

from AIGCLibrary.files.containers.damage import Damage

_SOURCE = "ITU-T T.81"
_PADDED = re.compile(r"(\d+) extraneous bytes before marker 0xd9")
_MISSING = ("premature end",)
_HEAD = 1 << 20
"""Bytes in which the frame of a JPEG begins."""
_LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF)
_OTHER_FRAMES = (0xC0, 0xC1, 0xC2, 0xC5, 0xC6, 0xC9, 0xCA, 0xCD, 0xCE, 0xDA)
"""Marks of frames (ITU-T T.81, table B.1), and of a scan."""


def is_lossless_jpeg(path: Path) -> bool:
    """Report whether the frame of a JPEG is a lossless one, which libjpeg does not know."""
    with path.open("rb") as file:
        data = file.read(_HEAD)
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _LOSSLESS:
            return True
        if data[at + 1] in _OTHER_FRAMES:
            return False
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def check_jpeg(path: Path) -> Damage | None:
    """Decode a JPEG at an eighth of its size, where every warning of libjpeg-turbo counts.

    Args:
        path: A JPEG that a forgiving decoder could read.

    Returns:
        What the decoder had to make up. None when the data is right, or when it cannot be judged here, as pictures
        of 12 bits.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return damage_of_jpeg(data)


def damage_of_jpeg(data: bytes | mmap) -> Damage | None:
    """Do what `check_jpeg` does, for a JPEG in memory."""
    reason = _warning(data)
    if reason is None:
        return None
    padded = _PADDED.search(reason)
    if padded and _is_padding(data, int(padded[1])):
        message = f"{padded[1]} bytes of padding stand before the end mark"
        return Damage(message, len(data), source=_SOURCE, serious=False)
    truncated = any(word in reason.lower() for word in _MISSING)
    return Damage(f"The decoder made up a part of the picture: {reason}", 0, truncated=truncated, source=_SOURCE)


def _warning(data: bytes | mmap) -> str | None:
    """Return the warning of a strict decoder where one that repairs succeeds."""
    try:
        _decode(data, strict=True)
    except ValueError as error:
        reason = str(error).rstrip(".")
    else:
        return None
    try:
        _decode(data, strict=False)
    except ValueError:
        return None
    return reason


def _decode(data: bytes | mmap, *, strict: bool) -> None:
    import simplejpeg

    try:
        space = simplejpeg.decode_jpeg_header(data, strict=strict)[2]
    except KeyError:  # the library has no name for sampling 4:4:1
        space = ""
    space = "CMYK" if space in ("CMYK", "YCCK") else "GRAY"
    simplejpeg.decode_jpeg(data, space, fastdct=True, min_height=1, min_width=1, min_factor=8, strict=strict)


def _is_padding(data: bytes | mmap, count: int) -> bool:
    """Report whether the bytes before the last end mark are zeros, as some cameras write them."""
    end = data.rfind(b"\xff\xd9")
    return end >= count and not data[end - count : end].strip(b"\0")
