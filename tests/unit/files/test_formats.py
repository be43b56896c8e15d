"""Validators: what is whole is accepted, what is cut or damaged is rejected, in every format."""

import io

import pytest

from AIGCLibrary.content.formats import FORMATS, SIGNATURES, VALIDATORS
from AIGCLibrary.content.sniff import sniff
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.validators import Validator, Validators
from tests.unit.files.conftest import rules_of


def test_every_format_has_a_known_validator_and_signatures_that_exclude_each_other():
    assert {row.validator for row in FORMATS} - {""} == set(VALIDATORS)
    assert len({row.media_type for row in FORMATS}) == len(FORMATS)
    at_start = [magic for offset, magic, _ in SIGNATURES if offset == 0]
    assert [(a, b) for a in at_start for b in at_start if a != b and a.startswith(b)] == []


TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
}
MEDIA = {
    "webm": ("video/webm", "libvpx", "libopus"),
    "mkv": ("video/x-matroska", "libx264", "aac"),
    "mov": ("video/quicktime", "libx264", "aac"),
    "m4a": ("audio/mp4", None, "aac"),
    "mp3": ("audio/mpeg", None, "libmp3lame"),
    "flac": ("audio/flac", None, "flac"),
    "ogg": ("audio/ogg", None, "libopus"),
}


