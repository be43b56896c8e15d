"""A file of very many boxes costs no more than its length, and is refused beyond a limit."""

import pytest

from AIGCLibrary.files.iso import walker
from AIGCLibrary.files.iso.boxes import Malformed
from AIGCLibrary.files.iso.walker import IsoWalker

FREE = b"\0\0\0\x08free"


class Counted(list):
    """A list that counts how often it is walked through."""

    walks = 0

    def __iter__(self):
        self.walks += 1
        return super().__iter__()


def test_no_box_is_compared_with_all_before_it():
    boxes = Counted()
    found = IsoWalker(length=8 * 5000, tops=boxes)
    found.feed(memoryview(FREE * 5000))
    found.finish()
    assert len(boxes) == 5000
    assert boxes.walks == 0


def test_the_first_box_of_several_kinds_is_the_earliest():
    found = IsoWalker()
    found.feed(memoryview(FREE + b"\0\0\0\x08wide" + b"\0\0\0\x08skip" + FREE))
    assert found.find(b"skip", b"wide").offset == 8
    assert found.find(b"moov") is None


def test_too_many_boxes_are_an_error_with_the_limit(monkeypatch):
    monkeypatch.setattr(walker, "MOST_BOXES", 10)
    with pytest.raises(Malformed, match="more than 10 boxes"):
        IsoWalker().feed(memoryview(FREE * 11))
