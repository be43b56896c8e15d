"""Requests of pages: recorded as the browser reports them, answered at the moments of the story."""

import asyncio
import json
import logging
from base64 import b64decode, b64encode

import pytest

from AIGCLibrary.http.transport import InboundMessage, OutgoingRequest
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.folder import load_tape
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.page_haste import QUIET, REGULAR, PageHaste
from AIGCLibrary.tape.page_playing import PlayedPages
from AIGCLibrary.tape.page_recording import RecordedPages
from AIGCLibrary.tape.page_requests import page_request
from AIGCLibrary.tape.recorder import Recorder
from AIGCLibrary.tape.reel import Reel
from AIGCLibrary.tape.replaying import ReplayTransport
from AIGCLibrary.tape.virtual_clock import VirtualClock

ORIGIN = "https://product.test"


def encoded(content):
    return b64encode(content if isinstance(content, bytes) else json.dumps(content).encode()).decode()


class Browser:
    """What the browser's process would send, at moments in seconds since the start of the recording."""

    def __init__(self, folder):
        self.folder, self.clock = folder, VirtualClock()
        self.recorder = Recorder(folder, Masks(Redactor()), self.clock, {"run": "one", "seed": "s"})
        self.pages, self._origin = RecordedPages(self.recorder), self.clock.now()

    def ms(self, at):
        return (self._origin + at) * 1000

    def tell(self, name, **value):
        asyncio.run(self.pages.take(InboundMessage(name, {}, json.dumps(value).encode())))

    def exchange(self, at, method, path, content, body=b"", status=200, kind="application/json", **answered):
        about = {"method": method, "url": ORIGIN + path, "headers": {"x-api-key": "known-key-of-a-page"}}
        times = {"sent": self.ms(at), "ended": self.ms(at + 0.05)}
        headers = {"content-type": kind, **answered}
        self.tell(
            "exchange", **about, body=encoded(body), **times, status=status, answered=headers, content=encoded(content)
        )

    def uploads(self, at, method, path, kind, size):
        """Send a file; the browser shows no body, and no length where it is 0."""
        about = {"method": method, "url": ORIGIN + path, "headers": {"content-type": kind}}
        times = {"sent": self.ms(at), "ended": self.ms(at + 0.05)}
        self.tell("exchange", **about, hidden=size, **times, status=200, answered={}, content=encoded({"size": size}))

    def texts(self, stream, at, *texts):
        self.tell("texts", id=stream, at=self.ms(at), texts=list(texts))

    def finish(self):
        self.pages.close()
        self.recorder.finish()
        return load_tape(self.folder)


def play(tape, act):
    """Run a coroutine with what answers pages, on virtual time."""

    async def run():
        clock = VirtualClock()
        pages = PlayedPages(ReplayTransport(Reel(tape), clock, Masks(Redactor()), lambda: None))

        async def ask(name, **value):
            return json.loads(await pages.take(InboundMessage(name, {}, json.dumps(value).encode())))

        async def load(method, path, body=b"", **headers):
            found = await ask("answer", method=method, url=ORIGIN + path, headers=headers, body=encoded(body))
            return found["status"], b64decode(found.get("content", ""))

        try:
            return await act(clock, load, ask)
        finally:
            pages.close()

    return asyncio.run(run())


@pytest.fixture
def browser(tmp_path):
    return Browser(tmp_path / "tape")


def a_task(browser):
    """A page orders at 10 s and polls; the task works from 12 s on and is done at 100 s."""
    browser.exchange(1, "GET", "/", b"<p>home</p>", kind="text/html")
    browser.exchange(10, "POST", "/tasks", {"id": "task-4711"}, b'{"prompt": "boat"}')
    for at in range(11, 104, 2):
        state = "queued" if at < 12 else "working" if at < 100 else "done"
        browser.exchange(at, "GET", "/tasks/task-4711", {"id": "task-4711", "status": state})


