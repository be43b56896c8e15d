"""Pictures that Pillow does not know: JPEG XL, OpenEXR, TIFF of floating point, Radiance, DPX."""

import io
import struct
from fractions import Fraction

import pytest
from PIL import Image

from AIGCLibrary.files.containers.jxl import read_jxl
from tests.unit.files.conftest import rules_of


@pytest.fixture
def gradient():
    """Rows, columns and colours from 0 to 1."""
    np = pytest.importorskip("numpy")
    across = np.linspace(0, 1, 96, dtype=np.float32)[None, :, None] * np.ones((64, 1, 3), np.float32)
    return across * np.array([1, 0.5, 0.25], np.float32)


@pytest.fixture
def jxl(gradient):
    return pytest.importorskip("imagecodecs").jpegxl_encode((gradient * 255).astype("uint8"))


@pytest.fixture
def float_tiff(gradient):
    tifffile = pytest.importorskip("tifffile")
    target = io.BytesIO()
    tifffile.imwrite(target, gradient, compression="zlib", predictor=3, photometric="rgb")
    return target.getvalue()


def encoded(gradient, codec, factor=1.0):
    """Encode with FFmpeg, which takes light of floating point."""
    import av
    import numpy as np

    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt, context.framerate = 96, 64, "gbrpf32le", 1
    context.time_base = Fraction(1)
    frame = av.VideoFrame(96, 64, "gbrpf32le")
    for plane, colour in zip(frame.planes, (1, 2, 0), strict=True):
        rows = np.zeros((64, plane.line_size // 4), np.float32)
        rows[:, :96] = gradient[:, :, colour] * factor
        plane.update(rows.tobytes())
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


@pytest.mark.parametrize("name", ["a.jxl", "a.tiff"])
def test_what_the_extra_decodes_is_judged_as_any_picture(judge, jxl, float_tiff, gradient, name):
    data = jxl if name == "a.jxl" else float_tiff
    found = judge(data, name, "image")
    assert (found.facts["media"]["resolution"], found.findings) == ("96x64", [])
    assert judge(data[: len(data) - 60], name).failed


def test_jpeg_ls_is_no_broken_jpeg(judge, gradient):
    import av

    context = av.CodecContext.create("jpegls", "w")
    context.width, context.height, context.pix_fmt, context.time_base = 96, 64, "rgb24", Fraction(1)
    frame = av.VideoFrame.from_ndarray((gradient * 255).astype("uint8"), format="rgb24")
    data = b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])
    found = judge(data, "a.jls", "image")
    assert (found.media_type, found.facts["media"]["resolution"], found.findings) == ("image/jls", "96x64", [])
    assert judge(data[: len(data) // 2], "a.jls").failed


def test_a_picture_of_one_colour_is_blank_in_every_format(judge, gradient):
    codecs = pytest.importorskip("imagecodecs")
    flat = gradient * 0 + 0.25
    for data in (codecs.jpegxl_encode((flat * 255).astype("uint8")), encoded(flat, "exr")):
        assert rules_of(judge(data, "a.bin", "image")) == {"quality.blank"}


@pytest.mark.parametrize("missing", ["imagecodecs", "tifffile"])
def test_without_the_extra_the_head_alone_is_judged(judge, jxl, float_tiff, monkeypatch, missing):
    """A whole picture is accepted with a warning, unless a rule asks for what only its pixels show."""
    import sys

    monkeypatch.setitem(sys.modules, missing, None)
    data = jxl if missing == "imagecodecs" else float_tiff
    found = judge(data, "a.bin", {"type": "image/*", "width": 96})
    assert [(one.rule, str(one.severity)) for one in found.findings] == [("image.data", "warning")]
    assert "[pictures]" in found.findings[0].message
    assert rules_of(judge(data, "b.bin", "image")) == {"quality.blank"}


@pytest.mark.parametrize("factor", [1.0, 90.0])
def test_exr_of_light_and_of_depth(judge, gradient, factor):
    """Depths lie far over 1; a picture of them is not one white area."""
    data = encoded(gradient + 0.02, "exr", factor)
    found = judge(data, "a.exr", "image")
    assert (found.media_type, found.findings) == ("image/x-exr", [])
    assert found.facts["media"]["resolution"] == "96x64"
    assert [one.kind for one in judge(data[: len(data) // 2], "a.exr").findings] == ["truncated"]


def test_radiance_and_dpx(judge, gradient):
    assert not judge(encoded(gradient + 0.01, "hdr"), "a.hdr", "image").findings
    pixels = bytes(range(256)) * 9
    head = b"SDPX" + struct.pack(">I", 2048) + b"V1.0\0\0\0\0" + struct.pack(">I", 2048 + len(pixels))
    head = head.ljust(768, b"\0") + struct.pack(">HHII", 0, 1, 32, 24)
    head += struct.pack(">5I4BHHI", 0, 0, 0, 255, 0, 50, 2, 2, 8, 0, 0, 2048)
    data = head.ljust(2048, b"\0") + pixels
    found = judge(data, "a.dpx", "image")
    assert (found.facts["media"]["resolution"], found.findings) == ("32x24", [])
    assert judge(data[:-90], "a.dpx").failed


@pytest.mark.parametrize(
    ("bits", "size"),
    [
        ([(1, 1), (3, 5), (0, 3), (5, 5)], (48, 32)),
        ([(1, 1), (3, 5), (1, 3)], (32, 32)),
        ([(0, 1), (1, 2), (1079, 13), (5, 3)], (1920, 1080)),
        ([(0, 1), (0, 2), (99, 9), (0, 3), (1, 2), (4999, 13)], (5000, 100)),
        ([(1, 1), (3, 5), (0, 3), (5, 5), (0, 1), (1, 1), (5, 3), (0, 1), (0, 1), (0, 1)], (32, 48)),
    ],
)
def test_size_of_jpeg_xl_from_its_head(bits, size):
    value = at = 0
    for number, count in bits:
        value |= number << at
        at += count
    codestream = b"\xff\x0a" + value.to_bytes(at // 8 + 8, "little")
    boxes = b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x14ftypjxl \0\0\0\0jxl " + b"\0\0\0\0jxlc"
    for head in (codestream, boxes + codestream):
        assert (read_jxl(head).width, read_jxl(head).height) == size
    assert read_jxl(codestream[:3]) is None


@pytest.mark.parametrize(("form", "turned"), [("JPEG", False), ("JPEG", True), ("PNG", False), ("WEBP", True)])
def test_a_large_picture_is_looked_at_within_the_bound_on_memory(tmp_path, picture, form, turned):

    from AIGCLibrary.files.reading.stills import still_of

    large = picture.resize((3000, 2064))
    exif = Image.Exif()
    exif[0x0112] = 6 if turned else 1
    path = tmp_path / f"a.{form.lower()}"
    large.save(path, form, exif=exif)
    whole = still_of(path, "", 1 << 30)
    small = still_of(path, "", 70_000_000 if form == "PNG" else 40_000_000)
    assert whole.size == ((2064, 3000) if turned else (3000, 2064))
    assert small.width == whole.width // 2
    with pytest.raises(ValueError, match="picture_memory"):
        still_of(path, "", 600_000)


def test_text_is_looked_for_in_pictures_that_pillow_does_not_know(jxl, tmp_path):
    from AIGCLibrary.files.reading.shots import shots_of

    (tmp_path / "a.jxl").write_bytes(jxl)
    (shot,) = shots_of(tmp_path / "a.jxl", "image/jxl")
    assert (shot.picture.size, shot.picture.mode) == ((96, 64), "RGB")


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_is_blank_where_all_of_its_frames_are(judge, form):
    black, shown = Image.new("RGB", (96, 64)), Image.effect_mandelbrot((96, 64), (-2, -1.5, 1, 1.5), 60).convert("RGB")

    def animation(*frames):
        target = io.BytesIO()
        frames[0].save(target, form, save_all=True, append_images=frames[1:], duration=100, lossless=True)
        return target.getvalue()

    name, rules = f"a.{form.lower()}", {"quality": {"blank": False}}
    assert not judge(animation(black, shown, shown.transpose(0)), name, rules).failed
    dark = [Image.new("RGB", (96, 64), (level, 0, 0)) for level in (0, 60, 120)]
    assert rules_of(judge(animation(*dark), name, rules)) == {"quality.blank"}


def test_text_of_an_animation_was_looked_for_in_its_first_frame_alone(judge, monkeypatch):
    class Nothing:
        def read(self, _picture):
            return []

    monkeypatch.setattr("AIGCLibrary.files.reading.ocr.shared_ocr", Nothing)
    target, frames = io.BytesIO(), [Image.new("RGB", (96, 64), (level, 90, 0)) for level in (0, 60, 120)]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    found = judge(target.getvalue(), "a.gif", {"text": {"must_not": "pix"}})
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("image.first", "warning")]
    assert found.findings[0].message.startswith("Only the first of its 3 frames")


def test_a_photoshop_file_with_bytes_that_pack_nothing(judge):
    row = b"\x80" + bytes((257 - 30, 90)) + b"\x80"  # 30 samples of one level
    rows = row * 3 * 20
    lengths = struct.pack(">60H", *[len(row)] * 60)
    head = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 20, 30, 8, 3) + bytes(12) + b"\0\1"
    found = judge(head + lengths + rows, "a.psd")
    assert (found.findings, found.facts["media"]["resolution"]) == ([], "30x20")
    assert judge(head + lengths + rows[:-2], "b.psd").failed
    assert judge(head + lengths + rows.replace(b"\xe3", b"\xf0", 1), "c.psd").failed
