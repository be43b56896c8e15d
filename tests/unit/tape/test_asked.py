"""Which requests ask for the same, and what is answered at a moment."""

import pytest

from AIGCLibrary.tape.asked import RequestMatcher
from AIGCLibrary.tape.entry import Entry, TapeAnswer, TapeRequest
from AIGCLibrary.tape.moments import moved
from AIGCLibrary.tape.stories import stories
from AIGCLibrary.tape.timeline import AnswerTimeline

ORIGIN = "https://api.product.test"


def order(body=None, url=f"{ORIGIN}/v1/tasks", method="POST"):
    return TapeRequest(method, url, {"json": body} if body is not None else {})


def same(one, other, ignore=(), of_product=()):
    comparison = RequestMatcher(ignore)
    comparison.of_product.update(of_product)
    return comparison.question(one).key == comparison.question(other).key


@pytest.mark.parametrize(
    ("one", "other", "ignore"),
    [
        ({"prompt": "a", "seed": 1}, {"prompt": "a", "seed": 2}, ("seed",)),
        ({"prompt": "a", "seed": 1}, {"prompt": "a"}, ("seed",)),
        ({"inputs": {"at": "x"}}, {"inputs": {"at": "y"}}, ("inputs.at",)),
        ({"parts": [{"nonce": 1}]}, {"parts": [{"nonce": 2}]}, ("parts.nonce",)),
        ({"key": "0b1c2d3e-0000-4000-8000-000000000001"}, {"key": "0b1c2d3e-0000-4000-8000-000000000002"}, ()),
        ({"tag": "aigc-482824ac715e"}, {"tag": "aigc-b57892fddaad"}, ()),
        ({"at": "2026-11-29T09:15:44Z"}, {"at": "2027-01-03T10:00:00.5+08:00"}, ()),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ()),
        ({"callback": f"http://127.0.0.1:4321/webhook/{'a' * 32}"}, {}, ()),
        ({"sign": "k8Jx0dQm3l+2aF9s/Zw=="}, {"sign": "Pq0Zt7Hh1c+5bB2e/Yx=="}, ()),
        ({"auth": {"req_sign": "E10ADC3949BA59AB"}}, {"auth": {"req_sign": "0F3B2C77A1D4E588"}}, ()),
        ({"apiSign": "wJalrXUtnFEMIKMDENG"}, {"apiSign": "bPxRfiCYEXAMPLEKEYz"}, ()),
        ({"nonceStr": 48213}, {"nonceStr": 99120}, ()),
        ({"SignatureNonce": "q-1"}, {"SignatureNonce": "q-2"}, ()),
        ({"t": "20261129T101010Z"}, {"t": "20261129T151210Z"}, ()),
        ({"t": "Sun, 29 Nov 2026 10:10:10 GMT"}, {"t": "Mon, 30 Nov 2026 11:10:10 GMT"}, ()),
        ({"t": "2026/11/29 10:10"}, {"t": "2026/12/01 09:08"}, ()),
        ({"order": "01JDXK2M9W5Q7Z8N3V4B6C1D2E"}, {"order": "01JDXP7A1S2D3F4G5H6J7K8M9Q"}, ()),
        ({"jsonrpc": "2.0", "method": "m", "id": 3}, {"jsonrpc": "2.0", "method": "m", "id": 17}, ()),
        ({"content": '{"prompt": "a", "seed": 1}'}, {"content": '{"seed": 2, "prompt": "a"}'}, ("seed",)),
    ],
)
def test_what_differs_from_run_to_run_is_the_same_question(one, other, ignore):
    assert same(order(one), order(other), ignore)


