"""Record a product, replay its tape: the same verdicts, whatever the rhythm of the questions."""

import base64
import hashlib
import io
import json
import random
import socket
from functools import partial

import pytest
from PIL import Image

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.subject import RequestSubject, SubjectAction, concerning
from AIGCLibrary.http.transport import TransportError
from AIGCLibrary.tape.errors import TapeError
from tests.unit.tape.product import HOST


def picture():
    content = io.BytesIO()
    Image.effect_noise((96, 64), 90).save(content, "PNG")
    return content.getvalue()


def verdict(engine, kind="video", timeout=None, **inputs):
    """Order a task, wait for it, and return what a test can see of it."""
    task = engine.loop.run(engine.tasks.submit(kind, {"prompt": "a cat", **inputs}, provider="product"))
    try:
        engine.loop.run(engine.tasks.wait(task, timeout=timeout))
        outcome = "passed"
    except AIGCError as error:
        outcome = error.code
    found = engine.loop.run(engine.tasks.task(task))
    result = engine.tasks.result(found)
    return {
        "outcome": outcome,
        "state": str(result["state"]),
        "duration": round(result["duration"], 1) if found.ended else None,
        "cost": result["cost"],
        "error": str(found.failure),
    }


def played(engine, **options):
    try:
        return verdict(engine, **options)
    finally:
        engine.close()


