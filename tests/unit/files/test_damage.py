"""Files damaged from a seed: whole ones are accepted, cut ones rejected, and nothing crashes a validator."""

import random

import pytest

from tests.support.damage import CODECS, PICTURES, archives, cuts, flips, samples

NAMES = [*CODECS, *PICTURES, "wav", "json", *(f"{name}.zip" for name in archives())]


@pytest.mark.parametrize("name", NAMES)
def test_whole_file_is_accepted(judge, name):
    assert not judge(samples()[name], f"a.{name}").failed


@pytest.mark.parametrize("name", NAMES)
def test_cut_file_is_rejected(judge, name):
    data = samples()[name]
    accepted = [cut for cut in cuts(data, random.Random(name), 6) if not judge(data[:cut], f"a.{name}").failed]
    assert accepted == [], f"of {len(data)} bytes"


@pytest.mark.parametrize("name", NAMES)
def test_flipped_bytes_never_crash_a_validator(judge, name):
    for _, broken in flips(samples()[name], random.Random(name), 6):
        judge(broken, f"a.{name}", {"labels": {"aigc": "optional"}})


LOCAL = {"method": (8, 2), "time": (10, 2), "crc": (14, 4), "packed": (18, 4), "size": (22, 4), "name": (26, 2)}
LOCAL |= {"extra": (28, 2), "letter": (30, 1)}
CENTRAL = {"method": (10, 2), "time": (12, 2), "crc": (16, 4), "packed": (20, 4), "size": (24, 4), "name": (28, 2)}
CENTRAL |= {"extra": (30, 2), "comment": (32, 2), "disk": (34, 2), "offset": (42, 4), "letter": (46, 1)}
END = {"disk": (4, 2), "first disk": (6, 2), "here": (8, 2), "count": (10, 2), "offset": (16, 4), "comment": (20, 2)}


@pytest.mark.parametrize("kind", ["stored", "deflated", "streamed", "zip64"])
@pytest.mark.parametrize(("mark", "fields"), [(b"PK\3\4", LOCAL), (b"PK\1\2", CENTRAL), (b"PK\5\6", END)])
def test_no_field_of_an_archive_may_be_wrong(judge, kind, mark, fields):
    """One more than it should be, of the second entry where there is one."""
    data = archives()[kind]
    first = data.find(mark)
    base = max(data.find(mark, first + 4), first)
    accepted = []
    for name, (at, width) in fields.items():
        broken = bytearray(data)
        value = int.from_bytes(data[base + at : base + at + width], "little")
        broken[base + at : base + at + width] = ((value + 1) % (1 << 8 * width)).to_bytes(width, "little")
        if not judge(bytes(broken), "a.zip").failed:
            accepted.append(name)
    assert accepted == []


def test_names_whose_encoding_is_reported_differently(judge):
    """Regression: the flag for UTF-8 decides what the name is, so both headers must have it."""
    data = bytearray(archives()["deflated"])
    at = data.find("剧本".encode()) - 30 + 7
    data[at] &= ~0x08
    assert "zip.contradiction" in {finding.rule for finding in judge(bytes(data), "a.zip").findings}


def test_version_nobody_can_read(judge):
    data = bytearray(archives()["stored"])
    data[data.find(b"PK\1\2") + 6] = 99
    assert [finding.rule for finding in judge(bytes(data), "a.zip").findings] == ["zip.version"]


@pytest.mark.parametrize("offset", [0xFFFFFF00, 5])
def test_the_place_of_a_wrong_table_lies_inside_the_file(judge, mp4, offset):
    data = bytearray(mp4)
    at = data.find(b"stco") + 12
    data[at : at + 4] = offset.to_bytes(4, "big")
    places = [f.place for f in judge(bytes(data), "a.mp4").findings if f.rule == "mp4.structure"]
    assert places == [f"offset {data.find(b'stbl') - 4}"]