def encoded(suffix, tmp_path, metadata=None):
    """Encode a second of moving picture and of tone."""
    import math
    from array import array
    from fractions import Fraction

    import av
    from PIL import Image

    _, video_codec, audio_codec = MEDIA[suffix]
    path = tmp_path / f"clip.{suffix}"
    options = {"movflags": "use_metadata_tags"} if suffix in ("m4a", "mov") else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(metadata or {})
        video = container.add_stream(video_codec, rate=10) if video_codec else None
        if video:
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream(audio_codec, rate=48000)
        audio.layout = "mono"
        for number in range(10 if video else 0):
            image = Image.new("RGB", (64, 48), (number * 25, 100, 200 - number * 20))
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(video.encode(frame))
        if video:
            container.mux(video.encode(None))
        tone = array("h", (int(9000 * math.sin(i / 15)) for i in range(48000)))
        frame = av.AudioFrame(format="s16", layout="mono", samples=48000)
        frame.planes[0].update(tone.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
        size = audio.codec_context.frame_size or 1152
        resampler = av.AudioResampler(audio.codec_context.format.name, "mono", 48000, frame_size=size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(audio.encode(part))
        container.mux(audio.encode(None))
    return path.read_bytes()


SRT = "1\n00:00:00,000 --> 00:00:01,000\nHello\n\n2\n00:00:00,900 --> 00:00:03,500\n你好\n"


@pytest.mark.parametrize("suffix", TYPES)
def test_images(judge, picture, suffix):
    target = io.BytesIO()
    picture.save(target, {"jpg": "JPEG"}.get(suffix, suffix.upper()))
    data = target.getvalue()
    whole = judge(data, f"a.{suffix}", "image")
    assert not whole.findings
    assert whole.media_type == TYPES[suffix]
    assert whole.facts["media"]["resolution"] == "96x64"
    assert judge(data[: len(data) * 6 // 10], f"b.{suffix}", "image").failed


@pytest.mark.parametrize("suffix", MEDIA)
def test_media(judge, tmp_path, suffix):
    data = encoded(suffix, tmp_path)
    whole = judge(data, f"a.{suffix}", {"duration": "0.9..1.2 s", "audio_streams": 1})
    assert not whole.findings, whole.findings
    assert whole.media_type == MEDIA[suffix][0]
    assert judge(data[:100], f"b.{suffix}").failed


def test_wav_that_was_cut(judge, wav):
    assert judge(wav, "a.wav", {"duration": "1 s", "channels": 1, "sample_rate": 44100}).findings == []
    assert rules_of(judge(wav[:-5000], "b.wav")) == {"media.structure"}


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF024])
def test_wav_of_a_stream_does_not_know_its_length(judge, wav, length):
    """Speech services send sound before they know how much there will be."""
    body = bytearray(wav)
    for at in (4, wav.find(b"data") + 4):
        body[at : at + 4] = length.to_bytes(4, "little")
    assert not judge(bytes(body), "a.wav").failed


def test_ogg_without_its_last_page(judge, tmp_path):
    data = encoded("ogg", tmp_path)
    assert rules_of(judge(data[: data.rfind(b"OggS")], "a.ogg")) == {"media.structure"}


@pytest.mark.parametrize(
    ("name", "text", "failed"),
    [
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n", False),
        ("a.vtt", "00:00:01.000 --> 00:00:02.000\nx\n", True),
        ("a.vtt", "WEBVTT\n\n00:01,000 --> 00:02,000\nx\n", True),
        ("a.vtt", "WEBVTT\n\n0:1.0 --> 0:2.0\nx\n", True),
        ("a.vtt", "WEBVTT\n\n00:61.000 --> 00:62.000\nx\n", True),
        ("a.vtt", "WEBVTT\n\nNOTE only a comment\n", False),
        ("a.srt", SRT.replace("\n", "\r\n"), False),
        ("a.srt", "1\n00:00:00,000 --> 00:00:01,000\nHello\n\n2\nno times\n", True),
        ("a.srt", "just a text\n", True),
        ("a.srt", "1\n00:00:00,000 --> 00:00:01,000\n2024\nwas a year\n", False),
        ("a.csv", "a,b\n1,one\u2028line\n2,form\x0cfeed\n", False),
        ("a.csv", 'a,b\n1,"' + "x" * 200_000 + '"\n', False),
        ("a.csv", 'a,b\n1,"open\n', True),
    ],
)
def test_texts_that_readers_take_or_refuse(judge, name, text, failed):
    found = judge(text.encode(), name)
    assert found.failed == failed, found.findings


def test_second_picture_of_a_photo(judge, picture, tmp_path):
    """A depth or gain map behind the picture may be damaged; the picture is what is shown."""
    picture.save(tmp_path / "a.mpo", "MPO", save_all=True, append_images=[picture.rotate(90)])
    data = (tmp_path / "a.mpo").read_bytes()
    assert not judge(data, "a.jpg").findings
    second = data.rfind(b"\xff\xd8")
    found = judge(data[:second] + b"\0" * (len(data) - second), "b.jpg")
    assert not found.failed
    assert {finding.rule for finding in found.findings} == {"image.further"}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_mp4_that_was_cut(judge, mp4, mp4_last, share):
    for body in (mp4, mp4_last):
        found = judge(body[: int(len(body) * share)], "a.mp4")
        assert {f.kind for f in found.findings} <= {"truncated", "corrupt"}
        assert found.failed


@pytest.mark.parametrize(("stray", "failed"), [(b"\1\2\3", False), (b"\0\0\1\x06mf", True)])
def test_stray_bytes_behind_an_mp4(judge, mp4, stray, failed):
    """A few bytes of anything are skipped by every player; half the head of a box is a cut file."""
    assert judge(mp4 + stray, "a.mp4").failed == failed


def test_mp4_whose_index_points_outside(judge, mp4):
    at = mp4.find(b"stsz") + 16
    found = judge(mp4[:at] + b"\x7f\xff\xff\xf0" * 2 + mp4[at + 8 :], "a.mp4")
    assert [f.kind for f in found.findings] == ["corrupt"]


def test_mp4_facts(judge, mp4):
    media = judge(mp4, "a.mp4").facts["media"]
    wanted = {
        "duration": 2.0,
        "resolution": "320x180",
        "video_codec": "h264",
        "audio_codec": "aac",
        "fps": 24.0,
        "faststart": True,
    }
    assert {name: media[name] for name in wanted} == wanted


def test_content_under_a_false_name(judge, mp4):
    assert rules_of(judge(mp4, "a.png")) == {"type.name"}
    assert rules_of(judge(mp4, "a.mp4", {"type": "image/*"})) == {"type"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"a": 1,}', "json.syntax"),
        ("[1, 2", "json.syntax"),
        ("[NaN]", "json.syntax"),
        ("", "empty"),
        ('{"a": 1, "a": 2}', "json.duplicate_keys"),
        ("[" * 100_000, "json.depth"),
    ],
)
def test_json(judge, text, rule):
    assert rules_of(judge(text.encode(), "a.json", "json")) == {rule}


