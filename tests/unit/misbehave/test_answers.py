"""What a product says is changed as the scenario names it, and nothing else is."""

import asyncio
import hashlib
import logging
from types import SimpleNamespace

import pytest
import requests
from requests.adapters import HTTPAdapter

from AIGCLibrary.clock import RealClock
from AIGCLibrary.errors import AIGCError, ConfigError
from AIGCLibrary.http.subject import RequestSubject, SubjectAction, SubjectTask, concerning
from AIGCLibrary.http.transport import InboundMessage, IncomingAnswer, OutgoingRequest
from AIGCLibrary.misbehave.faults import FAULTS, FaultGroup
from AIGCLibrary.misbehave.file_lies import LOGIN
from AIGCLibrary.misbehave.plain_requests import DisturbedRequests
from AIGCLibrary.misbehave.served import ServedBody
from AIGCLibrary.misbehave.transport import DisturbedTransport
from tests.unit.misbehave.conftest import picture
from tests.unit.tape.product import Files

HOST = "http://product.test"


def outcome(engine, kind="video", timeout=600):
    """Order a task and wait for it; return how that ended, and the task."""
    task = None
    try:
        task = engine.loop.run(engine.tasks.submit(kind, {"prompt": "a cat"}, provider="product"))
        engine.loop.run(engine.tasks.wait(task, timeout=timeout))
        ended = "passed"
    except AIGCError as error:
        ended = error.code
    return ended, engine.loop.run(engine.tasks.task(task)) if task else None


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        ("stall=40%", "AIGC201"),
        ("slow_queue=20min", "AIGC201"),
        ("never_end", "AIGC201"),
        ("fail_class=bad_input", "AIGC202"),
        ("failure_in_body", "AIGC207"),
        ("expired_token", "AIGC2"),
        ("redirect", "AIGC2"),
        ("http_burst=503 times=all", "AIGC"),
    ],
)
def test_a_lie_about_a_task_ends_its_wait_with_an_error(misled, scenario, code):
    ended, _ = outcome(misled.live(scenario))
    assert ended.startswith(code)


def test_a_stalled_task_stands_at_its_progress(misled):
    _, task = outcome(misled.live("stall=40%"))
    assert task.progress == pytest.approx(0.4)


def test_a_task_that_never_ends_creeps(misled):
    _, task = outcome(misled.live("never_end"))
    assert 0.85 < task.progress < 0.99
    assert str(task.state) == "processing"


def test_a_task_that_failed_by_a_lie_has_the_class_of_its_error(misled):
    _, task = outcome(misled.live("fail_class=quota"))
    assert str(task.failure.error_class) == "quota"


def test_a_slow_queue_is_over_after_its_time(misled):
    engine = misled.live("slow_queue=300")
    ended, task = outcome(engine)
    assert ended == "passed"
    assert 300 <= engine.tasks.result(task)["duration"] <= 400


def test_a_completed_task_has_no_file(misled):
    engine = misled.live("no_file", clip=picture())
    ended, task = outcome(engine)
    assert ended == "passed"
    assert not engine.tasks.result(task)["result"]["files"]


def test_a_burst_is_met_as_often_as_it_is_ordered_and_is_overcome(misled):
    ended, _ = outcome(misled.live("http_burst=429 times=3 retry_after=2"))
    assert ended == "passed"


def test_only_the_kind_and_the_order_that_are_named_are_hit(misled):
    engine = misled.live("fail_class=bad_input for=video order=2")
    ends = [outcome(engine, kind)[0] for kind in ("video", "image", "image", "video", "video")]
    assert ends == ["passed", "passed", "passed", "AIGC202", "passed"]


class Untouched:
    """A product whose answers and files are compared byte for byte."""

    clip, cut = b"the bytes of a file", 0

    def __init__(self):
        self.downloads, self.answers = [], []

    def connection(self, _request):
        return Files(self)

    async def exchange(self, request):
        kind = {"content-type": "application/json"}
        self.answers.append(IncomingAnswer(200, kind, b'{ "status":"done", "sha256": "aa"}', request.url))
        return self.answers[-1]


class Editor:
    part = staticmethod(lambda body, _name: body)
    state = staticmethod(lambda _part, _url: "completed")
    files = staticmethod(lambda _part, _url: (HOST + "/a.png",))


