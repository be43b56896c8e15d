"""Films and sounds whose index is right in itself, and of which nothing can be decoded."""

import pytest

from AIGCLibrary.files.finding import Severity
from tests.support.damage import samples

FILMS = ("mp4", "fast.mp4", "fragmented.mp4", "mov", "m4a")


def changed(name: str, mark: bytes, at: int, value: bytes, *, last: bool = False) -> bytes:
    """Return a sample with bytes changed behind a mark."""
    data = bytearray(samples()[name])
    place = (data.rindex(mark) if last else data.index(mark)) + at
    data[place : place + len(value)] = value
    return bytes(data)


def errors(judge, data: bytes, name: str) -> list[str]:
    return [f.message.lower() for f in judge(data, name).findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize("name", [*FILMS, "mkv", "webm", "live.webm"])
def test_whole_ones_begin(judge, name):
    assert judge(samples()[name], f"a.{name}").findings == []


@pytest.mark.parametrize(
    ("name", "mark", "at", "value", "said"),
    [
        ("m4a", b"trak", 0, b"tsak", "'moov' has no track"),
        ("m4a", b"mdhd", 16, b"\xff", "a time scale of 4278"),
        ("m4a", b"soun", 0, b"soen", "has the handler 'soen'"),
        ("m4a", b"mp4a", 0, b"mpta", "the coding 'mpta' is not known; its 'esds' is that of 'mp4a'"),
        ("m4a", b"stsz", 0, b"stsy", "0 samples have sizes"),
        ("m4a", b"stsz", 11, b"\x40", "and has a size for each"),
        ("m4a", b"esds", 21, b"\x61", "which is for pictures"),
        ("m4a", b"elst", 16, b"\x30", "the edit list shows nothing of the audio"),
        ("mov", b"avc1", 0, b"bvc1", "its 'avcC' is that of 'avc1'"),
        ("mp4", b"avcC", 4, bytes(24), "can"),
        ("fragmented.mp4", b"moov", 0, b"mpov", "there is no movie header"),
    ],
)  # fmt: skip
def test_a_film_of_which_nothing_can_be_decoded(judge, name, mark, at, value, said):
    assert said.lower() in " ".join(errors(judge, changed(name, mark, at, value), f"a.{name}"))


@pytest.mark.parametrize(("kind", "value"), [("object type", 0x90), ("rate", 0x16)])
def test_a_configuration_that_stands_for_nothing(judge, kind, value):
    config = b"\x05\x80\x80\x80"
    found = errors(judge, changed("m4a", config, 5, bytes([value, 0xFF if kind == "rate" else 0x10])), "a.m4a")
    assert f"the audiospecificconfig has the {kind}" in found[0]


def test_sizes_of_which_the_decoder_makes_nothing(judge):
    data = bytearray(samples()["m4a"])
    start = data.index(b"mdat") + 4
    data[start : data.index(b"moov") - 4] = b"\xff" * (data.index(b"moov") - 4 - start)
    assert "nothing of the sound of track 1 can be decoded" in errors(judge, bytes(data), "a.m4a")[0]


def test_one_of_two_tracks_begins(judge):
    found = errors(judge, changed("mp4", b"mp4a", 0, b"mp4q", last=True), "a.mp4")
    assert found == ["the coding 'mp4q' is not known; its 'esds' is that of 'mp4a'."]


def test_a_coding_that_no_decoder_knows_is_not_measured(judge):
    data = changed("mp4", b"avcC", 0, b"free").replace(b"avc1", b"xyz1")
    found = judge(data, "a.mp4").findings
    assert [(f.rule, f.severity) for f in found] == [("media.coding", Severity.WARNING)]
    assert "no decoder here knows its coding" in found[0].message