def test_json_schema_and_values(judge):
    rules = {
        "json": {
            "schema": {"properties": {"n": {"type": "integer"}, "at": {"format": "date"}}, "required": ["title"]},
            "values": {"scenes[0].length": "1..2 s"},
        }
    }
    data = b'{"n": "x", "at": "yesterday", "scenes": [{"length": 3}]}'
    found = judge(data, "a.json", rules)
    assert sorted(f.rule for f in found.findings) == ["json.schema"] * 3 + ["json.values.scenes[0].length"]
    assert {f.place for f in found.findings} == {"$", "$.n", "$.at", "scenes[0].length"}


def test_json_lines_tell_the_line(judge):
    found = judge(b'{"a": 1}\n{"a": 2}\n{"a": }\n', "a.jsonl")
    assert [f.place for f in found.findings] == ["line 3"]


def test_csv_with_a_short_row(judge):
    found = judge(b"a,b,c\n1,2,3\n4,5\n", "a.csv", {"columns": 3})
    assert [(f.rule, f.place) for f in found.findings] == [("csv.columns", "row 3")]


def test_subtitles(judge, tmp_path, mp4):
    (tmp_path / "v.mp4").write_bytes(mp4)
    assert not judge(SRT.encode(), "a.srt", {"cues": 2}).findings
    rules = {"extends": "subtitles", "subtitles": {"video": str(tmp_path / "v.mp4"), "max_cue": 2.0}}
    assert rules_of(judge(SRT.encode(), "a.srt", rules)) == {
        "subtitles.overlap",
        "subtitles.video",
        "subtitles.max_cue",
    }
    assert rules_of(judge(b"WEBVTT\n\n00:02.000 --> 00:01.000\nx\n", "a.vtt")) == {"subtitles.syntax"}


def test_text_encoding(judge):
    assert judge("剧本第一集的对白\n".encode("gb18030"), "a.txt", {"encoding": "gb18030"}).findings == []
    assert rules_of(judge("剧本".encode(), "a.txt", {"encoding": "gb18030"})) == {"encoding"}


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\0\0\0\x18ftypavif", "image/avif"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b'{"a": 1}', "application/json"),
        (b'{"a": 1}\n{"a": 2}\n', "application/x-ndjson"),
        (b"<html>", "text/html"),
        (b"\0\1\2\3", None),
        (b"", None),
        ("# 标题".encode(), "text/plain"),
        (b"MZ hello", "text/plain"),
        (b"BM wants", "text/plain"),
    ],
)
def test_sniff(head, media_type):
    assert sniff(head) == media_type


def test_own_validator(judge, tmp_path):
    class Recipe(Validator):
        name = "recipe"
        media_types = ("text/x-recipe",)

        @classmethod
        def sniff(cls, head):
            return "text/x-recipe" if head.startswith(b"RECIPE") else None

        def inspect(self, path):
            if b"salt" not in path.read_bytes():
                self.examination.report("recipe.salt", "There is no salt in it.")

    from AIGCLibrary.files.evaluation import judge_file

    known = Validators()
    known.add(Recipe)
    (tmp_path / "a.recipe").write_bytes(b"RECIPE: sugar")
    examination = Examination("a.recipe")
    judge_file(examination, tmp_path / "a.recipe", known)
    assert rules_of(examination) == {"recipe.salt"}


