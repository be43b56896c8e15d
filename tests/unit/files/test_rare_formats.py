"""Rare formats: whole files are accepted under their own types, and cut ones are rejected."""

import io

import pytest

from AIGCLibrary.content.sniff import sniff
from tests.unit.files.conftest import rules_of, scene
from tests.unit.files.test_decoder_log import film, overwritten
from tests.unit.files.test_formats import sound_alone

WHOLE_FILM = {"type": "video/*", "width": 192, "quality": {"black": "< 99 s"}}


def coded(codec, pixels="rgb24", **options):
    """Encode one picture with FFmpeg."""
    from fractions import Fraction

    import av

    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt, context.time_base = 192, 108, pixels, Fraction(1, 25)
    context.options = options
    frame = av.VideoFrame.from_image(scene(3)).reformat(format=pixels)
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


def saved(form, mode="RGB", **options):
    target = io.BytesIO()
    scene(3).convert(mode).save(target, form, **options)
    return target.getvalue()


def fits():
    """Write grey pixels as FITS."""
    cards = ("SIMPLE  =                    T", "BITPIX  =                    8", "NAXIS   =                    2",
             "NAXIS1  =                  192", "NAXIS2  =                  108", "END")  # fmt: skip
    head = b"".join(card.encode().ljust(80) for card in cards).ljust(2880)
    pixels = scene(3).convert("L").tobytes()
    return head + pixels + bytes(-len(pixels) % 2880)


PICTURES = {
    "xbm": ("image/x-xbitmap", lambda: saved("XBM", "1")),
    "fits": ("image/fits", fits),
    "j2c": ("image/j2c", lambda: saved("JPEG2000", no_jp2=True)),
    "pam": ("image/x-portable-arbitrarymap", lambda: coded("pam", "rgba")),
    "sun": ("image/x-sun-raster", lambda: coded("sunrast", "bgr24")),
    "xwd": ("image/x-xwindowdump", lambda: coded("xwd", "bgra")),
    "lossless": ("image/jpeg", lambda: coded("ljpeg", "bgr24")),
    "exr": ("image/x-exr", lambda: coded("exr", "gbrpf32le", compression="zip16")),
    "packbits": ("image/tiff", lambda: saved("TIFF", "RGBA", compression="packbits")),
}


