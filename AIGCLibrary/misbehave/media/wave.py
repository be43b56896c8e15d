"""Faults of a WAV file: its samples are changed in place, so that all its other chunks stay."""

from typing import Any

from AIGCLibrary.misbehave.media.impossible import ImpossibleFaultError

PLAIN = (b"fmt ", b"data", b"fact")
"""Chunks that say nothing about the file beside what its samples are."""


def plain(content: bytes) -> bytes:
    """Return the file with its sound alone."""
    return _joined(part for part in _parts(content) if part[0] in PLAIN)


def silent(content: bytes, _media_type: str, value: tuple[float, float] | None) -> bytes:
    """Return the file with silence, all the time or in a span."""
    parts = dict(_parts(content))
    rate, width = _rate(parts), int.from_bytes(parts[b"fmt "][14:16], "little") // 8
    begin, end = value or (0.0, float("inf"))
    data = parts[b"data"]
    align = int.from_bytes(parts[b"fmt "][12:14], "little")
    first = min(int(begin * rate) // align * align, len(data))
    last = len(data) if end == float("inf") else min(int(end * rate) // align * align, len(data))
    quiet = (b"\x80" if width == 1 else b"\0") * max(last - first, 0)
    parts[b"data"] = data[:first] + quiet + data[max(last, first) :]
    return _joined(parts.items())


def shorter(content: bytes, _media_type: str, value: float) -> bytes:
    """Return the beginning of the file."""
    parts = dict(_parts(content))
    align = int.from_bytes(parts[b"fmt "][12:14], "little")
    parts[b"data"] = parts[b"data"][: int(len(parts[b"data"]) * value) // align * align]
    return _joined(parts.items())


def _rate(parts: dict[bytes, bytes]) -> int:
    """Return the bytes of a second."""
    if b"fmt " not in parts or b"data" not in parts:
        raise ImpossibleFaultError("The WAV file has no samples.")
    return int.from_bytes(parts[b"fmt "][8:12], "little")


def _parts(content: bytes) -> "list[tuple[bytes, bytes]]":
    found, at = [], 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        found.append((content[at : at + 4], content[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return found


def _joined(parts: Any) -> bytes:
    body = b"".join(name + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2) for name, data in parts)
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WAVE" + body
