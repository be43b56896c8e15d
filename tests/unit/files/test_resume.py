"""A download that kill -9 ended: a later process goes on, unless the file changed or too much time has passed."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.partial import NOTE, RECEIVED, Partials
from AIGCLibrary.files.pipeline import FileJob, ProcessingPipeline
from AIGCLibrary.files.temp import sweep
from AIGCLibrary.process import process_mark
from tests.support.waiting import until

SIZE = 20_000_000
CHILD = """
import sys
from pathlib import Path
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.pipeline import FileJob, ProcessingPipeline
ProcessingPipeline().run(FileJob(sys.argv[1], limits=FileLimits(temp=Path(sys.argv[2]))))
"""


@pytest.fixture(scope="module")
def body():
    return random.Random(9).randbytes(SIZE)


@pytest.fixture
def killed(server, body, tmp_path):
    """A download that was killed after 12 MB; gives its address."""
    url = server.add("/a.bin", body, pause_at=13_000_000, pause=600.0)
    child = subprocess.Popen([sys.executable, "-c", CHILD, url, str(tmp_path)])
    until(lambda: _received(tmp_path) >= 12_000_000)
    child.send_signal(signal.SIGKILL)
    child.wait()
    server.files["/a.bin"].pause_at = None
    server.files["/a.bin"].requests.clear()
    assert _received(tmp_path) >= 12_000_000
    return url


def _received(folder):
    try:
        return max((int(path.read_text()) for path in folder.glob(f"*/{RECEIVED}")), default=0)
    except (OSError, ValueError):
        return 0


def run(url, tmp_path, **limits):
    report = ProcessingPipeline().run(FileJob(url, limits=FileLimits(temp=tmp_path, **limits)))
    assert not any(tmp_path.iterdir()), "something was left behind"
    return report


def test_a_later_process_goes_on(killed, body, tmp_path, server):
    report = run(killed, tmp_path)
    assert report.sha256 == hashlib.sha256(body).hexdigest()
    assert report.traffic["taken_over"] >= 12_000_000
    assert report.traffic["resumed"] == 1
    assert report.traffic["wire"] < SIZE - 11_000_000
    assert server.files["/a.bin"].requests[-1]["If-Range"] == '"v1"'


def test_a_changed_file_is_fetched_again(killed, body, tmp_path, server):
    server.files["/a.bin"].body, server.files["/a.bin"].etag = body[::-1], '"v2"'
    report = run(killed, tmp_path)
    assert report.sha256 == hashlib.sha256(body[::-1]).hexdigest()
    assert report.traffic["taken_over"] == 0


def test_what_was_written_last_is_read_again_and_judged(killed, tmp_path):
    """What lies on the disk is hashed as what comes over the wire: damage there is seen."""
    (partial,) = tmp_path.glob("*/a.bin")
    with partial.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"damage")
    digest = hashlib.sha256(partial.read_bytes()[:1]).hexdigest()
    order = FileJob(killed, limits=FileLimits(temp=tmp_path), expected={"sha256": digest})
    assert {finding.rule for finding in ProcessingPipeline().run(order).findings} == {"announced.sha256"}


def test_turned_off_or_too_old_it_begins_again_and_leftovers_are_swept(killed, tmp_path):
    assert sweep(tmp_path, 86_400, 3600) == 0
    old = time.time() - 7200
    for path in tmp_path.glob(f"*/{RECEIVED}"):
        os.utime(path, (old, old))
    assert sweep(tmp_path, 86_400, 3600) == 1
    assert run(killed, tmp_path, resume_for=0).traffic["taken_over"] == 0


@pytest.mark.parametrize("change", [{"key": "other"}, {"total": SIZE + 1}, {"file": "gone.bin"}])
def test_notes_of_something_else_are_left_alone_or_useless(tmp_path, change):
    mine = Partials(tmp_path / "aigc-files-mine", "http://x/a.bin", 3600)
    theirs = tmp_path / "aigc-files-theirs"
    for folder in (mine.folder, theirs):
        folder.mkdir()
    left = Partials(theirs, "http://x/a.bin", 3600)
    left.begin('"v1"', SIZE, theirs / "a.bin")
    left.mark(9_000_000)
    (theirs / "a.bin").write_bytes(b"x" * 1000)
    (theirs / ".owner").write_text(_dead())
    note = json.loads((theirs / NOTE).read_text())
    (theirs / NOTE).write_text(json.dumps({**note, **change}))
    assert mine.take_over('"v1"', SIZE, mine.folder / "a.bin") == 0


def test_a_download_of_a_living_process_is_never_taken(tmp_path):
    mine = Partials(tmp_path / "aigc-files-mine", "http://x/a.bin", 3600)
    theirs = tmp_path / "aigc-files-theirs"
    for folder in (mine.folder, theirs):
        folder.mkdir()
    left = Partials(theirs, "http://x/a.bin", 3600)
    left.begin('"v1"', SIZE, theirs / "a.bin")
    left.mark(9_000_000)
    (theirs / "a.bin").write_bytes(b"x" * 1000)
    (theirs / ".owner").write_text(process_mark())
    assert mine.take_over('"v1"', SIZE, mine.folder / "a.bin") == 0
    (theirs / ".owner").write_text(_dead())
    assert mine.take_over('"v1"', SIZE, mine.folder / "a.bin") == 1000


def _dead():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return f"{process_mark().rpartition(':')[0]}:{child.pid}"
