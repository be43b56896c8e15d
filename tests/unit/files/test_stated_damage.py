"""Damage that checksums, stated lengths and the order of pieces show, where a decoder goes on without a word."""

import io
import struct
from fractions import Fraction

import pytest

from tests.unit.files.conftest import scene


def film(tmp_path, form, codec, **options):
    """Return a film of ten frames."""
    import av

    path = tmp_path / "whole"
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for number in range(10):
            container.mux(stream.encode(av.VideoFrame.from_image(scene(number))))
        container.mux(stream.encode())
    return path.read_bytes()


def sound(tmp_path, form, codec):
    """Return two seconds of a sound that no two samples of are alike."""
    import av
    import numpy as np

    rng = np.random.default_rng(5)
    path = tmp_path / "whole"
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=44100, layout="mono")
        stream.format, stream.bit_rate = stream.codec_context.codec.audio_formats[0], 96_000
        size = stream.codec_context.frame_size or 4096
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=44100, frame_size=size)
        for start in range(0, 88200, size):
            times = np.arange(start, min(start + size, 88200))
            wave = (9000 * np.sin(times / 15) + rng.integers(-900, 900, len(times))).astype("int16")
            frame = av.AudioFrame.from_ndarray(wave[None, :], format="s16p", layout="mono")
            frame.sample_rate, frame.pts = 44100, start
            container.mux(packet for part in resampler.resample(frame) for packet in stream.encode(part))
        container.mux(stream.encode())
    return path.read_bytes()


def picture_of(form, mode="RGB", **options):
    from PIL import Image

    target = io.BytesIO()
    noise = Image.effect_noise((320, 200), 90)
    (noise.convert("RGB") if mode == "RGB" else noise.point(lambda v: 255 * (v > 128)).convert(mode)).save(
        target, form, **options
    )
    return target.getvalue()


def zeroed(data, at, size=120):
    return data[:at] + bytes(size) + data[at + size :]


def without(data, at, size=120):
    return data[:at] + data[at + size :]


def overwritten(data, at, size=120):
    return data[:at] + bytes(byte ^ 0x5A for byte in data[at : at + size]) + data[at + size :]


