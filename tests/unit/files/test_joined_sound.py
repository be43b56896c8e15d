"""MP3 files joined from others: the length of the whole, a warning, and nothing made up between the pieces."""

import io

import av
import numpy as np
import pytest

from AIGCLibrary.files.containers.end_tags import TAG, before_tags
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.rules import RuleBook
from AIGCLibrary.files.work import OverWork, WorkMeter

ID3V1 = b"TAG" + bytes(125)
APE = b"APETAGEX" + bytes((0xD0, 7, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) + bytes(8)
LYRICS = b"LYRICSBEGIN" + b"IND00002100" + b"000022LYRICS200"
FOOTED = b"ID3\4\0\x10\0\0\0\x0a" + bytes(10) + b"3DI\4\0\x10\0\0\0\x0a"
ID3V2 = b"ID3\4\0\0\0\0\0\x0a" + bytes(10)


def tone(seconds: float, *, header: bool = True, rate: int = 24000) -> bytes:
    """Return an MP3 without tags, with the length in its first frame or without."""
    out = io.BytesIO()
    options = {"write_xing": str(int(header)), "id3v2_version": "0"}
    with av.open(out, "w", format="mp3", options=options) as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="mono")
        wave = 0.3 * np.sin(440 * 2 * np.pi * np.arange(int(seconds * rate)) / rate)
        frame = av.AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[None, :], format="s16", layout="mono")
        frame.rate = rate
        container.mux([*stream.encode(frame), *stream.encode()])
    return out.getvalue()


def judged(tmp_path, data: bytes, rules: dict | None = None) -> Examination:
    path = tmp_path / "speech.mp3"
    path.write_bytes(data)
    examination = Examination(path.name, RuleBook().get(rules or {}))
    judge_file(examination, path)
    return examination


def found(examination: Examination) -> list[tuple[str, str]]:
    return [(f.rule, str(f.severity)) for f in examination.findings]


@pytest.mark.parametrize("between", [b"", ID3V2, ID3V1, ID3V1 + ID3V2], ids=["bare", "id3v2", "id3v1", "both"])
@pytest.mark.parametrize("header", [True, False], ids=["second with header", "second without"])
def test_joined_pieces_have_the_length_of_all_and_a_warning(tmp_path, between, header):
    data = tone(1) + between + tone(4, header=header)
    rules = {"duration": "4.8 s .. 5.4 s", "intact": "decoded", "quality": {"silent": "< 0.1 s"}}
    examination = judged(tmp_path, data, rules)
    assert found(examination) == [("media.joined", "warning")]
    assert "the first header promises 1." in examination.findings[0].message


def test_many_short_pieces_with_tags_are_not_taken_for_damage(tmp_path):
    examination = judged(tmp_path, b"".join(ID3V2 + tone(0.3) for _ in range(8)), {"intact": "decoded"})
    assert found(examination) == [("media.joined", "warning")]
    assert 2.4 <= examination.facts["media"]["duration"] <= 3.4


def test_a_single_file_keeps_the_length_without_the_padding_of_the_encoder(tmp_path):
    examination = judged(tmp_path, tone(2) + ID3V1)
    assert found(examination) == []
    assert examination.facts["media"]["duration"] == pytest.approx(2, abs=0.03)


def test_a_file_without_header_is_measured_by_its_frames(tmp_path):
    examination = judged(tmp_path, tone(3, header=False))
    assert found(examination) == []
    assert examination.facts["media"]["duration"] == pytest.approx(3, abs=0.1)


def test_a_cut_last_piece_is_an_error(tmp_path):
    last = tone(4)
    examination = judged(tmp_path, tone(1) + last[: len(last) // 2])
    assert ("media.structure", "error") in found(examination)


def test_a_change_of_the_sample_rate_is_reported(tmp_path):
    examination = judged(tmp_path, tone(1) + tone(2, rate=44100), {"duration": "2.9 s .. 3.3 s"})
    assert found(examination) == [("media.joined", "warning")]
    assert "24000, 44100 Hz" in examination.findings[0].message


@pytest.mark.parametrize("letters", [b"3DI", b"APETAGEX", b"LYRICSBEGIN", b"TAG"])
def test_the_letters_of_a_tag_within_the_sound_are_no_tag(tmp_path, letters):
    data = tone(4)
    middle = len(data) // 2
    examination = judged(tmp_path, data[:middle] + letters + data[middle + len(letters) :])
    assert found(examination) == []
    assert examination.facts["media"]["duration"] == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize(
    "tags",
    [ID3V1, APE, APE + ID3V1, LYRICS + ID3V1, LYRICS + APE + ID3V1, FOOTED],
    ids=["id3v1", "ape", "ape, id3v1", "lyrics, id3v1", "all", "id3v2 with footer"],
)
def test_tags_behind_the_sound_are_no_sound(tags):
    assert before_tags(b"\xff" * 300 + tags) == 300


def test_tags_without_end_are_bounded_by_the_work_on_a_file():
    meter = WorkMeter(limit=600 * TAG)
    assert before_tags(b"\xff" * 300 + ID3V1 * 500, meter.spend) == 300
    with pytest.raises(OverWork):
        before_tags(b"\xff" * 300 + ID3V1 * 500, meter.spend)
