"""Contents in segments: reading, cutting, overwriting, and zips written to tape."""

import hashlib
import io
import zipfile

import pytest

from AIGCLibrary.studio.blob import Blob, Repeated, Solid, Tape

PARTS = Blob((Solid(b"head"), Repeated(b"abc", 10), Solid(b"tail")))
WHOLE = b"head" + b"abcabcabca" + b"tail"


def test_reading_any_stretch_gives_the_same_as_slicing():
    for start in range(len(WHOLE) + 1):
        for end in range(start, len(WHOLE) + 1):
            assert PARTS.read(start, end) == WHOLE[start:end]


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
def test_pieces_are_no_larger_than_asked(chunk):
    pieces = list(PARTS.chunks(chunk=chunk))
    assert b"".join(pieces) == WHOLE
    assert max(map(len, pieces)) <= chunk


def test_hash_is_that_of_the_bytes():
    assert PARTS.sha256() == hashlib.sha256(WHOLE).hexdigest()


@pytest.mark.parametrize("end", range(len(WHOLE) + 1))
def test_cut_keeps_the_beginning(end):
    assert PARTS.cut(end).read() == WHOLE[:end]


@pytest.mark.parametrize("at", range(len(WHOLE) - 3))
def test_overwriting_changes_only_its_place(at):
    assert PARTS.overwritten(at, b"XYZ").read() == WHOLE[:at] + b"XYZ" + WHOLE[at + 3 :]


def test_a_huge_blob_takes_no_memory():
    blob = Blob((Repeated(b"x" * 1024, 10**12),))
    assert blob.size == 10**12
    assert blob.read(10**12 - 3) == b"xxx"
    assert blob.held == 1024


def test_a_zip_with_a_big_entry_fits_on_tape():
    tape, filler = Tape(), b"0123456789abcdef" * 4096
    with zipfile.ZipFile(tape, "w") as archive:
        archive.writestr("small.txt", b"hello")
        with archive.open("big.bin", "w", force_zip64=True) as entry:
            for _ in range(50):
                entry.write(filler)
    blob = tape.blob()
    assert sum(isinstance(segment, Repeated) for segment in blob.segments) == 1
    with zipfile.ZipFile(io.BytesIO(blob.read())) as archive:
        assert archive.testzip() is None
        assert archive.read("big.bin") == filler * 50
