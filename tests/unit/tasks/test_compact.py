"""A task's history in bytes, and the fields that take no room until they are set."""

from AIGCLibrary.tasks.compact import MOMENTS, Moment, appended, moments
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.states import TaskOutcome, TaskState


def kept(entries):
    found = b""
    for moment in entries:
        found = appended(found, moment)
    return found


def test_moments_come_back_as_they_were_kept():
    entries = [
        Moment(1795772385.30317, TaskState.QUEUED, http_status=200, latency=0.4433305740000151),
        Moment(1795772386.0, TaskState.QUEUED, "排队中", queue_position=2**40),
        Moment(1795772387.5, TaskState.PROCESSING, "running", 1 / 3, http_status=200),
        Moment(1795772388.5, TaskState.FAILED, "x" * 70_000, note="changed after its end"),
    ]
    assert moments(kept(entries)) == entries
    assert moments(b"") == []


def test_beyond_the_limit_steps_of_progress_go_first_and_changes_of_state_stay():
    steps = [Moment(float(at), TaskState.PROCESSING, progress=at / 1000) for at in range(1, 2 * MOMENTS)]
    ends = (Moment(0.0, TaskState.QUEUED), Moment(900.0, TaskState.COMPLETED))
    found = moments(kept([ends[0], *steps, ends[1]]))
    assert len(found) == MOMENTS
    assert (found[0], found[1], found[-1]) == (ends[0], steps[0], ends[1])
    assert found[-20:-1] == steps[-19:]


def test_what_a_task_does_not_have_takes_no_room_and_reads_as_nothing():
    task = Task("video:1", "video", "product")
    task.failure, task.listen, task.known = None, True, True
    assert task.rest is None
    assert (task.outcome, task.files, task.attempt, task.listen) == (None, (), 1, True)


def test_what_is_set_belongs_to_one_task_alone():
    one, other = Task("video:1", "video", "product"), Task("video:2", "video", "product")
    one.outcome, one.listen = TaskOutcome.COMPLETED, False
    one.warn("slow")
    assert (one.outcome, one.listen, one.warnings, one.attempt) == (TaskOutcome.COMPLETED, False, ("slow",), 1)
    assert (other.outcome, other.listen, other.warnings) == (None, True, ())
    one.listen, one.outcome = True, None
    assert (one.outcome, one.listen) == (None, True)
