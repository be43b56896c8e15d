"""Texts of every shape: their type by content, their encoding, the cues of each subtitle format."""

import pytest

from AIGCLibrary.content.encodings import encoding_of
from AIGCLibrary.content.sniff import sniff
from tests.unit.files.conftest import rules_of

SRT = "1\n00:00:01,000 --> 00:00:02,500\n{}\n\n2\n00:00:03,000 --> 00:00:04,000\n{}\n"
SAID = {
    "gb18030": "下雪了", "big5": "開門見山，請進來坐", "shift_jis": "おはようございます",
    "euc_kr": "오늘은 날씨가 참 좋습니다",
    "utf-16-le": "snow", "utf-16-be": "snow",
}  # fmt: skip


@pytest.mark.parametrize("encoding", SAID)
def test_subtitles_in_other_encodings_are_read(judge, encoding):
    data = SRT.format(SAID[encoding], SAID[encoding]).encode(encoding)
    found = judge(data, "a.srt", {"extends": "subtitles", "encoding": encoding, "cues": 2})
    assert not found.findings, found.findings


@pytest.mark.parametrize(("encoding", "said"), [("cp1252", "Où est-il ?"), ("cp1251", "Где он сейчас?")])
def test_single_byte_encodings_are_subtitles_of_a_wrong_encoding(judge, encoding, said):
    found = judge(SRT.format(said, said).encode(encoding), "a.srt", "subtitles")
    assert found.media_type == "application/x-subrip"
    assert [(f.rule, f.actual) for f in found.findings] == [("text.encoding", encoding)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[00:12.00]la la la\n", "text/plain"),
        ("[network]\nport=1\n", "text/plain"),
        ("[false]\nx=1\n", "text/plain"),
        ("[[products]]\nname='a'\n", "text/plain"),
        ("[1] A. Author, 2024\n", "text/plain"),
        ("[2024-05-01 10:00:00] started\n", "text/plain"),
        ("[0.5, -2e3]", "application/json"),
        ('["a", "b"]', "application/json"),
        ("[NaN, 1]", "application/json"),
        ("[[1, 2], [3]]", "application/json"),
        ("[]", "application/json"),
        ("[1]\n[2]\n", "application/x-ndjson"),
        ("[Script Info]\nTitle: x\n", "text/x-ass"),
        ('<?xml version="1.0"?>\n<tt xmlns="http://www.w3.org/ns/ttml"><body/></tt>', "application/ttml+xml"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_type_by_what_the_text_says(text, expected, encoding):
    assert sniff(text.encode(encoding)) == expected


def test_mpeg_sound_is_no_text_with_a_byte_order_mark():
    assert sniff(b"\xff\xfe\x30\x80" + bytes(range(256)) * 8) == "audio/mpeg"


def test_bytes_that_are_no_text_have_no_encoding():
    assert encoding_of(bytes(range(256)) * 4) is None
    assert encoding_of(b"\x89\xab\xcd\xef" * 100) is None


def ass(*lines):
    return "\n".join(
        ["[Script Info]", "ScriptType: v4.00+", "", "[Events]",
         "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text", *lines]
    ).encode()  # fmt: skip


def test_ass(judge):
    good = ass("Dialogue: 0,0:00:01.00,0:00:02.50,D,,0,0,0,,Hi, you", "Dialogue: 0,0:00:03.00,0:00:04.00,D,,0,0,0,,Bye")
    found = judge(good, "a.ass", {"extends": "subtitles", "cues": 2})
    assert not found.findings
    assert (found.facts["text"]["first_cue"], found.facts["text"]["last_cue"]) == (1.0, 4.0)
    over = ass("Dialogue: 0,0:00:01.00,0:00:03.50,D,,0,0,0,,Hi", "Dialogue: 0,0:00:03.00,0:00:04.00,D,,0,0,0,,Bye")
    assert rules_of(judge(over, "b.ass", "subtitles")) == {"subtitles.overlap"}
    assert rules_of(judge(ass("Dialogue: 0,later,0:00:04.00,D,,0,0,0,,Bye"), "c.ass")) == {"subtitles.syntax"}


def test_ttml(judge):
    def ttml(*cues):
        body = "".join(f'<p begin="{begin}" end="{end}">hi</p>' for begin, end in cues)
        return f'<tt xmlns="http://www.w3.org/ns/ttml"><body><div>{body}</div></body></tt>'.encode()

    found = judge(ttml(("00:00:01.5", "00:00:02"), ("3s", "4500ms")), "a.ttml", {"extends": "subtitles", "cues": 2})
    assert not found.findings
    assert (found.facts["text"]["first_cue"], found.facts["text"]["last_cue"]) == (1.5, 4.5)
    assert rules_of(judge(ttml(("5s", "4s")), "b.ttml")) == {"subtitles.syntax"}
    assert rules_of(judge(ttml(("5s", "6s"))[:-9], "c.ttml")) == {"subtitles.syntax"}
