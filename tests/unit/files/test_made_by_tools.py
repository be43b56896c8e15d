"""Files as people's tools make them: what is stated is what a viewer sees and hears, and nothing is passed over."""

import io
import struct
from pathlib import Path
from tempfile import NamedTemporaryFile

import av
import numpy as np
import pytest

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.options import FileLimits
from tests.unit.files.conftest import BOOK, make_zip, rules_of


def record(
    form: str, *, video: int = 0, sound: int = 0, codec: str = "", empty: str = "", pictures=None, size=(64, 64)
) -> bytes:
    """Return a film of so many frames at 25 a second, and a tone of so many samples at 48 kHz.

    Args:
        form: The container.
        video: Number of frames.
        sound: Number of samples.
        codec: Codec of the sound.
        empty: Codec of a further stream of sound to which nothing is written.
        pictures: Times of the frames in units of 1/25 s; by default one after the other.
        size: Width and height of the frames.
    """
    out = io.BytesIO()
    options = {"movflags": "frag_keyframe+empty_moov"} if form == "mp4" and empty else {}
    with av.open(out, "w", format=form, options=options) as sink:
        picture = tone = None
        if video:
            picture = sink.add_stream({"webm": "libvpx", "flv": "flv"}.get(form, "mpeg4"), rate=25)
            picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        if sound:
            tone = sink.add_stream(codec, rate=48000, layout="mono")
        if empty:
            sink.add_stream(empty, rate=48000, layout="mono")
        for number in range(video):
            pixels = np.full((*size[::-1], 3), number * 9 % 255, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = pictures[number] if pictures else number
            sink.mux(picture.encode(frame))
        if picture:
            sink.mux(picture.encode())
        if tone:
            for packet in _tone(tone, sound):
                sink.mux(packet)
    return out.getvalue()


def _tone(stream, count: int, quiet: int = 0):
    wave = 0.3 * np.random.default_rng(5).standard_normal(count)
    wave[:quiet] *= 1e-4
    samples = np.clip(wave, -1, 1).astype(np.float32)[None, :]
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate = 48000
    resampler = av.AudioResampler(stream.codec_context.format.name, "mono", 48000, stream.frame_size or 1024)
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        yield from stream.encode(piece)
    yield from stream.encode()


def frames_of_sound(form: str, codec: str, quiet: int, loud: int) -> bytes:
    """Return frames of sound without a container that begin with near silence."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as sink:
        stream = sink.add_stream(codec, rate=48000, layout="mono")
        for packet in _tone(stream, quiet + loud, quiet):
            sink.mux(packet)
    return out.getvalue()


def test_the_length_of_sound_without_a_container_is_that_of_its_frames(judge):
    data = frames_of_sound("adts", "aac", 150_000, 150_000)
    found = judge(data, "voice.aac", {"duration": "6.1 s .. 6.4 s", "bitrate": "> 30000"})
    assert (found.findings, found.facts["sources"]["duration"]) == ([], "decoded")


def test_joined_ogg_files_have_the_length_of_all_and_a_warning(judge):
    first, second = (record("ogg", sound=48_000 * seconds, codec="libopus") for seconds in (1, 3))
    found = judge(first + second, "radio.ogg", {"duration": "3.9 s .. 4.1 s"})
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("media.joined", "warning")]
    assert "lasts 4.0" in found.findings[0].message


@pytest.mark.parametrize(("form", "codec"), [("mp4", "aac"), ("webm", "libopus")])
def test_a_track_to_which_nothing_was_written_is_neither_seen_nor_heard(judge, form, codec):
    found = judge(record(form, video=30, empty=codec), f"screen.{form}", {"quality": {"silent": "< 1 s"}})
    messages = {(f.rule, str(f.severity)): f.message for f in found.findings}
    assert messages.keys() == {("quality.silent", "error"), ("media.empty_track", "warning")}
    assert "there is no sound in the file" in messages["quality.silent", "error"]
    assert rules_of(judge(record(form, video=30, empty=codec), f"b.{form}", {"audio_streams": ">= 1"})) == {
        "audio_streams"
    }


def test_the_head_of_a_stream_has_no_samples_to_be_judged(judge):
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"movflags": "frag_keyframe+empty_moov"}) as sink:
        stream = sink.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for packet in stream.encode(av.VideoFrame(64, 64, "yuv420p")):
            sink.mux(packet)
    data = out.getvalue()
    head = data[: data.index(b"moof") - 4]
    found = judge(head, "init.mp4", "video")
    assert rules_of(found) == {"duration", "video_streams", "quality.black", "quality.frozen"}
    assert all("fragments are not in this file" in f.message for f in found.findings if f.rule == "duration")


def test_titles_of_chapters_are_no_subtitles(judge):
    data = record("mov", sound=48_000, codec="aac")
    assert judge(with_chapters(data), "book.m4b", {"subtitle_streams": 0}).findings == []


def with_chapters(data: bytes) -> bytes:
    """Add a track of text, and a reference to it as the chapters of the first."""
    at = data.index(b"moov") - 4
    moov = data[at : at + int.from_bytes(data[at : at + 4], "big")]
    assert at + len(moov) == len(data)
    start = moov.index(b"trak") - 4
    track = moov[start : start + int.from_bytes(moov[start : start + 4], "big")]
    text = bytearray(track.replace(b"soun", b"text").replace(b"mp4a", b"text"))
    number = text.index(b"tkhd") + 4 + 12
    text[number : number + 4] = struct.pack(">I", 9)
    reference = struct.pack(">I4sI4sI", 20, b"tref", 12, b"chap", 9)
    track = struct.pack(">I", len(track) + len(reference)) + track[4:] + reference
    end = start + len(track) - len(reference)
    body = moov[8:start] + track + bytes(text) + moov[end:]
    return data[:at] + struct.pack(">I4s", len(body) + 8, b"moov") + body


@pytest.mark.parametrize(
    ("matrix", "rotation", "shown"),
    [
        ((1, 0, 0, 1), 0, "64x32"), ((0, 1, -1, 0), 90, "32x64"), ((-1, 0, 0, -1), 180, "64x32"),
        ((0, -1, 1, 0), 270, "32x64"), ((0, 1, 1, 0), 90, "32x64"), ((0, -1, -1, 0), 270, "32x64"),
        ((0, 2, -2, 0), 90, "32x64"), ((-1, 0, 0, 1), 0, "64x32"), ((0.7071, 0.7071, -0.7071, 0.7071), 0, "64x32"),
    ],
)  # fmt: skip
def test_a_film_of_a_phone_is_judged_as_it_is_turned_and_mirrored(judge, matrix, rotation, shown):
    data = bytearray(record("mp4", video=10, size=(64, 32)))
    at = data.index(b"tkhd") + 4 + 40
    for place, value in zip((0, 4, 12, 16), matrix, strict=True):
        data[at + place : at + place + 4] = struct.pack(">i", round(value * 65536))
    media = judge(bytes(data), "clip.mp4", {"resolution": shown, "rotation": rotation}).facts["media"]
    assert (media["resolution"], media["rotation"]) == (shown, rotation)


def test_a_film_that_stands_on_one_picture_has_a_variable_rate(judge):
    data = record("mp4", video=60, pictures=[*range(30), *range(150, 180)])
    found = judge(data, "screen.mp4", {"vfr": True, "fps": "8 .. 9"})
    assert found.findings == []
    assert judge(record("mp4", video=60), "film.mp4", {"vfr": False, "fps": 25}).findings == []


def test_a_demand_that_fails_early_leaves_no_other_unmeasured(judge, mp4):
    found = judge(mp4, "a.mp4", {"vfr": True, "pixel_format": "yuv420p"})
    assert [f.rule for f in found.findings] == ["vfr"]


def test_sound_that_says_it_has_no_band_replication_states_its_rate(judge):
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as sink:
        stream = sink.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        sink.mux([*stream.encode(frame), *stream.encode()])
    media = judge(out.getvalue(), "a.m4a").facts["media"]
    assert (media["sample_rate"], media["channels"]) == (16000, 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.csv", "<!DOCTYPE html><html><body>502</body></html>"), ("data.json", "<html><body>502</body></html>"),
        ("data.json", '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
        ("captions.vtt", '{"error": {"code": "InvalidApiKey"}}'), ("captions.srt", '{"error": "x"}'),
        ("table.tsv", '<?xml version="1.0"?><Error/>'),
    ],
)  # fmt: skip
def test_a_page_or_message_in_place_of_a_text_is_an_error(judge, name, content):
    assert rules_of(judge(content.encode(), name)) == {"type.name"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", '{"a": 1}'), ("notes.md", "<html><body>x</body></html>"), ("rows.jsonl", '{"a": 1}'),
        ("page.html", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
    ],
)  # fmt: skip
def test_texts_that_may_stand_under_a_name(judge, name, content):
    assert not judge(content.encode(), name).failed


@pytest.mark.parametrize("head", [b"%PDF-1.4\n1 0 obj<<", b"\x1f\x8b\x08\0\0\0", b"\xd0\xcf\x11\xe0" + bytes(600)])
def test_what_nothing_reads_is_not_said_to_be_whole(judge, head):
    found = judge(head, "a.bin")
    assert [(f.rule, str(f.severity), f.actual) for f in found.findings] == [("intact", "warning", "not measured")]
    assert judge(make_zip({"a.txt": b"x"}), "a.zip").findings == []


@pytest.mark.parametrize(
    "before",
    [
        "<!-- an icon -->", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">', "<?xml-stylesheet href='#a'?>",
        '<?xml version="1.0"?>\n<!-- a > b -->\n<!DOCTYPE svg [<!-- ] -->]>',
    ],
)  # fmt: skip
def test_what_may_stand_before_an_svg(judge, before):
    svg = before + '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><path d="M0 0"/></svg>'
    found = judge(svg.encode(), "a.svg", {"type": "image/svg+xml", "width": 40})
    assert (found.media_type, found.findings) == ("image/svg+xml", [])


def test_an_svg_under_a_prefix_and_without_size(judge):
    svg = b'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:path d="M0 0"/></s:svg>'
    found = judge(svg, "a.svg", {"type": "image/svg+xml", "width": 40})
    assert [f.rule for f in found.findings] == ["width"]
    assert "states neither a size nor a view box" in found.findings[0].message


def test_a_jpeg_whose_sampling_has_no_name(judge, picture):
    out = io.BytesIO()
    picture.save(out, "JPEG", subsampling=2)
    data = bytearray(out.getvalue())
    frame = data.index(b"\xff\xc0")
    assert data[frame + 11] == 0x22
    data[frame + 11] = 0x14
    assert "image.data" not in {f.rule for f in judge(bytes(data), "a.jpg").findings if "decoded: 6" in f.message}


def test_tags_behind_the_sound_are_no_damage_where_all_is_decoded(judge):
    lyrics = b"LYRICSBEGININD0000200LYR00005Hello000034LYRICS200" + b"TAG" + bytes(125)
    found = judge(record("mp3", sound=48_000, codec="libmp3lame") + lyrics, "song.mp3", {"intact": "decoded"})
    assert found.findings == []


@pytest.mark.parametrize(
    ("form", "codec", "video"), [("webm", "libopus", 30), ("webm", "libopus", 0), ("flv", "aac", 30)]
)
def test_a_header_that_states_more_than_its_packets_last(judge, form, codec, video):
    data = bytearray(record(form, video=video, sound=0 if video else 60_000, codec=codec))
    mark, behind = (b"duration\0", 0) if form == "flv" else (b"\x44\x89", 1)
    place = data.index(mark) + len(mark) + behind
    data[place : place + 8] = struct.pack(">d", 100.0 if form == "flv" else 100_000.0)
    found = judge(bytes(data), f"a.{form}" if video else "a.weba", {"duration": "1 s .. 2 s"})
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("media.joined", "warning")]
    assert "the header says 100.00 s" in found.findings[0].message


def test_a_film_behind_another_is_reported(judge):
    film = record("mp4", video=30)
    found = judge(film + film, "joined.mp4", {"duration": "1 s .. 1.4 s"})
    assert [(f.rule, str(f.severity)) for f in found.findings] == [("mp4.trailing", "warning")]


def test_elements_within_each_other_are_bounded_by_the_work_on_a_file(judge):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' + b"<g>" * 2_000_000
    found = judge(svg, "deep.svg")
    assert rules_of(found) == {"work"}
    few = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">' + b"<g>" * 900 + b"</g>" * 900 + b"</svg>"
    assert judge(few, "few.svg").findings == []


def test_names_of_one_object_count_for_what_is_kept_of_them():
    limits = FileLimits(document_tree=9, document_values=400_000)
    names = b"{" + b",".join(b'"%d":0' % number for number in range(140_000)) + b"}"
    objects = b"[" + b",".join([b'{"a":0}'] * 60_000) + b"]"
    for data, rules in ((names, {"json.size"}), (objects, set())):
        examination = Examination("a.json", BOOK.get("json"), limits=limits)
        with NamedTemporaryFile(suffix=".json") as file:
            file.write(data)
            file.flush()
            judge_file(examination, Path(file.name))
        assert rules_of(examination) == rules


def test_a_film_of_more_tracks_than_any_reader_should_open_is_refused(judge):
    data = with_chapters(record("mov", sound=48_000, codec="aac"))
    at = data.index(b"moov") - 4
    start = data.rindex(b"trak") - 4
    text = data[start : start + int.from_bytes(data[start : start + 4], "big")]
    number = text.index(b"tkhd") + 4 + 12
    for count, rules in ((20, set()), (1100, {"mp4.structure"})):
        more = b"".join(text[:number] + struct.pack(">I", 100 + n) + text[number + 4 :] for n in range(count))
        moov = data[at + 8 :] + more
        found = judge(data[:at] + struct.pack(">I4s", len(moov) + 8, b"moov") + moov, "many.mov", {})
        assert rules_of(found) == rules
