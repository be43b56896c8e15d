"""A thin tape holds the beginnings of media files: what needs no more is as before, all else is reported."""

import asyncio

import pytest

from AIGCLibrary.http.transport import OutgoingRequest
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.checking import problems_of
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.folder import load_tape
from AIGCLibrary.tape.thinning import thin
from tests.unit.tape.product import HOST
from tests.unit.tape.test_replay import verdict

CLIP = bytes(range(256)) * 1024


def downloaded(engine, amount):
    connection = engine.transport.connection(OutgoingRequest("GET", HOST))
    body = connection.get("/files/task-1.png", {})
    return body.read(amount), dict(body.getheaders())["content-length"]


@pytest.fixture
def thinned(studio):
    engine = studio.recording(clip=CLIP)
    verdict(engine)
    downloaded(engine, None)
    engine.close()
    thin(load_tape(studio.tape), 4096)
    return studio


def test_verdicts_and_beginnings_of_files_are_as_before(thinned):
    engine = thinned.replaying()
    assert verdict(engine)["outcome"] == "passed"
    assert downloaded(engine, 4096) == (CLIP[:4096], str(len(CLIP)))
    engine.close()


def test_what_needs_more_of_a_file_is_reported(thinned):
    engine = thinned.replaying()
    verdict(engine)
    with pytest.raises(TapeError, match="made thin") as caught:
        downloaded(engine, None)
    assert (caught.value.code, "without --thin" in str(caught.value.hint)) == ("AIGC704", True)
    with pytest.raises(TapeError, match="thin: of a body of 262144 bytes it holds 4096"):
        asyncio.run(engine.transport.inner.exchange(OutgoingRequest("GET", f"{HOST}/files/task-1.png")))
    engine.close()


def test_a_thin_tape_is_small_whole_and_may_be_made_thinner(thinned):
    tape = thin(load_tape(thinned.tape), 1024)
    assert problems_of(tape, Redactor()) == []
    assert sum(path.stat().st_size for path in tape.files.folder.glob("*")) == 1024
    body = next(entry.answer.body for story in tape.stories for entry in story.seen if "file" in entry.answer.body)
    assert body["whole"] == len(CLIP)


def test_small_files_stay_whole(studio):
    engine = studio.recording(clip=CLIP)
    verdict(engine)
    downloaded(engine, None)
    engine.close()
    before = sorted(path.name for path in (studio.tape / "files").glob("*"))
    thin(load_tape(studio.tape), len(CLIP))
    assert sorted(path.name for path in (studio.tape / "files").glob("*")) == before