@pytest.mark.parametrize(
    ("one", "other", "ignore"),
    [
        ({"prompt": "a"}, {"prompt": "b"}, ("seed",)),
        ({"seed": 1}, {"seed": 2}, ()),
        ({"other": {"at": 1}}, {"other": {"at": 2}}, ("inputs.at",)),
        ({"size": 512}, {"size": 1024}, ("seed",)),
        ({"seeds": 1}, {"seeds": 2}, ("seed",)),
        ({"parts": [1, 2]}, {"parts": [2, 1]}, ()),
        ({"sign": "traffic-warning-sign"}, {"sign": "parking-entrance-sign"}, ()),
        ({"sign": "leo"}, {"sign": "virgo"}, ()),
        ({"design": "k8Jx0dQm3l2aF9sZw"}, {"design": "Pq0Zt7Hh1c5bB2eYx"}, ()),
        ({"nonce": "a red cat"}, {"nonce": "a blue cat"}, ()),
        ({"nonce": "a1"}, {}, ()),
        ({"method": "m", "id": 3}, {"method": "m", "id": 17}, ()),
        (
            {"jsonrpc": "2.0", "method": "m", "params": {"id": 3}},
            {"jsonrpc": "2.0", "method": "m", "params": {"id": 4}},
            (),
        ),
        ({"content": '{"prompt": "a"}'}, {"content": '{"prompt": "b"}'}, ("seed",)),
        ({"date": "2026-11-29"}, {"date": "2026-11-30"}, ()),
    ],
)
def test_what_is_ordered_makes_the_question(one, other, ignore):
    assert not same(order(one), order(other), ignore)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("prompt=a&sign=k8Jx0dQm3l2aF9sZw&seed=1", "seed=2&prompt=a&sign=Pq0Zt7Hh1c5bB2eYx", True),
        ("prompt=a+cat", "prompt=a%20cat", True),
        ("prompt=a", "prompt=b", False),
        ("a = b & c", "a = b & d", False),
    ],
)
def test_a_form_that_was_written_as_text_is_compared_field_by_field(one, other, equal):
    assert same(*(TapeRequest("POST", ORIGIN, {"text": text}) for text in (one, other)), ("seed",)) is equal


@pytest.mark.parametrize(
    ("asked", "recorded", "rule"),
    [
        (order({"p": "a", "day": "29"}), order({"p": "a", "day": "30"}), ["day"]),
        (
            order({"p": "a", "parts": [{"at": 1}, {"at": 2}]}),
            order({"p": "a", "parts": [{"at": 3}, {"at": 4}]}),
            ["parts.at"],
        ),
        (
            order({"p": "a", "run": {"no": 1}}, f"{ORIGIN}/v1?k=x"),
            order({"p": "a"}, f"{ORIGIN}/v1?k=y"),
            ["k", "run.no"],
        ),
        (order({"p": "a"}), order({"p": "a"}, f"{ORIGIN}/v2/tasks"), []),
        (TapeRequest("POST", ORIGIN, {"text": "a cat"}), TapeRequest("POST", ORIGIN, {"text": "a dog"}), []),
    ],
)
def test_the_rule_by_which_a_request_would_be_that_on_the_tape(asked, recorded, rule):
    assert RequestMatcher(("seed",)).rule_for(asked, recorded) == rule


def test_names_that_the_product_made_are_compared():
    one, other = "0b1c2d3e-0000-4000-8000-000000000001", "0b1c2d3e-0000-4000-8000-000000000002"
    asked = [order(url=f"{ORIGIN}/v1/tasks/{name}", method="GET") for name in (one, other)]
    assert same(*asked)
    assert not same(*asked, of_product={one, other})


def test_the_host_does_not_count_and_query_order_does_not():
    assert same(order(url="http://a.test/x?b=2&a=1"), order(url="https://b.test:8443/x?a=1&b=2"))


def seen(at, answer, until=None, request=None):
    request = request or TapeRequest("GET", f"{ORIGIN}/v1/tasks/7", reads=True)
    return Entry(request, answer, at - 0.1, at, until or at)


def state(word, **more):
    return TapeAnswer(200, {}, {"json": {"id": "7", "status": word, **more}})


def words(timeline, moments):
    return [(timeline.at(at).answer.body.get("json") or {}).get("status") for at in moments]


