"""The production board under a clock that is moved by hand: queue, priorities, estimates, endings."""

from concurrent.futures import Future

import pytest

from AIGCLibrary.studio.blob import Blob
from AIGCLibrary.studio.board import Board
from AIGCLibrary.studio.desk import Desk
from AIGCLibrary.studio.errors import ApiError
from AIGCLibrary.studio.ids import IdSource
from AIGCLibrary.studio.jobs import Status
from AIGCLibrary.studio.media.order import Product
from AIGCLibrary.studio.misbehaviour import parse_misbehaviour
from AIGCLibrary.studio.settings import StudioSettings


class HandClock:
    speed = 1.0

    def __init__(self):
        self.time = 1_000.0

    def now(self):
        return self.time

    def wall(self, seconds):
        return seconds / self.speed


class Workshop:
    """Makes products when a test asks for it, or at once."""

    def __init__(self):
        self.at_once = True
        self.open = []

    def submit(self, _order):
        future = Future()
        self.open.append(future)
        if self.at_once:
            self.finish()
        return future

    def finish(self):
        while self.open:
            self.open.pop().set_result(Product(Blob.of(b"x"), "image/png", ".png", "0" * 64))


class House:
    def __init__(self, places=1, queue_limit=100, **settings):
        self.clock, self.workshop, self.changes = HandClock(), Workshop(), []
        self.desk = Desk(StudioSettings(seed=3, **settings), self.clock, IdSource(3))
        self.board = Board(
            self.clock,
            self.workshop,
            places,
            queue_limit,
            on_change=lambda job: self.changes.append((job.id, str(job.status))),
            deliver=lambda _job, _product: [{"id": "file", "url": "/f"}],
        )

    def order(self, seconds=10, **body):
        misbehave = {"duration": seconds, **body.pop("misbehave", {})}
        job = self.desk.take({"kind": "image", "prompt": "a", "misbehave": misbehave, **body})
        self.board.add(job)
        return job

    def wait(self, seconds):
        self.clock.time += seconds
        self.board.advance()


def test_a_job_waits_runs_and_succeeds():
    house = House()
    job = house.order(10)
    assert job.status is Status.RUNNING
    house.wait(5)
    assert job.progress(house.clock.now()) == pytest.approx(0.5, abs=0.02)
    house.wait(5)
    assert job.status is Status.SUCCEEDED
    assert job.finished_at - job.started_at == 10
    assert [status for _id, status in house.changes] == ["queued", "running", "succeeded"]


def test_places_are_limited_and_higher_priority_goes_first():
    house = House(places=1)
    first, low, high = house.order(), house.order(priority=1), house.order(priority=9)
    assert [house.board.position(job) for job in (first, low, high)] == [None, 2, 1]
    house.wait(10)
    assert (high.status, low.status) == (Status.RUNNING, Status.QUEUED)
    assert house.board.position(low) == 1


def test_equal_priority_is_first_come_first_served():
    house = House(places=1)
    house.order()
    waiting = [house.order() for _ in range(3)]
    assert [house.board.position(job) for job in waiting] == [1, 2, 3]


def test_long_absence_ends_jobs_in_their_right_order_and_times():
    house = House(places=1)
    jobs = [house.order(10) for _ in range(3)]
    house.wait(100)
    assert [job.finished_at - 1000 for job in jobs] == [10, 20, 30]


def test_estimates_shrink_as_time_goes():
    house = House(places=1)
    running, queued = house.order(20), house.order(20)
    before = house.board.eta(running), house.board.eta(queued)
    house.wait(10)
    after = house.board.eta(running), house.board.eta(queued)
    assert after[0] < before[0]
    assert after[1] < before[1]
    assert before[1] > before[0]


def test_a_job_waits_for_its_file():
    house = House()
    house.workshop.at_once = False
    job = house.order(1)
    house.wait(5)
    assert (job.status, job.progress(house.clock.now())) == (Status.RUNNING, 0.99)
    house.workshop.finish()
    house.wait(0)
    assert job.status is Status.SUCCEEDED


def test_a_renderer_that_breaks_fails_the_job(caplog):
    house = House()
    house.workshop.at_once = False
    job = house.order(1)
    house.workshop.open.pop().set_exception(RuntimeError("no disk"))
    house.wait(1)
    assert (job.status, job.error[1]) == (Status.FAILED, "internal")
    assert "Rendering" in caplog.text


