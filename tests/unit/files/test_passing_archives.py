"""Archives from servers that know no ranges: judged by local headers while they arrive, by the directory at the end."""

import struct
import zipfile

import pytest

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import recognise
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.validators import Validators
from AIGCLibrary.files.zips.directory import read_directory
from AIGCLibrary.files.zips.stream import StreamWalker
from tests.support.damage import Pipe
from tests.unit.files.conftest import make_zip, rules_of


def streamed(entries, method=zipfile.ZIP_DEFLATED):
    target = Pipe()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return bytes(target.data)


@pytest.mark.parametrize("chunked", [False, True], ids=["length known", "length unknown"])
@pytest.mark.parametrize("make", [make_zip, streamed], ids=["sizes before", "sizes behind"])
def test_whole_archive(server, fetch, noise, make, chunked):
    body = make({"frames/": b"", "frames/1.bin": noise, "readme.txt": b"hello" * 100})
    report = fetch(server.add("/a.zip", body, ranges=False, chunked=chunked), "bundle")
    assert report.success, report.findings
    assert report.facts["archive"]["count"] == 2
    assert report.traffic["wire"] == len(body)


@pytest.mark.parametrize(
    ("entries", "rules", "rule"),
    [
        ({"../../x": b"1"}, {}, "zip.unsafe_name"),
        ({"C:/x": b"1"}, {}, "zip.unsafe_name"),
        ({"x.exe": b"1"}, {"archive": {"entries": {"*.bin": 1}, "others": False}}, "archive.others"),
        ({"1.png": b"1", "2.png": b"1"}, {"archive": {"entries": {"*.png": 1}}}, "archive.entries"),
        ({"1": b"1", "2": b"2", "3": b"3"}, {"archive": {"count": "1..2"}}, "archive.count"),
        ({"1": bytes(100_000)}, {"archive": {"unpacked": "< 50 kB"}}, "archive.unpacked"),
        ({"1": bytes(100_000)}, {"archive": {"entry_size": "< 50 kB"}}, "archive.entry_size"),
    ],
)
@pytest.mark.parametrize("make", [make_zip, streamed], ids=["sizes before", "sizes behind"])
def test_rejected_before_the_end(server, fetch, noise, entries, rules, rule, make):
    body = make({**entries, "big.bin": noise * 4})
    report = fetch(server.add("/a.zip", body, ranges=False), rules)
    assert {finding.rule for finding in report.findings} == {rule}
    assert report.early
    assert report.traffic["wire"] < len(body)


@pytest.mark.parametrize("make", [make_zip, streamed], ids=["sizes before", "sizes behind"])
def test_bomb(server, fetch, make):
    report = fetch(server.add("/a.zip", make({"a.bin": bytes(120_000_000)}), ranges=False))
    assert {finding.rule for finding in report.findings} == {"zip.bomb"}
    assert report.early == (make is make_zip)  # its header tells the size, or it has to be unpacked


def test_encrypted_entry_is_rejected_before_the_end(server, fetch, noise):
    body = bytearray(make_zip({"a.bin": noise}, method=0))
    for at in (6, body.find(b"PK\1\2") + 8):
        body[at] |= 1
    report = fetch(server.add("/a.zip", bytes(body), ranges=False))
    assert {finding.kind for finding in report.findings} == {"encrypted"}
    assert report.early


def test_broken_content_is_rejected_before_the_end(server, fetch, noise):
    body = bytearray(make_zip({"a.bin": noise[:200_000], "b.bin": noise * 4}, method=0))
    body[100_000] ^= 1
    report = fetch(server.add("/a.zip", bytes(body), ranges=False))
    assert {finding.rule for finding in report.findings} == {"zip.crc"}
    assert report.early


def test_silence_before_a_film_is_no_bomb(server, fetch, noise):
    """The first entries may shrink well; what the whole archive unpacks to decides."""
    body = make_zip({"silence.wav": bytes(110_000_000), "film.bin": noise})
    assert fetch(server.add("/a.zip", body, ranges=False)).success


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda body: body[: body.rfind(b"PK\5\6")], "zip.end"),
        (lambda body: body.replace(b"PK\1\2", b"PK\1\3"), "zip.directory"),
        (lambda body: _last(body, b"b.txt", b"c.txt"), "zip.contradiction"),
        (lambda body: _last(body, b"PK\7\x08", b"PK\7\x09"), "zip.descriptor"),
    ],
    ids=["no end", "no directory", "another name in the directory", "no descriptor"],
)
def test_end_that_contradicts_what_passed(server, fetch, change, rule):
    body = change(streamed({"a.txt": b"hello" * 50, "b.txt": b"more" * 90}))
    report = fetch(server.add("/a.zip", body, ranges=False, chunked=True))
    assert rule in {finding.rule for finding in report.findings}


def _last(body, old, new):
    at = body.rfind(old)
    return body[:at] + new + body[at + len(old) :]


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
@pytest.mark.parametrize("make", [make_zip, streamed])
def test_what_passed_by_is_not_read_again(tmp_path, noise, make, size):
    """Whatever the pieces it comes in, every entry is followed and the directory agrees."""
    body = make({"d/": b"", "d/a.bin": noise[:3000], "b.txt": b"", "c.txt": b"text" * 500})
    walker = StreamWalker(lambda finding: pytest.fail(finding.message), lambda _entry: None, lambda _size, _all: None)
    for at in range(0, len(body), size):
        walker.feed(memoryview(body)[at : at + size])
    (tmp_path / "a.zip").write_bytes(body)
    with LocalReader(tmp_path / "a.zip") as reader:
        directory = read_directory(reader)
    assert walker.agrees(directory)
    directory.entries[1].crc ^= 1
    assert not walker.agrees(directory)


def test_stored_entry_of_unknown_size_is_checked_at_the_end(server, fetch, noise):
    """Where it ends cannot be known while it passes."""
    body = streamed({"a.bin": noise}, zipfile.ZIP_STORED)
    assert fetch(server.add("/a.zip", body, ranges=False)).success
    broken = bytearray(body)
    broken[1_000_000] ^= 1
    report = fetch(server.add("/b.zip", bytes(broken), ranges=False))
    assert {finding.rule for finding in report.findings} == {"zip.crc", "zip.descriptor"} & {
        finding.rule for finding in report.findings
    }
    assert not report.success


def test_small_head_of_a_big_archive_is_no_broken_archive(judge):
    """Regression: an archive whose end cannot be had yet was taken for one without an end."""
    body = make_zip({"a.bin": bytes(range(256)) * 400}, method=0)
    examination = Examination("a.zip", length=len(body))
    recognise(examination, body[:4096], Validators())
    from AIGCLibrary.files.context import RangeUnavailable
    from AIGCLibrary.files.local import HeadReader

    with pytest.raises(RangeUnavailable):
        Validators().of(examination).peek(HeadReader(body[:4096], len(body)))
    assert not examination.findings
    assert rules_of(judge(body, "a.zip")) == set()


def test_zip64_sizes_behind_the_entry(judge, server, fetch):
    target = Pipe()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.txt", "w", force_zip64=True) as e,
    ):
        e.write(b"hello" * 1000)
    body = bytes(target.data)
    assert struct.pack("<Q", 5000) in body
    assert fetch(server.add("/a.zip", body, ranges=False)).success