def test_a_state_is_answered_by_its_moment_and_not_by_the_number_of_the_question():
    entries = [seen(1, state("waiting"), 9), seen(11, state("running"), 19), seen(21, state("done"))]
    assert words(AnswerTimeline(entries, 0, 0), (0.1, 9.9, 10.1, 19.9, 20.1, 999)) == [
        "waiting", "waiting", "running", "running", "done", "done",
    ]  # fmt: skip
    assert words(AnswerTimeline(entries, 0, 0), (500,)) == ["done"]


def test_a_state_begins_when_the_answer_says_so():
    started = 1_796_000_000.0
    entries = [seen(1, state("running"), 10), seen(20, state("done", finished_at=started + 18.5))]
    assert words(AnswerTimeline(entries, 0, started), (18.4, 18.6)) == ["running", "done"]


def test_failures_that_passed_are_answered_once_each_and_bursts_stay_apart():
    busy = TapeAnswer(503)
    entries = [
        seen(1, state("a")),
        seen(2, busy),
        seen(3, busy),
        seen(4, state("b")),
        seen(5, busy),
        seen(6, state("c")),
    ]
    slow, fast = AnswerTimeline(entries, 0, 0), AnswerTimeline(entries, 0, 0)
    assert [slow.at(60).answer.status for _ in range(6)] == [503, 503, 200, 503, 200, 200]
    statuses = [fast.at(number / 10).answer.status for number in range(80)]
    assert statuses.count(503) == 3


def test_a_question_belongs_to_the_order_whose_answer_named_it():
    entries = [
        Entry(order({"prompt": name}), TapeAnswer(200, {}, {"json": {"id": name * 3, "status": "queued"}}), at, at, at)
        for at, name in ((1, "x"), (2, "y"))
    ]
    asked = [TapeRequest("GET", f"{ORIGIN}/v1/tasks/{name * 3}", reads=True) for name in "yxyx"]
    entries += [seen(3 + at, state("running"), request=request) for at, request in enumerate(asked)]
    entries.append(Entry(order({}, f"{ORIGIN}/v1/tasks/xxx/cancel"), TapeAnswer(200), 8, 8, 8))
    entries.append(seen(9, state("cancelled"), request=asked[1]))
    found = {story.number: [(one.request.url[-3:], one.times) for one in story.seen] for story in stories(entries)}
    assert found == {1: [("xxx", 2)], 2: [("yyy", 2)], 3: [("xxx", 1)]}


@pytest.mark.parametrize(
    ("value", "later"),
    [
        (1_796_000_000, 1_796_000_060),
        (1_796_000_000_123, 1_796_000_060_123),
        (1_796_000_000.5, 1_796_000_060.5),
        ("1796000000", "1796000060"),
        ("2026-11-29T21:33:20.250Z", "2026-11-29T21:34:20.250Z"),
        ("2026-11-29 21:33:20", "2026-11-29 21:34:20"),
        ("2026-11-30T05:33:20+08:00", "2026-11-30T05:34:20+08:00"),
        (42, 42),
        (True, True),
        ("task_1796000000", "task_1796000000"),
        ("1999-01-01T00:00:00Z", "1999-01-01T00:00:00Z"),
    ],
)
def test_times_near_the_recording_move_and_keep_their_form(value, later):
    assert moved({"a": [value]}, 60.0, 1_796_000_000, 1_796_000_600) == {"a": [later]}


def test_between_two_bursts_that_a_slow_rhythm_missed_the_state_is_that_of_the_moment():
    def entry(at, status, state=""):
        body = {"json": {"status": state}} if state else {}
        return Entry(order(method="GET"), TapeAnswer(status, {}, body), at, at, at)

    recorded = [entry(1, 200, "running"), entry(2, 503), entry(3, 200, "running"), entry(4, 503), entry(5, 200, "done")]
    timeline = AnswerTimeline(recorded, 0.0, 1.8e9)
    answers = [timeline.at(seconds).answer for seconds in (0.5, 60.0, 61.0)]
    assert [(one.status, one.body.get("json")) for one in answers] == [
        (200, {"status": "running"}),
        (503, None),
        (200, {"status": "done"}),
    ]
