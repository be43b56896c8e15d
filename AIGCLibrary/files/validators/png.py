"""Judges PNG: every chunk and its CRC while it arrives, every pixel afterwards (W3C PNG, third edition)."""

from isal import isal_zlib

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.validators.image import ImageValidator
from AIGCLibrary.files.work import MOVING, STEP

_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_CHUNK = 5 * STEP
SIGNATURE = b"\x89PNG\r\n\x1a\n"


class PngValidator(ImageValidator):
    """Judges PNG and APNG."""

    name = "png"
    feeds = True

    def __init__(self, examination: Examination) -> None:
        super().__init__(examination)
        self._step, self._wanted, self._held = "signature", 8, bytearray()
        self._left = self._crc = self._position = self._pixels = 0
        self._kind = b""
        self._kinds: set[bytes] = set()
        self._last = b""
        self._broken_at: int | None = None

    def feed(self, data: memoryview) -> None:
        """Walk the chunks."""
        at = 0
        while at < len(data) and self._broken_at is None and self._step != "end":
            if self._step == "data":
                take = min(len(data) - at, self._left)
                self._crc = isal_zlib.crc32(data[at : at + take], self._crc)
                if self._kind == b"IHDR":
                    self._held += data[at : at + take]
                self._left -= take
            else:
                take = min(len(data) - at, self._wanted - len(self._held))
                self._held += data[at : at + take]
            at += take
            self._position += take
            self._advance()

    def finish(self) -> None:
        """Judge how the file ends."""
        if self._broken_at is None and self._step != "end":
            self._fail("The file ends before the chunk IEND", FindingKind.TRUNCATED)

    def _advance(self) -> None:
        if self._step == "data" and self._left == 0:
            if self._kind == b"IHDR":
                self._header(bytes(self._held))
            self._next("crc", 4)
        elif self._step != "data" and len(self._held) == self._wanted:
            held = bytes(self._held)
            if self._step == "signature":
                self._next("head", 8)
                if held != SIGNATURE:
                    self._fail("The signature is wrong")
            elif self._step == "head":
                self._begin(held)
            elif self._step == "crc":
                self._end(int.from_bytes(held, "big"))

    def _begin(self, head: bytes) -> None:
        self.examination.tick(MOVING if head[4:] == b"fcTL" else _CHUNK)
        self._left, self._kind = int.from_bytes(head[:4], "big"), head[4:]
        self._crc = isal_zlib.crc32(self._kind)
        if self._left > 0x7FFFFFFF or not self._kind.isalpha():
            self._fail(f"There is no chunk: {head.hex()}")
        elif not self._kinds and self._kind != b"IHDR":
            self._fail("The first chunk is not IHDR")
        elif self._kind == b"IHDR" and (self._kinds or self._left != 13):
            self._fail("The chunk IHDR is not as it must be")
        elif self._kind == b"IDAT" and b"IDAT" in self._kinds and self._last != b"IDAT":
            self._fail("The picture data (IDAT) is not in one piece")
        self._next("data" if self._left else "crc", 4)

    def _end(self, stated: int) -> None:
        name = self._kind.decode("ascii", "replace")
        if stated != self._crc & 0xFFFFFFFF:
            self._fail(f"The CRC of chunk {name} is {self._crc & 0xFFFFFFFF:08x}; the file says {stated:08x}")
        self._kinds.add(self._kind)
        self._last = self._kind
        self._next("head", 8)
        if self._kind == b"IEND":
            self._step = "end"
            if b"IDAT" not in self._kinds:
                self._fail("There is no picture data (IDAT)")

    def _header(self, data: bytes) -> None:
        width, height = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
        depth, colour, packing, filters, interlace = data[8:13]
        if not width or not height or depth not in _DEPTHS.get(colour, ()) or packing or filters or interlace > 1:
            self._fail(
                f"The header is impossible: {width}x{height}, depth {depth}, colour type {colour}, "
                f"compression {packing}, filter {filters}, interlace {interlace}"
            )

    def _next(self, step: str, wanted: int) -> None:
        self._step, self._wanted = step, wanted
        self._held.clear()

    def _fail(self, message: str, kind: FindingKind = FindingKind.CORRUPT) -> None:
        if self._broken_at is None:
            self._broken_at = self._position
            self.examination.report(
                "png.chunk", f"{message}.", kind, place=f"offset {self._position}", source="W3C PNG"
            )