def sound_alone(container, codec, path, rate=44100):
    import av
    import numpy as np

    with av.open(str(path), "w", format=container) as sink:
        stream = sink.add_stream(codec, rate=rate)
        stream.layout, stream.bit_rate = "mono", 96000
        noise = np.random.default_rng(7).integers(-9000, 9000, (1, rate)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(noise, format="s16", layout="mono")
        frame.sample_rate = rate
        sink.mux([*stream.encode(frame), *stream.encode()])
    return path.read_bytes()


@pytest.mark.parametrize(
    ("container", "codec", "media_type"),
    [
        ("asf", "wmav2", "audio/x-ms-wma"), ("mpegts", "aac", "audio/mp2t"), ("mpeg", "mp2", "audio/mp2p"),
        ("avi", "pcm_s16le", "audio/x-msvideo"), ("flv", "aac", "audio/x-flv"), ("ac3", "ac3", "audio/ac3"),
        ("eac3", "eac3", "audio/eac3"), ("caf", "pcm_s16be", "audio/x-caf"), ("w64", "pcm_s16le", "audio/x-w64"),
        ("tta", "tta", "audio/x-tta"), ("wv", "wavpack", "audio/x-wavpack"), ("voc", "pcm_u8", "audio/x-voc"),
    ],
)  # fmt: skip
def test_sound_is_sound_in_every_container(judge, tmp_path, container, codec, media_type):
    found = judge(
        sound_alone(container, codec, tmp_path / "made"), f"a.{container}", {"type": "audio/*", "channels": 1}
    )
    assert (found.media_type, found.findings) == (media_type, [])
    data = (tmp_path / "made").read_bytes()
    assert not judge(data, f"named.{container}").failed
    assert "type" in rules_of(judge(data, "b.bin", {"type": "video/*"}))
    if container in ("asf", "w64", "avi", "caf", "tta", "wv"):
        assert judge(data[: len(data) * 7 // 10], "c.bin").failed


@pytest.mark.parametrize("codec", ["pcm_s24le", "pcm_s24be", "pcm_f32le", "pcm_f64be", "pcm_u8", "adpcm_ima_qt"])
def test_the_sample_entry_of_a_quicktime_sound_names_its_codec(judge, tmp_path, codec):
    found = judge(sound_alone("mov", codec, tmp_path / "made"), "a.mov", {"audio_codec": codec})
    assert (found.facts["media"]["audio_codec"], found.failed) == (codec, False)


@pytest.mark.parametrize(("entry", "codec"), [("AVdh", "dnxhd"), ("s263", "h263"), ("rle ", "qtrle"), ("Hap1", "hap")])
def test_the_letters_of_a_sample_entry_name_a_codec(entry, codec):
    from AIGCLibrary.files.iso.sample_entries import codec_of

    assert codec_of(entry) == codec


@pytest.mark.parametrize(
    ("codec", "pixels", "name"),
    [("mpeg2video", "yuv420p", "a.mp4"), ("r210", "gbrp10le", "a.mov"), ("targa", "bgr24", "b.mov")],
)
def test_the_codec_of_a_picture_is_that_which_decodes_it(judge, tmp_path, codec, pixels, name):
    from tests.unit.files.test_decoder_log import film

    found = judge(film(tmp_path, name[2:], codec, pixels), name)
    assert (found.facts["media"]["video_codec"], found.findings) == (codec, [])


@pytest.mark.parametrize("codec", ["ac3", "eac3"])
def test_channels_of_dolby_sound_are_those_of_its_frames(judge, tmp_path, codec):
    data = sound_alone("mp4", codec, tmp_path / "made", 48000)
    found = judge(data, "a.m4a", {"channels": 1})
    assert (found.facts["media"]["channels"], found.failed) == (1, False)


def test_a_sound_that_ends_with_a_byte_of_padding(judge):
    import struct

    form = struct.pack("<HHIIHHHH", 0x31, 1, 8000, 1625, 65, 0, 2, 320)
    data = bytes(65) * 5 + b"\0"
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    found = judge(b"RIFF" + struct.pack("<I", len(body)) + body, "a.wav", {"quality": {"clipped": "< 1 %"}})
    assert not found.findings


@pytest.mark.parametrize("form", ["PPM", "QOI", "SGI", "PCX"])
def test_pictures_of_rare_formats(judge, picture, form):
    data = io.BytesIO()
    picture.save(data, form)
    found = judge(data.getvalue(), "a.bin", "image")
    assert (found.facts["media"]["resolution"], found.findings) == ("96x64", [])
    assert judge(data.getvalue()[:-400], "b.bin").failed


def test_a_tiff_whose_pixels_nothing_decodes_is_no_damaged_one(judge):
    import struct

    tags = [
        (256, 4, 8),
        (257, 4, 6),
        (258, 3, 8),
        (259, 3, 9999),
        (262, 3, 1),
        (273, 4, 200),
        (277, 3, 1),
        (279, 4, 144),
    ]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    data = (b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)).ljust(200, b"\0") + bytes(144)
    found = judge(data, "a.tiff", {"width": 8})
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("image.data", "warning")]
    assert "quality.blank" in rules_of(judge(data, "b.tiff", "image"))
    assert "image.data" in rules_of(judge(data[:-9], "c.tiff"))
