"""What cannot be measured, for encryption or too little sound: each demand on it says so, and no value is made up."""

import io
import math
import wave

import pytest

from AIGCLibrary.files.finding import Severity
from AIGCLibrary.wording import sentence
from tests.support.damage import samples
from tests.unit.files.test_beginning import changed

SEGMENT, TRACKS, TRACK, CLUSTER, BLOCK = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675, 0xA3
LEFT_OUT = (0xEC, 0x114D9B74, 0x1C53BB6B)  # Void, SeekHead and Cues, whose places would be wrong


def number(data, at, *, marked):
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return (value if marked else value & ((1 << 7 * length) - 1)), length


def element(kind, content):
    return kind.to_bytes((kind.bit_length() + 7) // 8, "big") + b"\1" + len(content).to_bytes(7, "big") + content


def encrypted(data):
    """A Matroska with the same tracks and blocks, encrypted."""
    algorithm = element(0x5035, element(0x47E1, b"\5"))
    hidden = element(0x6D80, element(0x6240, element(0x5033, b"\1") + algorithm))
    out, at = b"", 0
    while at < len(data):
        kind, length = number(data, at, marked=True)
        size, more = number(data, at + length, marked=False)
        start = at + length + more
        at = min(start + size, len(data))
        content = data[start:at]
        if kind in (SEGMENT, TRACKS, CLUSTER):
            content = encrypted(content)
        elif kind == TRACK:
            content += hidden
        elif kind == BLOCK:
            content = content[:4] + bytes(byte ^ 0x5A for byte in content[4:])
        out += element(kind, content) if kind not in LEFT_OUT else b""
    return out


FILMS = {
    "mp4": lambda: changed("mp4", b"avc1", 0, b"encv", last=True),
    "webm": lambda: encrypted(samples()["webm"]),
    "mkv": lambda: encrypted(samples()["mkv"]),
}


@pytest.mark.parametrize("name", FILMS)
def test_an_encrypted_film_is_accepted_where_nothing_is_demanded_of_what_it_shows(judge, name):
    report = judge(FILMS[name](), f"a.{name}")
    assert [finding.rule.partition(".")[2] for finding in report.findings] == ["encrypted"]
    assert report.findings[0].severity is Severity.INFO


@pytest.mark.parametrize("name", FILMS)
@pytest.mark.parametrize(
    ("rules", "rule"),
    [
        ({"quality": {"black": "< 1 s"}}, "quality.black"),
        ({"sound": {"ends": "natural"}}, "sound.ends"),
        ({"labels": {"explicit": "required"}}, "labels.explicit"),
        ({"text": {"must": ["AI"]}}, "text.must"),
    ],
)
def test_a_demand_on_what_it_shows_is_not_measured(judge, name, rules, rule):
    found = {finding.rule: finding for finding in judge(FILMS[name](), f"a.{name}", rules).findings}
    assert found[rule].severity is Severity.ERROR
    assert "the media is encrypted" in found[rule].message
    assert "媒体已加密" in sentence(found[rule].as_dict()).render("zh")
    assert not any(name.startswith("media.packets") for name in found)


@pytest.mark.parametrize(("seconds", "measured"), [(0.05, False), (0.3, False), (0.5, True)])
def test_loudness_is_measured_over_four_tenths_of_a_second_at_least(judge, seconds, measured):
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setparams((1, 2, 48_000, 0, "NONE", ""))
        values = (round(12_000 * math.sin(at / 17)) for at in range(round(48_000 * seconds)))
        sound.writeframes(b"".join(value.to_bytes(2, "little", signed=True) for value in values))
    found = judge(content.getvalue(), "a.wav", {"loudness": "-40..0 LUFS"}).findings
    assert ["0.4 s over which" in finding.message for finding in found] == ([] if measured else [True])