@pytest.mark.parametrize("name", [name for name, one in FAULTS.items() if one.group is not FaultGroup.STUDIO])
def test_what_the_scenario_does_not_name_passes_byte_for_byte(name):
    inner = Untouched()
    transport = DisturbedTransport(inner, RealClock(), f"{name} for=video times=all")

    async def asked():
        found = [await transport.exchange(OutgoingRequest("GET", HOST + "/scripts/1"))]
        for action in SubjectAction:
            with concerning(RequestSubject(action, (SubjectTask("one", "image", "1"),), Editor())):
                found.append(await transport.exchange(OutgoingRequest("GET", HOST + "/tasks/1")))
        return found

    found = asyncio.run(asked())
    assert len(found) == 1 + len(SubjectAction)
    assert all(one is other for one, other in zip(found, inner.answers, strict=True))
    body = transport.connection(OutgoingRequest("GET", HOST)).get("/a.png", {})
    plain = Files(inner).get("/a.png", {})
    assert (body.status, body.getheaders(), body.read()) == (plain.status, plain.getheaders(), plain.read())
    assert transport.refusal(OutgoingRequest("GET", HOST + "/scripts/1")) is None


def test_a_file_of_another_kind_is_served_as_it_is(misled):
    clip = picture()
    engine = misled.live("corrupt for=video; drop_body=30% for=audio", clip=clip, runs=5.0)
    _, task = outcome(engine, "image")
    (report,) = engine.loop.run(engine.files.process_task(task.handle))
    assert report.sha256 == hashlib.sha256(clip).hexdigest()