@pytest.mark.parametrize(
    ("recorded", "kind", "sent", "status"),
    [
        (400, "image/png", b"x" * 400, 200),
        (400, "image/png", b"x" * 300, 0),
        (0, "image/png", b"x" * 300, 200),
        (400, "multipart/form-data; boundary=ab", b"--ab\r\n\r\n\r\n--ab--", 200),
    ],
    ids=["as long", "another length", "length unknown", "a form, shown without its files"],
)
def test_what_a_page_uploads_is_matched_by_its_address_and_its_length(browser, recorded, kind, sent, status):
    browser.uploads(1, "POST", "/files", kind, recorded)

    async def act(_clock, load, _ask):
        return [(await load("POST", path, sent, **{"content-type": kind}))[0] for path in ("/files", "/other")]

    assert play(browser.finish(), act) == [status, 0]


def test_of_two_uploads_the_one_of_the_same_length_is_answered_and_each_once(browser):
    for size in (400, 300):
        browser.uploads(1, "PUT", "/files", "image/png", size)

    async def act(_clock, load, _ask):
        bodies = (b"x" * 300, b"y" * 400, b"z" * 300)
        answers = [await load("PUT", "/files", body, **{"content-type": "image/png"}) for body in bodies]
        return [json.loads(content)["size"] for _, content in answers]

    assert play(browser.finish(), act) == [300, 400, 300]


def test_a_request_of_no_page_is_not_answered_with_an_upload_of_a_page(browser):
    browser.uploads(1, "POST", "/files", "image/png", 4)
    tape = browser.finish()
    player = ReplayTransport(Reel(tape), VirtualClock(), Masks(Redactor()), lambda: None)
    with pytest.raises(TapeError, match="is not on the tape"):
        asyncio.run(player.exchange(OutgoingRequest("POST", f"{ORIGIN}/files", data=b"abcd")))


def test_a_page_that_polls_gets_the_state_of_the_moment(browser):
    a_task(browser)

    async def act(clock, load, _ask):
        assert await load("GET", "/") == (200, b"<p>home</p>")
        assert (await load("POST", "/tasks", b'{"prompt": "boat"}'))[0] == 200
        states = []
        for seconds in (0.2, 30, 50, 30):
            await clock.sleep(seconds)
            states.append(json.loads((await load("GET", "/tasks/task-4711"))[1])["status"])
        return states

    assert play(browser.finish(), act) == ["queued", "working", "working", "done"]


def test_messages_of_a_stream_come_after_the_order_that_they_name_however_late_it_is(browser):
    browser.tell("opened", id="s1", kind="sse", url=ORIGIN + "/events", at=browser.ms(1))
    browser.exchange(2, "POST", "/tasks", {"id": "task-4711"})
    browser.texts("s1", 4, "event: task", 'data: {"id": "task-4711", "status": "queued"}', "")
    browser.tell("ended", id="s1", at=browser.ms(5))  # the page is left, another one listens
    browser.tell("opened", id="s2", kind="sse", url=ORIGIN + "/events", at=browser.ms(5))
    browser.texts("s2", 60, "event: task", 'data: {"id": "task-4711", "status": "done"}', "")

    async def act(clock, load, ask):
        assert await ask("next", id="a", url=ORIGIN + "/events") == {"texts": []}
        await clock.sleep(500)
        ordered = clock.monotonic()
        await load("POST", "/tasks", b"{}")
        first = await ask("next", id="a", url="")
        waited = clock.monotonic() - ordered
        second = await ask("next", id="a", url="")
        return first["texts"][1], round(waited), second["texts"][1], round(clock.monotonic() - ordered)

    first, waited, second, until = play(browser.finish(), act)
    assert ("queued" in first, "done" in second) == (True, True)
    assert (waited, until) == (2, 58)