@pytest.fixture
def closed_network(monkeypatch):
    """Refuse every connection and look-up; return what was tried."""
    tried = []

    def refuse(*args, **_named):
        tried.append(args)
        raise OSError("a replay reached the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


STORIES = {
    "done": {},
    "failed": {"end": "failed", "runs": 3.0},
    "at once": {"queued": 0.0, "runs": 0.0},
    "burst of failures": {"faults": [(2, 503), (3, 503), (4, 429)]},
    "two bursts": {"faults": [(2, 503), (3, 500), (5, 502), (6, 503)]},
    "lost answer": {"faults": [(3, TransportError("reset"))]},
    "broken for good": {"faults": [(number, 500) for number in range(3, 99)]},
    "slow": {"queued": 100.0, "runs": 300.0},
}


def other_delay(chosen, longest, *_about):
    return chosen.uniform(longest / 10, longest)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_replay_ends_as_its_recording_under_other_rhythms(studio, closed_network, story, monkeypatch):
    recorded = played(studio.recording(**story))
    for number in range(3 if "runs" in story else 2):
        engine = studio.replaying()
        if number != 1:
            chosen = random.Random(number)
            longest = chosen.choice((1.5, 9.0, 30.0))
            delay = partial(other_delay, chosen, longest)
            monkeypatch.setattr(engine.tasks.planner, "next_delay", delay)
        assert played(engine) == recorded, number
    assert closed_network == []
    assert studio.reel.played.missing == []


def test_a_wait_that_was_over_its_time_is_over_it_again_and_ends(studio):
    recorded = played(studio.recording(runs=9000.0), timeout=120)
    assert recorded["outcome"] == "AIGC201"
    engine = studio.replaying()
    assert played(engine, timeout=120) == recorded
    assert engine.clock.skipped > 110, "two minutes are not waited for"


def test_files_are_replayed_with_their_findings(studio, closed_network):
    reports = []
    for begin in (partial(studio.recording, clip=picture(), runs=5.0), studio.replaying):
        engine = begin()
        task = engine.loop.run(engine.tasks.submit("image", {"prompt": "a cat"}, provider="product"))
        engine.loop.run(engine.tasks.wait(task))
        (report,) = engine.loop.run(engine.files.process_task(task))
        reports.append((report.sha256, report.size, report.success, [str(one) for one in report.findings]))
        engine.close()
    assert reports[0] == reports[1]
    assert closed_network == []


def test_what_is_not_on_the_tape_names_the_nearest_and_what_differs(studio):
    played(studio.recording(runs=1.0), seed=4)
    engine = studio.replaying()
    with pytest.raises(TapeError) as caught:
        engine.loop.run(engine.tasks.submit("video", {"prompt": "a dog", "seed": 9}, provider="product"))
    assert "json.prompt: 'a dog' is asked for, 'a cat' is on the tape" in str(caught.value)
    assert "seed" not in str(caught.value)
    assert studio.reel.played.missing == ["POST http://product.test/tasks"]
    assert studio.reel.unplayed() == ["POST http://product.test/tasks (0001-post-tasks.json)"]
    engine.close()


def test_an_ignored_field_may_differ(studio):
    recorded = played(studio.recording(runs=1.0), seed=4)
    assert played(studio.replaying(), seed=5) == recorded


def signed(number):
    digest = base64.b64encode(hashlib.sha256(str(number).encode()).digest()).decode()
    return {"timestamp": str(1_796_000_000 + 977 * number), "nonce_str": f"n{number}x", "sign": digest}


def test_an_order_that_is_signed_anew_matches_without_a_rule(studio):
    recorded = played(studio.recording(runs=1.0), **signed(1))
    assert played(studio.replaying(), **signed(2)) == recorded
    assert studio.reel.played.missing == []


def test_a_field_that_cannot_be_told_from_an_input_is_named_as_the_rule_to_write(studio):
    recorded = played(studio.recording(runs=1.0), batch="monday-7", client={"day": "mon"})
    differing = {"batch": "tuesday-1", "client": {"day": "tue"}}
    with pytest.raises(TapeError) as caught:
        played(studio.replaying(), **differing)
    rule = '"ignore": ["seed", "batch", "client.day"]'
    assert f"{rule} in '{studio.tape / 'tape.json'}'" in str(caught.value.hint)
    head = studio.tape / "tape.json"
    head.write_text(json.dumps({**json.loads(head.read_text(encoding="utf-8")), **json.loads(f"{{{rule}}}")}))
    assert played(studio.replaying(), **differing) == recorded


def test_no_rule_is_proposed_for_a_request_that_asks_for_another_thing(studio):
    played(studio.recording(runs=1.0), batch="a", client={"day": "mon", "place": "here"}, tone="low")
    with pytest.raises(TapeError) as caught:
        played(studio.replaying(), batch="b", client={"day": "tue", "place": "there"}, tone="high")
    assert "Record it" in str(caught.value.hint)
    assert "ignore" not in str(caught.value.hint)


def test_of_orders_that_differ_in_what_may_differ_the_same_one_is_answered(studio):
    engine = studio.recording(queued=0.0, runs=1.0)
    for seed in (1, 2):
        verdict(engine, seed=seed)
    engine.close()
    engine = studio.replaying()
    tasks = [
        engine.loop.run(engine.tasks.submit("video", {"prompt": "a cat", "seed": n}, provider="product"))
        for n in (2, 1)
    ]
    found = [engine.loop.run(engine.tasks.task(task)).remote_id for task in tasks]
    engine.close()
    assert found == ["task-2", "task-1"]


def test_an_order_that_is_sent_more_often_than_recorded_is_an_error(studio):
    played(studio.recording(runs=1.0))
    engine = studio.replaying()
    assert verdict(engine)["outcome"] == "passed"
    with pytest.raises(TapeError, match=r"is sent more often than it was recorded on the tape .* \(1\)"):
        engine.loop.run(engine.tasks.submit("video", {"prompt": "a cat"}, provider="product"))
    engine.close()


def test_a_cancelled_task_is_cancelled_earlier_or_later_in_a_replay(studio):
    for begin, seconds in ((partial(studio.recording, runs=500.0), 30), (studio.replaying, 10), (studio.replaying, 99)):
        engine = begin()
        task = engine.loop.run(engine.tasks.submit("video", {"prompt": "a cat"}, provider="product"))
        engine.loop.run(engine.clock.sleep(seconds))
        assert str(engine.loop.run(engine.tasks.cancel(task))) == "cancelled"
        engine.close()


def test_time_is_virtual_and_times_of_the_product_move_with_it(studio):
    played(studio.recording())
    engine = studio.replaying()
    engine.loop.run(engine.clock.sleep(5000))
    assert verdict(engine)["duration"] == pytest.approx(120.1, abs=0.2)
    engine.close()


def compact(value):
    return json.dumps(value, separators=(",", ":")).replace('"cost":7', '"cost":7.00') + "\n"


@pytest.mark.parametrize("writes", [compact, partial(json.dumps, indent=2), partial(json.dumps, indent=3)])
def test_a_replayed_answer_is_written_as_the_recorded_one(studio, writes):
    bodies = []
    for begin in (partial(studio.recording, times=False, says={"名": "猫"}, writes=writes), studio.replaying):
        engine = begin()
        task = engine.loop.run(engine.tasks.submit("video", {"prompt": "a cat"}, provider="product"))
        engine.loop.run(engine.tasks.wait(task))
        bodies.append(engine.loop.run(engine.tasks.task(task)).last_body)
        engine.close()
    assert bodies[0] == bodies[1]
    assert bodies[0] != json.dumps(json.loads(bodies[0]), ensure_ascii=False).encode()


def test_a_sign_in_is_answered_as_often_as_tokens_end_in_the_replay(studio):
    async def signed_in(engine, times):
        with concerning(RequestSubject(SubjectAction.SIGN_IN, ())):
            answers = [await engine.http.request("POST", "/login", Connection(HOST), json={}) for _ in range(times)]
        return [answer.status for answer in answers]

    for begin, times in ((studio.recording, 2), (studio.replaying, 3), (studio.replaying, 1)):
        engine = begin()
        assert engine.loop.run(signed_in(engine, times)) == [404] * times
        engine.close()
    assert studio.reel.unplayed() == []