def test_cancel_frees_the_place_and_cannot_be_repeated():
    house = House(places=1)
    first, second = house.order(), house.order()
    house.board.cancel(first.id)
    assert (first.status, second.status) == (Status.CANCELLED, Status.RUNNING)
    with pytest.raises(ApiError) as caught:
        house.board.cancel(first.id)
    assert caught.value.status == 409


def test_a_queued_job_can_be_cancelled():
    house = House(places=1)
    _first, second, third = house.order(), house.order(), house.order()
    house.board.cancel(second.id)
    assert house.board.position(third) == 1
    house.wait(100)
    assert (second.status, third.status) == (Status.CANCELLED, Status.SUCCEEDED)


@pytest.mark.parametrize("kind", ["bad_input", "quota", "content_policy", "internal"])
def test_failures_carry_their_class(kind):
    house = House()
    job = house.order(10, misbehave={"fail_class": kind, "fail_at": 0.5})
    house.wait(4.9)
    assert job.status is Status.RUNNING
    house.wait(0.2)
    assert (job.status, job.error[1]) == (Status.FAILED, kind)
    assert job.progress(0) <= 0.5


@pytest.mark.parametrize("prompt", ["a Forbidden scene", "违禁画面"])
def test_the_content_policy_reads_the_prompt(prompt):
    house = House()
    job = house.order(10, prompt=prompt)
    house.wait(10)
    assert job.error[:2] == ("content_policy_violation", "content_policy")


def test_a_stalled_job_stands_still_for_ever():
    house = House()
    job = house.order(10, misbehave={"stall": 0.4})
    seen = []
    for _ in range(5):
        house.wait(1000)
        seen.append(job.progress(house.clock.now()))
    assert (seen, job.status) == ([0.4] * 5, Status.RUNNING)


def test_an_endless_job_creeps_and_can_be_cancelled():
    house = House()
    job = house.order(10, misbehave={"never_end": True})
    house.wait(10)
    early = job.progress(house.clock.now())
    house.wait(10_000)
    assert early < job.progress(house.clock.now()) < 1
    house.board.cancel(job.id)
    assert job.status is Status.CANCELLED


def test_progress_never_goes_back_on_the_way():
    house = House()
    job = house.order(10)
    seen = []
    for _ in range(12):
        seen.append(job.progress(house.clock.now()))
        house.wait(1)
    assert seen == sorted(seen)
    assert job.progress(house.clock.now()) == 1.0


def test_retry_makes_a_new_job_and_may_go_well():
    house = House()
    job = house.order(1, misbehave={"fail_class": "internal", "attempts": 1})
    house.wait(1)
    again = house.desk.again(job)
    house.board.add(again)
    house.wait(1000)
    assert (again.retry_of, again.attempt, again.status) == (job.id, 2, Status.SUCCEEDED)


def test_what_succeeded_is_not_repeated():
    house = House()
    job = house.order(1)
    house.wait(1)
    with pytest.raises(ApiError, match="only failed or cancelled"):
        house.desk.again(job)


def test_a_full_queue_refuses_more():
    house = House(places=1, queue_limit=2)
    for _ in range(3):
        house.order()
    with pytest.raises(ApiError) as caught:
        house.order()
    assert (caught.value.status, caught.value.headers["Retry-After"]) == (429, "5")


def test_the_same_seed_gives_the_same_ids_and_durations():
    def run():
        house = House(places=5)
        jobs = [house.desk.take({"kind": "video", "prompt": str(n)}) for n in range(5)]
        return [(job.id, job.production) for job in jobs]

    assert run() == run()
    assert len({production for _id, production in run()}) == 5


def test_speed_shortens_production():
    slow, fast = House(), House()
    fast.clock.speed = 60.0
    one, other = (house.desk.take({"kind": "video", "prompt": "a"}) for house in (slow, fast))
    assert one.production == pytest.approx(other.production * 60)


def test_a_share_of_the_jobs_is_touched():
    house = House(places=1000)
    house.desk.misbehave = parse_misbehaviour({"fail_class": "internal", "share": 0.25})
    jobs = [house.desk.take({"kind": "image", "prompt": "a"}) for _ in range(600)]
    assert 100 < sum(job.bad.fail_class == "internal" for job in jobs) < 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"resolution": "641x360"}, "resolution"),
        ({"resolution": "4000x4000"}, "resolution"),
        ({"format": "mp4"}, "format"),
    ],
)
def test_orders_that_cannot_be_made_are_refused_with_the_field(body, field):
    with pytest.raises(ApiError) as caught:
        House().order(**body)
    assert (caught.value.status, caught.value.field) == (422, field)