@pytest.mark.parametrize(("form", "codec"), [("wv", "wavpack"), ("tta", "tta"), ("matroska", "wavpack")])
def test_a_checksum_of_sound_that_does_not_fit(judge, tmp_path, form, codec):
    data = sound(tmp_path, form, codec)
    name = {"wv": "a.wv", "tta": "a.tta"}.get(form, "a.mka")
    assert not judge(data, name, "audio").failed
    for rules in ("any", "audio"):
        assert judge(overwritten(data, len(data) // 2, 40), name, rules).failed


@pytest.mark.parametrize("damage", [zeroed, without, overwritten])
def test_packets_of_asf_that_are_damaged(judge, tmp_path, damage):
    data = sound(tmp_path, "asf", "wmav2")
    assert not judge(data, "a.wma", "audio").failed
    start = data.find(bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")) + 50
    assert judge(damage(data, start + 3200 * 3 - 20), "b.wma", "audio").failed


@pytest.mark.parametrize("damage", [zeroed, without, overwritten])
def test_a_packet_of_asf_tells_what_is_wrong_with_it(judge, tmp_path, damage):
    data = sound(tmp_path, "asf", "wmav2")
    start = data.find(bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")) + 50
    found = judge(damage(data, start + 3200 * 3), "b.wma", "any")
    message = next(f.message for f in found.findings if f.rule == "media.structure")
    assert damage is without or message.startswith("Data packet 4 of ")


@pytest.mark.parametrize(
    ("form", "codec", "name"),
    [("mxf", "mpeg2video", "a.mxf"), ("avi", "mpeg4", "a.avi"), ("flv", "flv", "a.flv")],
)
@pytest.mark.parametrize("damage", [zeroed, without])
def test_pieces_of_a_film_that_do_not_follow_one_another(judge, tmp_path, form, codec, name, damage):
    data = film(tmp_path, form, codec)
    assert not judge(data, name, "any").failed
    assert "media.structure" in {f.rule for f in judge(damage(data, len(data) // 2, 5000), name, "any").findings}


def test_an_avi_that_leaves_out_the_padding_of_an_odd_piece_is_right(judge, tmp_path):
    data = bytearray(film(tmp_path, "avi", "mpeg4"))
    at = data.find(b"00dc", data.find(b"movi"))
    while not data[at + 4] & 1:
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    pad = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
    data.insert(data.find(b"idx1"), 0)  # the list keeps its length
    del data[pad]
    assert not [f for f in judge(bytes(data), "a.avi", "any").findings if f.rule == "media.structure"]


@pytest.mark.parametrize("compression", ["jpeg", "group3", "group4", "packbits"])
def test_pixels_of_a_tiff_that_the_decoder_makes_up(judge, compression):
    mode = "1" if compression.startswith("group") else "RGB"
    data = picture_of("TIFF", mode, compression=compression)
    assert not judge(data, "a.tiff").findings
    assert judge(zeroed(data, len(data) // 2), "b.tiff").failed


def test_a_tiff_of_which_not_even_the_head_is_known_is_no_crash(judge):
    assert judge(b"II*\0\x08\0\0\0\0\0\0\0\0\0", "a.tiff").failed


@pytest.mark.parametrize("damage", [without, zeroed])
def test_tile_parts_of_a_jpeg_2000_that_do_not_follow_one_another(judge, damage):
    data = picture_of("JPEG2000", tile_size=(64, 64))
    assert not judge(data, "a.jp2").findings
    at = data.find(b"\xff\x90", len(data) // 2) - 10
    assert judge(damage(data, at), "b.jp2").failed


def test_bytes_of_a_bmp_that_are_there_twice(judge):
    data = picture_of("BMP")
    assert not judge(data, "a.bmp").findings
    assert judge(data[:9000] + data[8000:], "b.bmp").failed
    assert not judge(data + b"\0\0", "c.bmp").failed


def test_a_block_of_a_creative_voice_file_that_is_cut(judge, tmp_path):
    data = sound(tmp_path, "voc", "pcm_s16le")
    assert not judge(data, "a.voc", "any").failed
    assert judge(data[: len(data) - 900], "b.voc", "any").failed


def coded_picture(codec, pixels):
    import av

    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt, context.time_base = 192, 108, pixels, Fraction(1)
    frame = av.VideoFrame.from_image(scene(1)).reformat(format=pixels)
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def dsf():
    data = struct.pack("<4sQ", b"data", 12 + 8192) + b"\x69\x96" * 4096
    form = struct.pack("<4sQIIIIIIQII", b"fmt ", 52, 1, 0, 1, 1, 2822400, 1, 65536, 4096, 0)
    return struct.pack("<4sQQQ", b"DSD ", 28, 28 + len(form) + len(data), 0) + form + data


MADE = {
    "a.wmv": lambda folder: film(folder, "asf", "wmv2"),
    "a.latm": lambda folder: sound(folder, "latm", "aac"),
    "a.amr": lambda _folder: b"#!AMR\n" + (b"\x3c" + bytes(31)) * 100,
    "b.amr": lambda _folder: b"#!AMR-WB\n" + (b"\x04" + bytes(17)) * 100,
    "a.dsf": lambda _folder: dsf(),
    "a.qoi": lambda _folder: coded_picture("qoi", "rgb24"),
    "a.sgi": lambda _folder: coded_picture("sgi", "rgb24"),
    "b.sgi": lambda _folder: picture_of("SGI"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_few_bytes_that_a_file_states_and_lacks(judge, tmp_path, name):
    data = MADE[name](tmp_path)
    assert not judge(data, name, "any").failed
    for count in (5, 30, len(data) // 3):
        assert judge(data[:-count], name, "any").failed, count


@pytest.mark.parametrize("name", ["a.qoi", "a.sgi", "a.dsf"])
def test_a_few_bytes_behind_the_end_are_no_damage(judge, tmp_path, name):
    assert not judge(MADE[name](tmp_path) + b"\xff\xff\xff", name, "any").failed


def test_deflated_colours_of_a_tiff_that_cannot_be_unpacked(judge):
    import av

    context = av.CodecContext.create("tiff", "w")
    context.width, context.height, context.pix_fmt, context.time_base = 192, 108, "yuv444p", Fraction(1, 25)
    context.options = {"compression_algo": "deflate"}
    frame = av.VideoFrame.from_image(scene(1)).reformat(format="yuv444p")
    data = b"".join(bytes(packet) for packet in (*context.encode(frame), *context.encode()))
    assert judge(data, "a.tiff").findings == []
    broken = data[:300] + bytes([data[300] ^ 1]) + data[301:]
    assert "cannot be unpacked" in judge(broken, "b.tiff").findings[0].message