def test_what_a_page_does_not_get_fails_on_the_page_and_is_named_once(browser, caplog):
    browser.exchange(1, "GET", "/", b"home", kind="text/html")
    tape = browser.finish()

    async def act(_clock, load, ask):
        answers = [await load("GET", "/gone") for _ in range(2)]
        return answers, await ask("next", id="a", url=ORIGIN + "/events")

    with caplog.at_level(logging.WARNING):
        answers, stream = play(tape, act)
    assert answers == [(0, b""), (0, b"")]
    assert stream == {"done": True, "missing": True}
    assert [record.getMessage().count("/gone") for record in caplog.records].count(0) == 1
    assert len(caplog.records) == 2


def test_what_cannot_be_recorded_is_named(browser, caplog):
    browser.exchange(1, "GET", "/", b"home", kind="text/html")
    browser.tell("lost", what=f"GET {ORIGIN}/socket?token=tok-of-a-page-1", why="its messages are binary")
    assert browser.recorder.lost == [f"GET {ORIGIN}/socket?token=**** (its messages are binary)"]
    assert "its messages are binary" in caplog.text
    browser.finish()


def test_no_secret_of_a_page_is_on_the_tape(browser):
    said = {"echo": "known-key-of-a-page", "access_token": "token-of-the-page-77"}
    browser.exchange(1, "GET", "/me?key=known-key-of-a-page", said)
    browser.tell(
        "opened", id="s", kind="sse", url=ORIGIN + "/events?access_token=token-of-the-page-77", at=browser.ms(2)
    )
    browser.texts("s", 3, 'data: {"session_token": "token-of-a-stream-88"}', "", "data: token-of-the-page-77", "")
    folder = browser.finish().folder
    written = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.json"))
    assert [one for one in ("known-key", "page-77", "stream-88") if one in written] == []


@pytest.mark.parametrize(
    ("method", "body", "reads"),
    [
        ("GET", b"", True),
        ("POST", b'{"query": "query Task { task { state } }"}', True),
        ("POST", b'{"query": "{ task { state } }"}', True),
        ("POST", b'{"query": "mutation { order { id } }"}', False),
        ("POST", b'{"query": "boats on a lake"}', False),
        ("POST", b'{"prompt": "boat"}', False),
        ("PUT", b'{"query": "{ task { state } }"}', False),
    ],
)
def test_which_requests_of_a_page_change_nothing(method, body, reads):
    value = {"method": method, "url": ORIGIN, "headers": {}, "body": encoded(body)}
    assert page_request(value).reading is reads


def test_forms_of_a_page_are_compared_by_their_fields():
    kind = "application/x-www-form-urlencoded"
    value = {"method": "POST", "url": ORIGIN, "headers": {"content-type": kind}, "body": encoded(b"a=1&b=%E5%9B%BE")}
    assert page_request(value).data == {"a": "1", "b": "图"}
    twice = value | {"body": encoded(b"a=1&a=2")}
    assert page_request(twice).data == b"a=1&a=2"


class Times:
    virtual, real = 100.0, 0.0


def haste():
    times = Times()
    return times, PageHaste(lambda: times.virtual, lambda: times.real)


def test_time_is_moved_on_to_the_next_change_when_a_page_had_time_to_show_the_last():
    times, found = haste()
    times.real = 1.0
    found.asked("/task", 160.0)
    assert found.next() is None  # it received something a second ago
    times.real = QUIET
    assert found.next() == 160.0


def test_time_is_not_moved_on_before_a_page_has_asked_again():
    times, found = haste()
    times.real = 5.0
    found.asked("/task", 160.0)
    found.asked("/list", 300.0)
    found.received()
    times.real = 9.0
    found.asked("/list", 300.0)
    assert found.next() is None  # the state since 160 was not shown yet
    times.real = REGULAR + 6.0  # the page does not ask for it any more
    found.asked("/list", 300.0)
    assert found.next() == 300.0


def test_time_is_moved_on_to_the_next_message():
    times, found = haste()
    found.expects(90.0)
    found.expects(130.0)
    times.real = QUIET
    assert found.next() == 130.0
    times.virtual = 130.0
    assert found.next() is None