def test_a_wrong_file_is_announced_as_it_is_served(misled):
    clip = picture()
    about = {"about": {"sha256": hashlib.sha256(clip).hexdigest(), "size": len(clip)}}
    engine = misled.live("truncated", clip=clip, runs=5.0, says=about)
    _, task = outcome(engine, "image")
    cut = clip[: len(clip) * 6 // 10]
    assert f'"sha256": "{hashlib.sha256(cut).hexdigest()}", "size": {len(cut)}' in task.last_body.decode()
    (report,) = engine.loop.run(engine.files.process_task(task.handle))
    assert not report.success
    assert report.sha256 == hashlib.sha256(cut).hexdigest()


def test_a_wrong_hash_is_announced_for_a_right_file(misled):
    clip = picture()
    digest = hashlib.sha256(clip).hexdigest()
    engine = misled.live("bad_hash", clip=clip, runs=5.0, says={"sha256": digest})
    _, task = outcome(engine, "image")
    assert digest[::-1] in task.last_body.decode()
    (report,) = engine.loop.run(engine.files.process_task(task.handle))
    assert report.sha256 == digest


def test_no_hash_can_be_wrong_where_none_is_announced(misled, caplog):
    clip = picture()
    engine = misled.live("bad_hash", clip=clip, runs=5.0)
    _, task = outcome(engine, "image")
    (report,) = engine.loop.run(engine.files.process_task(task.handle))
    assert report.success
    assert "The product announces no hash of the file." in caplog.text


def test_the_second_order_gets_the_file_of_the_first(misled):
    engine = misled.live("other_clip", clip=picture(1), runs=5.0)
    hashes = []
    for seed in (1, 2):
        misled.product.clip = picture(seed)
        _, task = outcome(engine, "image")
        hashes.append(engine.loop.run(engine.files.process_task(task.handle))[0].sha256)
    assert hashes == [hashlib.sha256(picture(1)).hexdigest()] * 2


def test_a_download_that_breaks_is_resumed_and_one_that_is_gone_is_not(misled):
    clip = picture()
    engine = misled.live("drop_body=30% times=2", clip=clip, runs=5.0)
    _, task = outcome(engine, "image")
    (report,) = engine.loop.run(engine.files.process_task(task.handle))
    assert report.sha256 == hashlib.sha256(clip).hexdigest()
    assert len([one for one in misled.product.downloads if one]) >= 2
    engine.misbehave("gone=404")
    (missing,) = engine.loop.run(engine.files.process_task(task.handle))
    assert isinstance(missing, AIGCError)


def test_a_scenario_can_be_replaced_and_ended(misled):
    engine = misled.live("fail_class=bad_input")
    assert outcome(engine)[0] == "AIGC202"
    assert engine.misbehave("") == "fail_class=bad_input"
    assert outcome(engine)[0] == "passed"


def test_what_never_happened_is_reported(misled, caplog):
    engine = misled.live("corrupt for=music")
    outcome(engine)
    with caplog.at_level(logging.WARNING, "aigc.misbehave"):
        engine.misbehave("")
    assert "'corrupt for=music' did not happen" in caplog.text


def test_messages_of_our_own_are_not_disturbed(misled):
    engine = misled.live("http_burst=500 times=all")
    assert engine.own_transport is misled.product


def test_a_recording_holds_what_the_product_answered(tmp_path, monkeypatch):
    from AIGCLibrary.config import Settings
    from AIGCLibrary.engine import Engine

    engine = Engine(Settings(tape="record:tape"), directory=tmp_path)
    with pytest.raises(ConfigError) as caught:
        engine.misbehave("stall")
    assert caught.value.code == "AIGC705"
    engine.close()


def test_a_replay_can_misbehave(misled):
    recording = misled.recording()
    assert outcome(recording)[0] == "passed"
    recording.close()
    engine = misled.replaying()
    engine.misbehave("stall=50%")
    assert outcome(engine, timeout=300)[0] == "AIGC201"


def test_a_webhook_is_lost_or_comes_twice():
    class Inner:
        async def exchange(self, request):
            return IncomingAnswer(202, {}, b"{}", request.url)

        async def listen(self, *_args, **_named):
            self.take = _args[3]

    async def arrived(scenario):
        taken, inner = [], Inner()

        async def take(message):
            taken.append(message)
            return 200

        transport = DisturbedTransport(inner, RealClock(), scenario)
        await transport.listen("127.0.0.1", 0, "/webhook", take, largest=10)
        order = {"webhook_url": "http://127.0.0.1:1/webhook/" + "t" * 32}
        with concerning(RequestSubject(SubjectAction.SUBMIT, (SubjectTask("one", "video"),))):
            await transport.exchange(OutgoingRequest("POST", HOST + "/tasks", json=order))
        assert await inner.take(InboundMessage("t" * 32, {}, b"{}")) == 200
        return len(taken)

    assert asyncio.run(arrived("lost_webhook")) == 0
    assert asyncio.run(arrived("doubled_webhook times=1")) == 2
    assert asyncio.run(arrived("lost_webhook for=image")) == 1


def test_a_redirect_leads_to_a_page_without_a_word_of_the_task():
    class Inner:
        async def exchange(self, request):
            raise AssertionError(request)

    transport = DisturbedTransport(Inner(), RealClock(), "redirect=307")

    async def asked(url):
        return await transport.exchange(OutgoingRequest("GET", url))

    first = asyncio.run(asked(HOST + "/tasks/1"))
    assert (first.status, first.headers["location"]) == (307, HOST + LOGIN)
    assert b"Sign in" in asyncio.run(asked(HOST + LOGIN)).body


def test_the_keyword_takes_faults_without_a_value_with_named_options(misled):
    from AIGCLibrary.config import ImportOptions
    from AIGCLibrary.keywords.misbehaviour import MisbehaviourKeywords

    keywords = MisbehaviourKeywords(misled.live(), ImportOptions())
    assert not keywords.misbehave("fail_class", **{"for": "image", "times": 2})
    assert keywords.misbehave("gone; no_file for=video") == "fail_class for=image times=2"
    assert keywords.misbehave(slow_queue="2 min") == "gone; no_file for=video"
    assert keywords.misbehave() == "slow_queue=2 min"


def test_a_lie_that_cannot_be_said_is_taken_back_and_the_answer_is_as_it_came(caplog):
    class Editor:
        part = staticmethod(lambda body, _name: body)
        state = staticmethod(lambda _part, _url: "completed")
        files = staticmethod(lambda _part, _url: ())

        @staticmethod
        def failed(part, _url, _class):
            part.clear()
            return False

    class Inner:
        async def exchange(self, request):
            return IncomingAnswer(200, {}, b'{"odd": true}', request.url)

    async def asked():
        transport = DisturbedTransport(Inner(), RealClock(), "fail_class")
        with concerning(RequestSubject(SubjectAction.STATUS, (SubjectTask("one", "video", "1"),), Editor())):
            return (await transport.exchange(OutgoingRequest("GET", HOST + "/tasks/1"))).body

    assert asyncio.run(asked()) == b'{"odd": true}'
    assert "'fail_class' cannot be made" in caplog.text


class Bodies:
    """Serves one hundred bytes; see `Transport`."""

    def connection(self, _request):
        self.made = self.Connection()
        return self.made

    class Connection:
        connected, closed = True, False

        def get(self, _target, _headers):
            return ServedBody(200, {"content-type": "video/mp4"}, b"x" * 100)

        def close(self):
            self.closed = True


def test_a_body_that_breaks_off_breaks_its_connection_too():
    inner = Bodies()
    connection = DisturbedTransport(inner, RealClock(), "drop_body=30%").connection(OutgoingRequest("GET", HOST))
    body = connection.get("/a.mp4", {})
    buffer = memoryview(bytearray(64))
    assert [body.read_into(buffer), body.length, body.read_into(buffer)] == [30, 70, 0]
    assert inner.made.closed, "what is left of the body is not taken for the next answer"
    assert len(connection.get("/a.mp4", {}).read()) == 100


def test_each_response_has_another_tag_and_the_same_bytes():
    connection = DisturbedTransport(Bodies(), RealClock(), "changing_etag").connection(OutgoingRequest("GET", HOST))
    bodies = [connection.get("/a.mp4", {}) for _ in range(2)]
    assert len({dict(body.getheaders())["ETag"] for body in bodies}) == 2
    assert [body.read() for body in bodies] == [b"x" * 100] * 2
    assert all(body.isclosed() for body in bodies)


@pytest.mark.parametrize(
    ("scenario", "comes", "announced"),
    [
        ("drop_body=40", 40, 100),
        ("drop_body=100", 100, 100),
        ("drop_body=1kB", 100, 100),
        ("wrong_content_length=30", 100, 130),
        ("wrong_content_length=-30", 70, 70),
        ("wrong_content_length=-300", 0, 0),
    ],
)
def test_as_much_of_a_body_comes_as_from_the_studio(scenario, comes, announced):
    inner = Bodies()
    connection = DisturbedTransport(inner, RealClock(), scenario).connection(OutgoingRequest("GET", HOST))
    body = connection.get("/a.mp4", {})
    assert (body.length, int(dict(body.getheaders())["content-length"])) == (announced, announced)
    assert len(body.read()) == comes
    assert not body.read()
    assert inner.made.closed == ((comes, announced) != (100, 100))


def test_plain_requests_are_refused_in_front_of_a_live_product_and_else_sent_as_they_are(misled, monkeypatch):
    engine = misled.live("http_burst=503 times=1 for=data retry_after=7; expired_token times=1 for=data")
    real = requests.Response()
    real.status_code, real._content = 200, b"the product"
    monkeypatch.setattr(HTTPAdapter, "send", lambda *_about, **_named: real)
    disturbed = DisturbedRequests(engine.refusal)
    disturbed.install()
    answers = [requests.get("http://product.test/tasks") for _ in range(3)]
    disturbed.remove()
    assert [one.status_code for one in answers] == [503, 401, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert answers[2].content == b"the product"
    assert requests.get("http://product.test/tasks") is real


@pytest.mark.parametrize("said", ["application/octet-stream", "binary/octet-stream", "text/plain", ""])
def test_a_file_that_is_sent_without_its_type_is_known_by_its_content(said):
    class Stored(Bodies):
        def connection(self, _request):
            right = ServedBody(200, {"content-type": said} if said else {}, picture())
            return SimpleNamespace(get=lambda *_: right, close=lambda: None, connected=False)

    connection = DisturbedTransport(Stored(), RealClock(), "black for=image").connection(OutgoingRequest("GET", HOST))
    content = connection.get("/a", {}).read()
    assert content.startswith(b"\x89PNG")
    assert content != picture()


async def test_a_new_token_is_fetched_though_the_one_before_has_expired():
    class Inner:
        async def exchange(self, request):
            return IncomingAnswer(200, {}, b"{}", request.url)

    transport = DisturbedTransport(Inner(), RealClock(), "expired_token for=video times=all")
    order = OutgoingRequest("POST", f"{HOST}/tasks")
    with concerning(RequestSubject(SubjectAction.SUBMIT, (SubjectTask("a", "video"),))):
        assert (await transport.exchange(order)).status == 401
        with concerning(RequestSubject(SubjectAction.SIGN_IN, ())):
            assert (await transport.exchange(OutgoingRequest("POST", f"{HOST}/login"))).status == 200
