"""A C2PA manifest is looked for where a box may hold one, and not among very many boxes."""

import struct

import pytest

from AIGCLibrary.files.labels import manifest_boxes
from AIGCLibrary.files.labels.c2pa import read_c2pa
from AIGCLibrary.files.labels.manifest_boxes import TooManyBoxesError, may_hold_manifest

MANIFEST = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def box(kind, body=b""):
    return struct.pack(">I", 8 + len(body)) + kind + body


FREE = box(b"free")
TYPE = box(b"ftyp", b"isom\0\0\0\0isom")


def nested(depth):
    data = FREE
    for _ in range(depth):
        data = box(b"moov", data)
    return data


@pytest.fixture
def file(tmp_path):
    def write(*parts):
        path = tmp_path / "a.mp4"
        path.write_bytes(b"".join(parts))
        return path

    return write


@pytest.mark.parametrize(
    "many", [FREE * 60, box(b"moov", FREE * 60), nested(200), box(b"moof", box(b"traf", FREE)) * 30]
)
def test_among_too_many_boxes_none_is_looked_for(file, monkeypatch, many):
    monkeypatch.setattr(manifest_boxes, "MOST_BOXES", 50)
    assert not may_hold_manifest(file(TYPE, many))
    path = file(TYPE, many, box(b"uuid", MANIFEST))
    with pytest.raises(TooManyBoxesError, match="more than 50 boxes"):
        may_hold_manifest(path)
    pytest.importorskip("c2pa")
    assert "more than 50 boxes" in read_c2pa(path, "video/mp4")["integrity"][0]


@pytest.mark.parametrize("head", [b"", struct.pack(">I", 1) + b"free" + struct.pack(">Q", 16)])
def test_a_box_of_a_manifest_or_of_xmp_is_found(file, head):
    for kind in (MANIFEST, bytes.fromhex("be7acfcb97a942e89c71999491e3afac")):
        assert may_hold_manifest(file(TYPE, head, box(b"uuid", kind), FREE))
    assert not may_hold_manifest(file(TYPE, head, box(b"uuid", bytes(16)), FREE))


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\0\0", b"\0\0\0\1free", b"\0\0\0\7free", b"\xff\xff\xff\xffuuid"])
def test_what_is_cut_or_contradicts_itself_holds_none(file, data):
    assert not may_hold_manifest(file(data))
    assert not may_hold_manifest(file(TYPE, data))
