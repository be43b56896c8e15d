"""HEIC pictures: the size is read from the item properties, the pixels are decoded where they are one coded picture."""

import struct

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


def heic(kind: bytes, properties: list[tuple[bool, bytes]], data: bytes) -> bytes:
    """Return a HEIC of one item with these properties, each with whether it is essential."""
    ftyp = box(b"ftyp", b"heic", b"\0\0\0\0", b"mif1heic")
    held = bytes([len(properties), *(essential << 7 | at for at, (essential, _) in enumerate(properties, 1))])

    def meta(offset: int) -> bytes:
        return full(
            b"meta",
            full(b"hdlr", b"\0\0\0\0pict", bytes(12), b"\0"),
            full(b"pitm", b"\0\1"),
            full(b"iinf", b"\0\1", full(b"infe", b"\0\1\0\0", kind, b"\0", version=2)),
            full(b"iloc", b"\x44\0", b"\0\1", b"\0\1\0\0\0\1", struct.pack(">II", offset, len(data))),
            box(b"iprp", box(b"ipco", *(p for _, p in properties)), full(b"ipma", b"\0\0\0\1", b"\0\1", held)),
        )

    return ftyp + meta(len(ftyp) + len(meta(0)) + 8) + box(b"mdat", data)


def size_of(width: int, height: int) -> tuple[bool, bytes]:
    return False, full(b"ispe", struct.pack(">II", width, height))


@pytest.fixture(scope="module")
def coded(tmp_path_factory) -> tuple[bytes, bytes]:
    """Return the decoder configuration and the data of a coded picture of 96 x 64 pixels."""
    path = tmp_path_factory.mktemp("hevc") / "one.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=1, options={"x265-params": "log-level=none"})
        stream.width, stream.height, stream.pix_fmt, stream.codec_tag = 96, 64, "yuv420p", "hvc1"
        noise = np.random.default_rng(3).integers(0, 255, (64, 96, 3), np.uint8)
        container.mux([*stream.encode(av.VideoFrame.from_ndarray(noise)), *stream.encode()])
    data = path.read_bytes()
    at = data.index(b"hvcC") - 4
    configuration = data[at : at + int.from_bytes(data[at : at + 4], "big")]
    with av.open(str(path)) as container:
        packet = next(p for p in container.demux(video=0) if p.size)
        return configuration, bytes(packet)


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


def test_a_picture_of_tiles_has_a_size_and_its_pixels_are_reported_as_not_checked(tmp_path):
    picture = heic(b"grid", [size_of(4032, 3024)], b"\0\0\0\0\x0f\xc0\x0b\xd0")
    sized = judged(tmp_path, picture, {"width": 4032, "aspect": 1.3333})
    assert errors(sized) == []
    looked_at = judged(tmp_path, picture, {"quality": {"blank": False}})
    assert errors(looked_at) == ["quality.blank"]
    assert "was not checked" in looked_at.findings[-1].message
