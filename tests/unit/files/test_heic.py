"""HEIC pictures: the size is read from the item properties, the pixels are decoded where they are one coded picture."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.rules import RuleBook


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind: bytes, *parts: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]), *parts)


Item = tuple[bytes, list[tuple[bool, bytes]], bytes]
"""Kind, properties, each with whether it is essential, and data."""


def heic(kind: bytes, properties: list[tuple[bool, bytes]], data: bytes, *parts: Item) -> bytes:
    """Return a HEIC of one item, and of those that it is put together from."""
    ftyp = box(b"ftyp", b"heic", b"\0\0\0\0", b"mif1heic")
    items = [(kind, properties, data), *parts]
    every = [held for _, held, _ in items]
    numbers = range(1, len(items) + 1)

    def held(number: int) -> bytes:
        before = sum(len(one) for one in every[: number - 1])
        marks = bytes(essential << 7 | at for at, (essential, _) in enumerate(every[number - 1], before + 1))
        return struct.pack(">HB", number, len(marks)) + marks

    def meta(offset: int) -> bytes:
        places = b""
        for number, (_, _, content) in zip(numbers, items, strict=True):
            places += struct.pack(">HHHII", number, 0, 1, offset, len(content))
            offset += len(content)
        entries = [
            full(b"infe", struct.pack(">HH", number, 0), one, b"\0", version=2)
            for number, (one, _, _) in zip(numbers, items, strict=True)
        ]
        made_of = struct.pack(">HH", 1, len(parts)) + b"".join(struct.pack(">H", number) for number in numbers[1:])
        return full(
            b"meta",
            full(b"hdlr", b"\0\0\0\0pict", bytes(12), b"\0"),
            full(b"pitm", b"\0\1"),
            full(b"iinf", struct.pack(">H", len(items)), *entries),
            full(b"iloc", b"\x44\0", struct.pack(">H", len(items)), places),
            *([full(b"iref", box(b"dimg", made_of))] if parts else []),
            box(
                b"iprp",
                box(b"ipco", *(p for one in every for _, p in one)),
                full(b"ipma", struct.pack(">I", len(items)), *map(held, numbers)),
            ),
        )

    return ftyp + meta(len(ftyp) + len(meta(0)) + 8) + box(b"mdat", *(content for _, _, content in items))


def size_of(width: int, height: int) -> tuple[bool, bytes]:
    return False, full(b"ispe", struct.pack(">II", width, height))


@pytest.fixture(scope="module")
def coded() -> tuple[bytes, bytes]:
    """Return the decoder configuration and the data of a coded picture of 96 x 64 pixels."""
    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = 96, 64, "yuv420p", 1
    encoder.time_base, encoder.options = Fraction(1), {"x265-params": "log-level=none:info=0"}
    noise = np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8)
    frame = av.VideoFrame.from_ndarray(noise).reformat(format="yuv420p")
    packets = [*encoder.encode(frame), *encoder.encode()]
    units = [unit.rstrip(b"\0") for unit in bytes(packets[0]).split(b"\0\0\1") if unit.strip(b"\0")]
    heads = [unit for unit in units if unit[0] >> 1 in (32, 33, 34)]  # VPS, SPS, PPS
    picture = b"".join(struct.pack(">I", len(unit)) + unit for unit in units if unit[0] >> 1 < 32)
    arrays = b"".join(struct.pack(">BHH", unit[0] >> 1, 1, len(unit)) + unit for unit in heads)
    head = b"\1" + bytes(12) + b"\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f" + bytes([len(heads)])
    return box(b"hvcC", head + arrays), picture


def judged(tmp_path, data: bytes, rules: dict) -> Examination:
    path = tmp_path / "picture.heic"
    path.write_bytes(data)
    examination = Examination(path.name, RuleBook().get(rules))
    judge_file(examination, path)
    return examination


def errors(examination: Examination) -> list[str]:
    return [f.rule for f in examination.findings if str(f.severity) == "error"]


def test_a_coded_picture_is_measured_and_decoded(tmp_path, coded):
    configuration, data = coded
    picture = heic(b"hvc1", [size_of(96, 64), (True, configuration)], data)
    rules = {"width": 96, "height": 64, "stored_width": 96, "quality": {"blank": False}}
    examination = judged(tmp_path, picture, rules)
    assert errors(examination) == []
    assert examination.facts["media"]["resolution"] == "96x64"
    assert examination.facts["media"]["pixel_format"] == "yuv420p"
    assert examination.facts["quality"]["blank"] is False


def test_a_turned_and_cropped_picture_has_the_size_that_is_shown(tmp_path, coded):
    configuration, data = coded
    crop = True, box(b"clap", struct.pack(">8I", 80, 1, 60, 1, 0, 1, 0, 1))
    turn = True, box(b"irot", b"\1")  # a quarter anti-clockwise
    picture = heic(b"hvc1", [size_of(96, 64), (True, configuration), crop, turn], data)
    media = judged(tmp_path, picture, {"width": 60, "height": 80}).facts["media"]
    assert (media["resolution"], media["rotation"]) == ("60x80", 270)
    assert (media["stored_width"], media["stored_height"]) == (96, 64)


def test_coded_data_that_cannot_be_read_is_an_error(tmp_path, coded):
    configuration, data = coded
    picture = heic(b"hvc1", [size_of(96, 64), (True, configuration)], b"\xff" * len(data))
    assert errors(judged(tmp_path, picture, {})) == ["image.data"]


GRID = b"\0\0\0\1\0\xc0\0\x40"
"""One row of two tiles, 192 x 64 pixels."""


def tiles(coded, *data: bytes) -> bytes:
    configuration, _ = coded
    parts = [(b"hvc1", [size_of(96, 64), (True, configuration)], one) for one in data]
    return heic(b"grid", [size_of(192, 64)], GRID, *parts)


def test_every_tile_of_a_picture_is_decoded(tmp_path, coded):
    _, data = coded
    rules = {"width": 192, "quality": {"blank": False}}
    whole = judged(tmp_path, tiles(coded, data, data), rules)
    assert errors(whole) == []
    assert whole.small.size == (192, 64)
    at = len(data) // 2
    zeroed = data[:at] + bytes(300) + data[at + 300 :]
    broken = judged(tmp_path, tiles(coded, data, zeroed), rules)
    assert errors(broken) == ["image.data"]
    assert "tile 2 of 2" in next(f.message for f in broken.findings if f.rule == "image.data")
    assert errors(judged(tmp_path, tiles(coded, data, data[:-200]), {})) == ["image.data"]
    assert errors(judged(tmp_path, tiles(coded, data), {})) == ["image.data"]


@pytest.mark.parametrize("start", range(40, 2400, 590))
@pytest.mark.parametrize("size", [3, 64, 1024])
def test_zeros_in_the_data_of_a_picture_are_an_error(tmp_path, coded, start, size):
    configuration, data = coded
    zeroed = data[:start] + bytes(size) + data[start + size :]
    picture = heic(b"hvc1", [size_of(96, 64), (True, configuration)], zeroed[: len(data)])
    assert errors(judged(tmp_path, picture, {})) == ["image.data"]


def test_a_damaged_picture_that_is_not_shown_is_a_warning(tmp_path, coded):
    configuration, data = coded
    held = [size_of(96, 64), (True, configuration)]
    beside = heic(b"hvc1", held, data, (b"hvc1", held, data[:90] + bytes(90) + data[180:]))
    found = judged(tmp_path, beside, {})
    assert errors(found) == []
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("image.further", "warning")]


def test_a_picture_without_its_tiles_has_a_size_and_its_pixels_are_reported_as_not_checked(tmp_path):
    picture = heic(b"grid", [size_of(4032, 3024)], b"\0\0\0\0\x0f\xc0\x0b\xd0")
    sized = judged(tmp_path, picture, {"width": 4032, "aspect": 1.3333})
    assert errors(sized) == []
    looked_at = judged(tmp_path, picture, {"quality": {"blank": False}})
    assert errors(looked_at) == ["quality.blank"]
    assert "was not checked" in looked_at.findings[-1].message
