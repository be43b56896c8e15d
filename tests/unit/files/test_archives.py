"""Archives: what contradicts itself or attacks is refused, and unpacking never leaves its folder."""

import io
import stat
import struct
import zipfile

import pytest

from AIGCLibrary.files.errors import ExtractionError
from AIGCLibrary.files.zips.extract import extract
from tests.unit.files.conftest import make_zip, rules_of


def test_good_archive_is_verified(judge, noise):
    found = judge(make_zip({"a.bin": noise, "b/c.txt": b"hello" * 1000}), "a.zip", "bundle")
    assert not found.findings
    assert found.facts["archive"]["count"] == 2


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_every_method_and_a_flipped_bit(judge, noise, method, size):
    body = make_zip({"a.bin": noise[:size]}, method=method)
    assert not judge(body, "a.zip").findings
    if size > 1:
        broken = bytearray(body)
        broken[len(body) // 2] ^= 0x10
        assert judge(bytes(broken), "a.zip").failed


@pytest.mark.parametrize(("size", "refused"), [(5_000, False), (120_000, True)])
def test_memory_that_lzma_claims_is_bounded_by_the_size_of_the_entry(judge, noise, monkeypatch, size, refused):
    """A window of 4 GB is claimed; the entry says how much of it can be needed."""
    monkeypatch.setattr("AIGCLibrary.files.zips.unpack.LARGEST_WINDOW", 100_000)
    body = bytearray(make_zip({"a.bin": noise[:5_000]}, method=zipfile.ZIP_LZMA))
    properties = body.index(b"\x09\x04\x05\x00")
    body[properties + 5 : properties + 9] = b"\xff\xff\xff\xff"
    for at in (22, body.index(b"PK\1\2") + 24):
        body[at : at + 4] = size.to_bytes(4, "little")
    found = judge(bytes(body), "a.zip")
    assert any("bytes of memory" in one.message for one in found.findings) == refused
    assert found.failed == refused


@pytest.mark.parametrize(
    "name",
    ["../x", "a/../../x", "/etc/x", "C:/x", "C:x", "a\\..\\x", "aux.txt", "a/NUL", "com1"],
)
def test_names_that_lead_elsewhere(judge, name):
    assert rules_of(judge(make_zip({name: b"x"}), "a.zip")) == {"zip.unsafe_name"}


def test_control_characters_in_names_are_reported(judge):
    found = judge(make_zip({"a\x01b": b"x"}), "a.zip")
    assert [(f.rule, f.severity, f.actual) for f in found.findings] == [("zip.unsafe_name", "warning", "a\\x01b")]


def test_name_with_a_nul_is_refused(judge):
    body = make_zip({"aXb.txt": b"x"}).replace(b"aXb.txt", b"a\0b.txt")
    assert "zip.unsafe_name" in rules_of(judge(body, "a.zip"))


def test_symbolic_link(judge, tmp_path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    found = judge(target.getvalue(), "a.zip")
    assert rules_of(found) == {"zip.symlink"}
    assert found.findings[0].kind == "unsafe"


def test_names_that_are_one_elsewhere(judge):
    assert rules_of(judge(make_zip({"Readme": b"1", "README": b"2"}), "a.zip")) == {"zip.case_collision"}
    assert rules_of(judge(make_zip({"caf\u00e9": b"1", "cafe\u0301": b"2"}), "a.zip")) == {"zip.case_collision"}


@pytest.mark.parametrize("names", [("a", "a/b"), ("x/a", "x/a/b/c"), ("a/b", "a b", "a", "a.txt")])
def test_a_file_that_is_the_folder_of_others_is_rejected(judge, names):
    assert rules_of(judge(make_zip(dict.fromkeys(names, b"1")), "a.zip")) == {"zip.duplicate"}


def test_names_that_only_begin_alike_are_accepted(judge):
    assert rules_of(judge(make_zip(dict.fromkeys(("a", "a.txt", "ab/c", "a-/d"), b"1")), "a.zip")) == set()


def test_bomb_is_reported_from_the_directory(judge):
    body = make_zip({f"{n}.bin": bytes(40_000_000) for n in range(3)})
    found = judge(body, "a.zip")
    assert rules_of(found) == {"zip.bomb"}


def test_entry_that_unpacks_to_more_than_it_declares(judge):
    body = bytearray(make_zip({"a.bin": bytes(50_000)}))
    for at in (body.find(b"PK\3\4") + 22, body.find(b"PK\1\2") + 24):
        body[at : at + 4] = struct.pack("<L", 1000)
    assert rules_of(judge(bytes(body), "a.zip")) == {"zip.size"}


def test_overlapping_entries(judge):
    body = bytearray(make_zip({"a.bin": b"x" * 100, "b.bin": b"y" * 100}, method=0))
    second = body.find(b"PK\1\2", body.find(b"PK\1\2") + 4)
    body[second + 42 : second + 46] = struct.pack("<L", 5)
    assert "zip.overlap" in rules_of(judge(bytes(body), "a.zip"))


@pytest.mark.parametrize(
    ("at", "value", "rule"),
    [
        (14, struct.pack("<L", 1), "zip.contradiction"),  # CRC in the local header
        (8, struct.pack("<H", 8), "zip.contradiction"),  # method
        (30, b"z", "zip.contradiction"),  # name
        (0, b"PK\3\5", "zip.local"),
    ],
)
def test_local_header_against_the_directory(judge, at, value, rule):
    body = bytearray(make_zip({"a.bin": b"x" * 100}, method=0))
    body[at : at + len(value)] = value
    found = judge(b"" + bytes(body), "a.zip", {"type": "*"})
    assert rule in rules_of(found)


def test_bytes_behind_the_archive(judge):
    body = make_zip({"a.txt": b"hello"})
    assert rules_of(judge(body + b"\0", "a.zip")) == {"zip.trailing"}
    padded = judge(body + bytes(512), "a.zip")
    assert not padded.failed
    assert [f.rule for f in padded.findings] == ["zip.trailing"]


@pytest.mark.parametrize(("comment", "cut", "failed"), [(b"Made by us.", 0, False), (b"Made by us today", 3, True)])
def test_comment_that_goes_on_behind_its_length(judge, comment, cut, failed):
    """Appended text is reported; a comment that is cut within a word has a wrong length."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", b"hello")
        archive.comment = comment
    body = bytearray(target.getvalue() + (b"" if cut else b"appended text"))
    at = body.rfind(b"PK\5\6") + 20
    body[at : at + 2] = struct.pack("<H", len(comment) - cut)
    assert judge(bytes(body), "a.zip").failed == failed


def test_archive_before_the_archive(judge):
    """Readers that begin at the front see the first one, all others the second."""
    found = judge(make_zip({"a.txt": b"seen"}) + make_zip({"b.txt": b"other"}), "a.zip")
    assert rules_of(found) == {"zip.hidden"}
    assert rules_of(judge(b"#!/bin/sh\n" + make_zip({"b.txt": b"other"}), "a.zip")) == set()


def test_times_that_differ(judge):
    body = bytearray(make_zip({"a.txt": b"hello"}))
    body[10] ^= 1
    assert rules_of(judge(bytes(body), "a.zip")) == {"zip.contradiction"}


def test_bytes_behind_packed_data_are_reported(judge):
    """What was unpacked is whole; two bytes of its room are not used."""
    import zlib

    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(b"hello" * 50) + packer.flush() + b"\0\0"
    fields = struct.pack("<3H", 8, 0, 33) + struct.pack("<3L", zlib.crc32(b"hello" * 50), len(packed), 250)
    local = b"PK\3\4" + struct.pack("<2H", 20, 0) + fields + struct.pack("<2H", 1, 0) + b"a"
    central = b"PK\1\2" + struct.pack("<3H", 20, 20, 0) + fields + struct.pack("<5H2L", 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    found = judge(local + packed + central + end, "a.zip")
    assert [(f.rule, f.severity) for f in found.findings] == [("zip.slack", "warning")]


def test_chinese_names_of_windows(judge):
    """Windows in Chinese writes GBK without saying so; anything else unmarked is code page 437."""
    import zlib

    def archive(raw):
        fields = struct.pack("<3H", 0, 0, 33) + struct.pack("<3L", zlib.crc32(b"x"), 1, 1)
        local = b"PK\3\4" + struct.pack("<2H", 20, 0) + fields + struct.pack("<2H", len(raw), 0) + raw + b"x"
        central = b"PK\1\2" + struct.pack("<3H", 20, 20, 0) + fields
        central += struct.pack("<5H2L", len(raw), 0, 0, 0, 0, 0, 0) + raw
        return local + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)

    for raw, name in (("剧本/第一集.txt".encode("gbk"), "剧本/第一集.txt"), (b"caf\x82.txt", "café.txt")):
        assert judge(archive(raw), "a.zip").facts["archive"]["names"] == [name]


@pytest.mark.parametrize(("method", "package"), [(93, "backports.zstd"), (9, "inflate64"), (98, "pyppmd")])
def test_methods_that_need_a_package(judge, method, package):
    import zlib

    content = b"hello zip " * 500
    if method == 93:
        packed = pytest.importorskip(package).compress(content)
    elif method == 98:
        packer = pytest.importorskip(package).Ppmd8Encoder(6, 1 << 20, 0)
        packed = (5).to_bytes(2, "little") + packer.encode(content) + packer.flush()
    else:
        packer = pytest.importorskip(package).Deflater()
        packed = packer.deflate(content) + packer.flush()
    for broken in (False, True):
        crc = zlib.crc32(content) ^ broken
        fields = struct.pack("<3H", method, 0, 33) + struct.pack("<3L", crc, len(packed), len(content))
        local = b"PK\3\4" + struct.pack("<2H", 20, 0) + fields + struct.pack("<2H", 1, 0) + b"a"
        central = b"PK\1\2" + struct.pack("<3H", 20, 20, 0) + fields
        central += struct.pack("<5H2L", 1, 0, 0, 0, 0, 0, 0) + b"a"
        end = b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
        assert rules_of(judge(local + packed + central + end, "a.zip")) == ({"zip.crc"} if broken else set())


def test_method_nobody_knows(judge):
    body = bytearray(make_zip({"a.bin": b"x" * 100}, method=0))
    for at in (8, body.find(b"PK\1\2") + 10):
        body[at] = 6
    found = judge(bytes(body), "a.zip")
    assert [f.message for f in found.findings] == [
        "Entry 'a.bin' is packed with method 6 (imploded), which cannot be verified."
    ]


def test_memory_that_ppmd_claims_is_bounded():
    from AIGCLibrary.files.zips.methods import METHODS, PPMD, TooMuchMemoryError

    decoder = METHODS[PPMD].make()
    with pytest.raises(TooMuchMemoryError, match="268435456"):
        decoder.decompress((5 | 255 << 4).to_bytes(2, "little") + b"x", 10)


def test_missing_end(judge, noise):
    body = make_zip({"a.bin": noise})
    found = judge(body[:-30], "a.zip")
    assert {f.kind for f in found.findings} == {"truncated"}


def test_encrypted_entry(judge):
    body = bytearray(make_zip({"a.bin": b"x" * 100}, method=0))
    for at in (6, body.find(b"PK\1\2") + 8):
        body[at] |= 1
    found = judge(bytes(body), "a.zip")
    assert {f.kind for f in found.findings} == {"encrypted"}
    assert not judge(bytes(body), "a.zip", {"archive": {"encrypted": True}}).failed


def test_counts_and_others(judge):
    rules = {"archive": {"entries": {"*.png": 2, "*.json": 1}, "others": False}}
    found = judge(make_zip({"a.png": b"1", "b.png": b"2", "x.txt": b"3"}), "a.zip", rules)
    assert [f.message for f in found.findings] == [
        "0 entries match '*.json'; expected 1.",
        "Entry 'x.txt' is not among those demanded.",
    ]


def test_manifest_against_the_files(judge):
    import hashlib
    import json

    files = {"a.bin": b"one", "b.bin": b"two"}
    rows = [
        {"name": "a.bin", "size": 3, "sha256": hashlib.sha256(b"one").hexdigest()},
        {"name": "b.bin", "size": 4, "sha256": "0" * 64},
        {"name": "c.bin", "size": 1},
    ]
    body = make_zip({**files, "d.bin": b"", "manifest.json": json.dumps({"files": rows, "count": 7})})
    manifest = {"file": "manifest.json", "count": "count", "counted": "*.bin", "complete": True}
    found = judge(body, "a.zip", {"archive": {"manifest": manifest}})
    assert sorted(f.rule for f in found.findings) == [
        "archive.manifest",
        "archive.manifest",
        "archive.manifest_count",
        "archive.manifest_hash",
        "archive.manifest_size",
    ]


def test_nested_files_have_rules_of_their_own(judge, picture):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    broken = buffer.getvalue()[:-20]
    body = make_zip({"1.png": buffer.getvalue(), "2.png": broken, "3.txt": b"x"})
    found = judge(body, "a.zip", {"archive": {"rules": {"*.png": "image"}}})
    assert {f.place.split(",")[0] for f in found.findings} == {"entry 2.png"}


def test_near_duplicate_images(judge, picture):
    from PIL import ImageOps

    def png(image):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        return buffer.getvalue()

    body = make_zip(
        {
            "1.png": png(picture),
            "2.png": png(picture.point(lambda v: min(255, v + 1))),
            "3.png": png(ImageOps.flip(picture)),
        }
    )
    rules = {"archive": {"rules": {"*.png": {"extends": "image"}}}, "quality": {"duplicates": 0}}
    found = judge(body, "a.zip", rules)
    assert [f.actual for f in found.findings] == ["1"]
    assert "'2.png' like '1.png'" in found.findings[0].message


def test_archives_in_archives_are_looked_into_up_to_the_depth(judge):
    inner = make_zip({"../x": b"1"})
    middle = make_zip({"inner.zip": inner})
    assert rules_of(judge(make_zip({"m.zip": middle}), "a.zip", {"archive": {"depth": 2}})) == {"zip.unsafe_name"}
    assert rules_of(judge(make_zip({"m.zip": middle}), "a.zip", {"archive": {"depth": 1}})) == {"zip.depth"}


class TestExtract:
    def test_everything_is_unpacked(self, tmp_path, noise):
        (tmp_path / "a.zip").write_bytes(make_zip({"a.bin": noise, "b/c/d.txt": b"hello"}))
        files = extract(tmp_path / "a.zip", tmp_path / "out")
        assert [f.relative_to(tmp_path / "out").as_posix() for f in files] == ["a.bin", "b/c/d.txt"]
        assert files[0].read_bytes() == noise

    @pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "a/../../escaped"])
    def test_nothing_escapes_and_nothing_is_left(self, tmp_path, name):
        (tmp_path / "a.zip").write_bytes(make_zip({"fine.txt": b"x", name: b"y"}))
        with pytest.raises(ExtractionError) as caught:
            extract(tmp_path / "a.zip", tmp_path / "out")
        assert caught.value.code == "AIGC308"
        assert not (tmp_path / "escaped").exists()
        assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())

    def test_corrupt_entry_leaves_nothing(self, tmp_path, noise):
        body = bytearray(make_zip({"a.txt": b"x", "b.bin": noise}))
        body[len(body) // 2] ^= 1
        (tmp_path / "a.zip").write_bytes(body)
        with pytest.raises(ExtractionError):
            extract(tmp_path / "a.zip", tmp_path / "out")
        assert not any((tmp_path / "out").iterdir())

    def test_existing_files_are_never_overwritten(self, tmp_path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "a.txt").write_text("mine")
        (tmp_path / "a.zip").write_bytes(make_zip({"a.txt": b"yours"}))
        with pytest.raises(ExtractionError, match=r"'a\.txt' .* already"):
            extract(tmp_path / "a.zip", tmp_path / "out")
        assert (tmp_path / "out" / "a.txt").read_text() == "mine"

    def test_link_in_the_target_is_not_followed(self, tmp_path):
        outside = tmp_path / "outside"
        outside.mkdir()
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "b").symlink_to(outside, target_is_directory=True)
        (tmp_path / "a.zip").write_bytes(make_zip({"b/x.txt": b"x"}))
        with pytest.raises(ExtractionError):
            extract(tmp_path / "a.zip", tmp_path / "out")
        assert not any(outside.iterdir())

    def test_limit_on_the_unpacked_size(self, tmp_path):
        (tmp_path / "a.zip").write_bytes(make_zip({"a.bin": bytes(1_000_000)}))
        with pytest.raises(ExtractionError) as caught:
            extract(tmp_path / "a.zip", tmp_path / "out", max_unpacked=500_000)
        assert caught.value.code == "AIGC307"

    def test_archive_whose_folder_meets_a_file_writes_nothing(self, tmp_path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "d").write_text("mine")
        (tmp_path / "a.zip").write_bytes(make_zip({"a0": b"x", "d/x": b"y", "z": b"z"}))
        with pytest.raises(ExtractionError) as caught:
            extract(tmp_path / "a.zip", tmp_path / "out")
        assert caught.value.code == "AIGC319"
        assert [one.name for one in (tmp_path / "out").iterdir()] == ["d"]

    def test_what_was_merged_goes_back_when_the_rest_cannot_follow(self, tmp_path):
        (tmp_path / "out" / "b").mkdir(parents=True)
        (tmp_path / "out" / "b" / "c").write_text("mine")
        (tmp_path / "a.zip").write_bytes(make_zip({"a/1": b"x", "b/0": b"y", "b/c/d": b"z"}))
        with pytest.raises(ExtractionError):
            extract(tmp_path / "a.zip", tmp_path / "out")
        left = [one.relative_to(tmp_path / "out").as_posix() for one in sorted((tmp_path / "out").rglob("*"))]
        assert left == ["b", "b/c"]

    def test_folders_too_deep_are_refused_before_anything_is_written(self, tmp_path, judge):
        body = make_zip({"d/" * 1900 + "x": b"1"})
        (tmp_path / "a.zip").write_bytes(body)
        with pytest.raises(ExtractionError, match=r"1901 levels deep \(at most 100\)"):
            extract(tmp_path / "a.zip", tmp_path / "out")
        assert "zip.unsafe_name" in rules_of(judge(body, "b.zip"))


def test_second_end_record_in_the_comment_is_refused(judge):
    """Readers that take the last record see no files; others see the one that is there."""
    fake = b"PK\5\6" + bytes(18)
    body = bytearray(make_zip({"a.txt": b"x"}))
    body[-2:] = len(fake).to_bytes(2, "little")
    assert "zip.end" in rules_of(judge(bytes(body) + fake, "a.zip"))


def test_end_record_that_counts_nothing_before_entries_is_refused(judge):
    body = bytearray(make_zip({"a.txt": b"x"}))
    body[-14:-2] = bytes(12)
    assert "zip.directory" in rules_of(judge(bytes(body), "a.zip"))