@pytest.mark.parametrize("form", PICTURES)
def test_a_picture_of_a_rare_format_is_known_and_a_cut_one_is_not_accepted(judge, form):
    media_type, make = PICTURES[form]
    data = make()
    found = judge(data, "a.bin", "image")
    assert (found.media_type, found.facts["media"]["resolution"], found.findings) == (media_type, "192x108", [])
    assert judge(data[: len(data) * 2 // 3], "b.bin", "image").failed


def test_a_pixmap_of_letters_is_a_picture():
    assert sniff(b"/* XPM */\nstatic char *a[] = {\n") == "image/x-xpixmap"


def test_other_texts_with_definitions_are_no_bitmaps():
    assert sniff(b"#define a_width 8\n#define LIMIT 9\n") == "text/plain"
    assert sniff(b"SIMPLE  = a word\n") == "text/plain"


def test_a_pcx_whose_end_was_never_written_is_damage(judge):
    data = saved("PCX", "L")
    assert not judge(data, "a.pcx").findings
    assert rules_of(judge(data[: len(data) // 2] + bytes(len(data) // 2), "b.pcx")) == {"image.data"}


@pytest.mark.parametrize("form", ["exr", "j2c", "jp2"])
def test_what_a_decoder_makes_up_is_damage(judge, form):
    data = saved("JPEG2000", no_jp2=False) if form == "jp2" else PICTURES[form][1]()
    assert not judge(data, "a.bin").findings
    found = judge(overwritten(data, len(data) * 3 // 10, 300), "b.bin")
    assert ("image.data", "error") in {(f.rule, str(f.severity)) for f in found.findings}


FILMS = {
    "ivf": ("video/x-ivf", "libvpx", "yuv420p"),
    "yuv4mpegpipe": ("video/x-yuv4mpeg", "wrapped_avframe", "yuv420p"),
    "nut": ("video/x-nut", "mpeg4", "yuv420p"),
    "h264": ("video/h264", "libx264", "yuv420p"),
    "hevc": ("video/h265", "libx265", "yuv420p"),
    "rm": ("video/vnd.rn-realvideo", "rv10", "yuv420p"),
}


@pytest.mark.parametrize("form", FILMS)
def test_a_film_of_a_rare_format_is_known(judge, tmp_path, form):
    media_type, codec, pixels = FILMS[form]
    size = (176, 144) if form == "rm" else (192, 108)
    found = judge(film(tmp_path, form, codec, pixels, size), "a.bin", {**WHOLE_FILM, "width": size[0]})
    assert (found.media_type, found.findings) == (media_type, [])


def test_a_film_whose_last_frame_was_cut_is_damage(judge, tmp_path):
    data = film(tmp_path, "ivf", "libvpx", "yuv420p")
    for cut in (data[:-5], data[: len(data) * 2 // 3]):
        assert rules_of(judge(cut, "a.ivf")) == {"media.structure"}


def test_pictures_of_a_film_whose_decoder_gives_up_are_damage(judge, tmp_path):
    data = film(tmp_path, "mov", "gif", "bgr8")
    assert not judge(data, "a.mov", WHOLE_FILM).findings
    found = judge(overwritten(data, len(data) // 2, 300), "b.mov", WHOLE_FILM)
    assert {"media.concealed", "media.packets"} & rules_of(found)


def test_a_stream_without_times_has_no_length_that_could_be_measured(judge, tmp_path):
    found = judge(film(tmp_path, "h264", "libx264", "yuv420p"), "a.h264", {"duration": "> 0 s"})
    assert "it was not measured: its packets have no times" in found.findings[0].message


def test_a_sound_of_a_rare_format_is_known(judge, tmp_path):
    data = sound_alone("nut", "mp2", tmp_path / "made", 48000)
    found = judge(data, "a.bin", {"type": "audio/*", "quality": {"silent": "< 9 s"}})
    assert (found.media_type, found.findings) == ("audio/x-nut", [])


@pytest.mark.parametrize(("head", "media_type"), [
    (b"\x7f\xfe\x80\x01\xfc<}\xe0", "audio/vnd.dts"), (b"\xf8F\x03\xc8\xf8ro\xba\0", "audio/vnd.dolby.mlp"),
    (b"\x12\0\x0a\x0b\0\0\0", "video/av1"),
])  # fmt: skip
def test_streams_that_begin_with_a_mark(head, media_type):
    assert sniff(head) == media_type


def test_jpegs_in_a_row_are_a_film_where_the_name_says_so(judge, tmp_path):
    data = film(tmp_path, "mjpeg", "mjpeg", "yuvj420p")
    for name in ("a.mjpeg", "a.mjpg"):
        found = judge(data, name, WHOLE_FILM)
        assert (found.media_type, found.findings) == ("video/x-motion-jpeg", [])
    assert judge(data, "a.jpg").media_type == "image/jpeg"
    assert "media.structure" in rules_of(judge(data[:-300] + bytes(300), "b.mjpg"))


def test_ogg_with_a_picture_is_a_film_whatever_its_codec(judge, tmp_path):
    found = judge(film(tmp_path, "ogg", "libvpx", "yuv420p"), "a.ogv", WHOLE_FILM)
    assert (found.media_type, found.findings) == ("video/ogg", [])


def test_pictures_with_tags_that_a_decoder_does_not_know_are_a_film(judge, tmp_path):
    found = judge(film(tmp_path, "mov", "tiff", "rgb24"), "a.mov", WHOLE_FILM)
    assert found.findings == []


def box(kind, *parts):
    body = b"".join(part.to_bytes(4, "big") if isinstance(part, int) else part for part in parts)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def packets_in_a_table_of_samples(wave, packets=3):
    """Put the packets of a WAV with ADPCM into a QuickTime file, as sound description 1 has them."""
    at = wave.index(b"data") + 8
    samples, size = int.from_bytes(wave[38:40], "little"), int.from_bytes(wave[32:34], "little")
    count = samples * packets + 9  # a last packet that is not full is left out
    entry = box(b"ms\0\2", bytes(4), b"\0\0\0\1", b"\0\1", bytes(6), b"\0\1\0\x10", bytes(4), 44100 << 16,
                samples, size, size, 2, box(b"wave", box(b"ms\0\2", wave[20 : 20 + 16 + 2 + 32])))  # fmt: skip
    table = box(
        b"stbl", box(b"stsd", 0, 1, entry), box(b"stts", 0, 1, count, 1), box(b"stsc", 0, 1, 1, count, 1),
        box(b"stsz", 0, 1, count), box(b"stco", 0, 1, 28),
    )  # fmt: skip
    media = box(b"mdia", box(b"mdhd", 0, 0, 0, 44100, count, 0), box(b"hdlr", 0, b"mhlr", b"soun", bytes(13)),
                box(b"minf", box(b"smhd", 0, 0), box(b"dinf", box(b"dref", 0, 1, box(b"url ", 1))), table))  # fmt: skip
    matrix = b"".join(number.to_bytes(4, "big") for number in (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30))
    track = box(b"trak", box(b"tkhd", 1, 0, 0, 1, 0, count, bytes(16), matrix, 0, 0), media)
    head = box(b"mvhd", 0, 0, 0, 44100, count, 1 << 16, b"\1\0", bytes(10), matrix, bytes(24), 2)
    sound = box(b"mdat", wave[at : at + size * packets])
    return box(b"ftyp", b"qt  ", 0x200, b"qt  ") + sound + box(b"moov", head, track)


def test_a_sound_whose_table_counts_samples_of_packets(judge, tmp_path):
    data = packets_in_a_table_of_samples(sound_alone("wav", "adpcm_ms", tmp_path / "made"))
    found = judge(data, "a.mov", {"audio_codec": "adpcm_ms"})
    assert (found.facts["media"]["audio_codec"], found.failed) == ("adpcm_ms", False)
    assert "mp4.structure" in rules_of(
        judge(data.replace((28).to_bytes(4, "big"), (1 << 20).to_bytes(4, "big")), "b.mov")
    )


def test_data_that_nothing_here_knows_is_no_damage(judge):
    from fractions import Fraction

    import av

    target = io.BytesIO()
    with av.open(target, "w", format="mpegts") as container:
        stream = container.add_data_stream("bin_data")
        for number in range(20):
            packet = av.Packet(b"coded by something new " * 20)
            packet.stream, packet.pts, packet.dts, packet.time_base = stream, number, number, Fraction(1, 25)
            container.mux(packet)
    found = judge(target.getvalue(), "a.ts")
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("media.coding", "warning")]
    assert set(found.facts["media"]) == set(found.facts["sources"])
    assert "media.structure" in rules_of(judge(target.getvalue()[:4000] + target.getvalue()[4300:], "hole.ts"))
    found = judge(target.getvalue(), "b.ts", {"video_streams": ">= 1"})
    assert any("but it was not measured: no decoder here knows" in f.message for f in found.findings)


def test_a_last_packet_of_zeros_is_no_padding(judge, tmp_path):
    data = sound_alone("wav", "libmp3lame", tmp_path / "made")
    assert not judge(data, "a.wav").findings
    assert rules_of(judge(data[:-400] + bytes(400), "b.wav")) == {"media.packets"}


def test_a_chunk_that_would_end_behind_all_files_is_damage(judge, tmp_path):
    data = sound_alone("caf", "pcm_s16be", tmp_path / "made")
    far = data + b"free" + (1 << 62).to_bytes(8, "big") + bytes(40)
    assert rules_of(judge(far, "a.caf")) == {"media.structure"}
    assert rules_of(judge(far + b"free" + (1 << 62).to_bytes(8, "big"), "b.caf")) == {"media.structure"}


def test_what_a_decoder_reports_without_its_name_is_damage(judge, tmp_path):
    data = sound_alone("wav", "adpcm_ms", tmp_path / "made")
    half = len(data) // 2
    rules = {"quality": {"silent": "< 9 s"}}
    assert not judge(data, "a.wav", rules).findings
    found = judge(data[:half] + b"\x05\xff\x7f" * 200 + data[half + 600 :], "b.wav", rules)
    assert {"media.concealed", "media.packets"} & rules_of(found)
