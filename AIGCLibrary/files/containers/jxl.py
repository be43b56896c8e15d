"""Reads the size of a JPEG XL picture from its head (ISO/IEC 18181-1, annex D), for when no decoder is installed."""

from dataclasses import dataclass

_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_BITS = (9, 13, 18, 30)
_MOST_BOXES = 64


@dataclass(frozen=True, slots=True)
class JxlHead:
    """What the head states.

    Args:
        width: In pixels, as displayed.
        height: In pixels, as displayed.
        animated: It has frames that follow one another.
    """

    width: int
    height: int
    animated: bool


class _JxlBits:
    """Reads bits, the lowest of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "little"), len(data) * 8

    def read(self, count: int) -> int:
        if count > self._left:
            raise ValueError("the head ends too early")
        found = self._value & (1 << count) - 1
        self._value >>= count
        self._left -= count
        return found


def read_jxl(head: bytes) -> JxlHead | None:
    """Return what the first bytes of a JPEG XL state; None when they are not enough or broken."""
    start = 0 if head[:2] == b"\xff\x0a" else _codestream(head)
    if start is None or head[start : start + 2] != b"\xff\x0a":
        return None
    bits = _JxlBits(head[start + 2 : start + 66])
    try:
        width, height = _size(bits)
        turned = animated = False
        if not bits.read(1) and bits.read(1):  # not all as usual, and there are extra fields
            turned = bits.read(3) >= 4
            if bits.read(1):
                _size(bits)
            animated = not bits.read(1) and bool(bits.read(1))
    except ValueError:
        return None
    return JxlHead(height, width, animated) if turned else JxlHead(width, height, animated)


def _codestream(head: bytes) -> int | None:
    """Return where the coded picture begins in a container; it may come in parts."""
    at = 0
    for _ in range(_MOST_BOXES):
        size, kind = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        begin = at + (16 if size == 1 else 8)
        if kind in (b"jxlc", b"jxlp"):
            return begin + (4 if kind == b"jxlp" else 0)
        size = int.from_bytes(head[at + 8 : at + 16], "big") if size == 1 else size
        if size < 8:
            return None
        at += size
    return None


def _size(bits: _JxlBits) -> tuple[int, int]:
    small = bits.read(1)
    height = _side(bits, small)
    ratio = bits.read(3)
    if not ratio:
        return _side(bits, small), height
    across, down = _RATIOS[ratio - 1]
    return height * across // down, height


def _side(bits: _JxlBits, small: int) -> int:
    return (bits.read(5) + 1) * 8 if small else bits.read(_BITS[bits.read(2)]) + 1
