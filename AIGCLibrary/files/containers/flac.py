"""Holds the sound decoded from a FLAC against the count and the MD5 of its samples in STREAMINFO (RFC 9639, 8.2)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.files.containers.damage import Damage

_RFC = "RFC 9639, 8.2"


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What the head of a FLAC promises.

    Args:
        samples: Samples of one channel; 0 when the encoder did not know.
        bits: Bits of a sample.
        md5: MD5 of all samples; empty when the encoder did not know it.
    """

    samples: int
    bits: int
    md5: bytes


def read_stream_info(path: Path) -> StreamInfo | None:
    """Read STREAMINFO, behind a tag if there is one; None when it is not there."""
    with path.open("rb") as file:
        head = file.read(64 << 10)
    at = head.find(b"fLaC")
    body = head[at + 8 : at + 42]
    if at < 0 or len(body) < 34:
        return None
    packed = int.from_bytes(body[10:18], "big")
    return StreamInfo(packed & 0xFFFFFFFFF, (packed >> 36 & 0x1F) + 1, body[18:34].strip(b"\0"))


class FlacSamples:
    """Counts and digests the samples while they are decoded.

    Args:
        info: What was promised.
    """

    def __init__(self, info: StreamInfo) -> None:
        self._info = info
        self._count = 0
        self._digest: Any = hashlib.md5(usedforsecurity=False) if info.md5 and info.bits in (8, 16, 24, 32) else None

    def see(self, frame: Any) -> None:
        """Take a decoded frame."""
        self._count += frame.samples
        if self._digest is not None and frame.format.is_packed:
            self._digest.update(self._significant(frame))
        else:
            self._digest = None

    def damage(self) -> Damage | None:
        """Return what does not fit."""
        promised = self._info.samples
        if 0 < self._count < promised:
            return Damage(
                f"The header promises {promised} samples; {self._count} can be decoded", 0,
                truncated=True, expected=str(promised), actual=str(self._count), source=_RFC,
            )  # fmt: skip
        if self._digest is None or self._digest.digest().strip(b"\0") == self._info.md5 or not self._count:
            return None
        return Damage(
            "The decoded samples do not have the MD5 that the header promises", 0,
            expected=self._info.md5.hex(), actual=self._digest.hexdigest(), source=_RFC,
        )  # fmt: skip

    def _significant(self, frame: Any) -> bytes:
        """Return the samples as FLAC digests them: FFmpeg fills the low bytes of its 16 or 32 bits with zeros."""
        width, channels, wanted = frame.format.bytes, frame.layout.nb_channels, self._info.bits // 8
        data = bytes(frame.planes[0])[: frame.samples * channels * width]
        if wanted == width:
            return data
        made = bytearray(frame.samples * channels * wanted)
        for place in range(wanted):
            made[place::wanted] = data[width - wanted + place :: width]
        return bytes(made)
