"""What must never be on a tape, and what is left of a recording that was killed."""

import asyncio
import base64
import json
import random
import signal
import string
import subprocess
import sys
from urllib.parse import quote

import pytest

from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.checking import problems_of
from AIGCLibrary.tape.entry import TapeRequest
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.folder import load_tape
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.recorder import Recorder
from AIGCLibrary.tape.recording import RecordingTransport
from AIGCLibrary.tape.reel import Reel
from AIGCLibrary.tape.replaying import ReplayTransport
from AIGCLibrary.tape.scan import PIECE, places_of_secrets
from AIGCLibrary.tape.virtual_clock import VirtualClock

ORIGIN = "https://api.product.test"


class Scripted:
    """Answers each request with the next answer."""

    def __init__(self, answers):
        self.answers = list(answers)

    async def exchange(self, request):
        return self.answers.pop(0)

    async def close(self):
        pass


def record(folder, pairs, redactor=None):
    """Record exchanges: requests with their answers, `(headers, body)`."""
    redactor = redactor or Redactor()
    recorder = Recorder(folder, Masks(redactor), VirtualClock(), {"run": "one", "seed": "s"})
    answers = [IncomingAnswer(200, headers, body, request.url) for request, (headers, body) in pairs]
    transport = RecordingTransport(Scripted(answers), recorder, lambda *_about: None)

    async def send():
        for request, _ in pairs:
            await transport.exchange(request)
        await transport.close()

    asyncio.run(send())


def as_json(value):
    return {"content-type": "application/json"}, json.dumps(value).encode()


def secret(source, start=""):
    return start + "".join(source.choices(string.ascii_letters + string.digits, k=28)) + "7a"


def ways(source, redactor):
    """200 secrets, each in a place where products and testers have them."""
    for number in range(40):
        name = ("Authorization", "X-Api-Key", "Cookie", "X-Auth-Token")[number % 4]
        one = secret(source)
        value = {"Authorization": f"Bearer {one}", "Cookie": f"session={one}"}.get(name, one)
        # An echo in another place: the product repeats what it was sent.
        yield one, OutgoingRequest("POST", f"{ORIGIN}/a", {name: value}, json={"n": number}), as_json({"echo": one})
    for number in range(40):
        one = secret(source)
        name = ("access_token", "password", "api_key", "client_secret", "refreshToken")[number % 5]
        yield (
            one,
            OutgoingRequest("POST", f"{ORIGIN}/b", json={"n": number}),
            as_json({"data": {name: one, "id": number}}),
        )
    for number in range(40):
        one = secret(source)
        name = ("token", "X-Amz-Signature", "Signature", "sig")[number % 4]
        link = f"{ORIGIN}/files/{number}.mp4?Expires=1796000000&{name}={one}"
        yield one, OutgoingRequest("GET", f"{ORIGIN}/c/{number}"), as_json({"url": link})
    for number in range(40):
        start = ("sk-", "ghp_", "AKIA", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.")[number % 4]
        one = start + (secret(source).upper()[:16] if start == "AKIA" else secret(source) + secret(source))
        yield one, OutgoingRequest("POST", f"{ORIGIN}/d", json={"note": f"use {one} please"}), as_json({"said": one})
    for number in range(40):
        one = f"{secret(source)}/+ä{number}"
        redactor.add(one)
        shown = (one, quote(one, safe=""), base64.b64encode(one.encode()).decode())[number % 3]
        yield one, OutgoingRequest("POST", f"{ORIGIN}/e", json={"prompt": shown}), ({}, f"<p>{shown}</p>".encode())


def spellings(one):
    return {one, quote(one, safe=""), base64.b64encode(one.encode()).decode(), json.dumps(one)[1:-1]}


def test_none_of_200_secrets_is_on_the_tape(tmp_path):
    redactor, source = Redactor(), random.Random(20)
    found = list(ways(source, redactor))
    record(tmp_path / "tape", [(request, answer) for _, request, answer in found], redactor)
    content = b"".join(path.read_bytes() for path in (tmp_path / "tape").rglob("*") if path.is_file()).decode()
    spelled = [
        {one, quote(one, safe=""), base64.b64encode(one.encode()).decode(), json.dumps(one)[1:-1]} for one, *_ in found
    ]
    assert len(spelled) == 200
    assert [texts for texts in spelled if any(text in content for text in texts)] == []
    assert load_tape(tmp_path / "tape").exchanges == 200


def replayed(folder, request, blocking):
    """Ask a tape as a client or as a download does."""
    player = ReplayTransport(Reel(load_tape(folder)), VirtualClock(), Masks(Redactor()), lambda: None)
    if not blocking:
        return asyncio.run(player.exchange(request)).body
    return player.connection(OutgoingRequest("GET", ORIGIN)).get(request.url.removeprefix(ORIGIN), {}).read()


@pytest.mark.parametrize("blocking", [True, False], ids=["download", "exchange"])
def test_a_file_with_a_secret_is_left_out_and_the_rest_is_kept(tmp_path, caplog, blocking):
    redactor = Redactor()
    redactor.add("the-known-secret-value-1")
    start, kind = b"\x89PNG\r\n\x1a\n\x00", {"content-type": "image/png"}
    leak, clean = (OutgoingRequest("GET", f"{ORIGIN}/{name}") for name in ("leak", "clean"))
    pairs = [(leak, (kind, start + b"the-known-secret-value-1\x00")), (clean, (kind, start + b"clean"))]
    record(tmp_path / "tape", pairs, redactor)
    files = [path for path in (tmp_path / "tape").rglob("*") if path.is_file()]
    assert not any(b"the-known" in path.read_bytes() for path in files)
    assert problems_of(load_tape(tmp_path / "tape"), redactor) == []
    assert "/leak" in caplog.text
    assert replayed(tmp_path / "tape", clean, blocking) == start + b"clean"
    with pytest.raises(TapeError, match="a secret was in it") as caught:
        replayed(tmp_path / "tape", leak, blocking)
    assert caught.value.code == "AIGC704"


def test_a_secret_beside_the_bodies_of_answers_keeps_the_tape_from_being_written(tmp_path):
    redactor = Redactor()
    redactor.add("the-known-secret-value-1")
    request, answer = OutgoingRequest("GET", f"{ORIGIN}/a"), ({"x-the-known-secret-value-1": "1"}, b"{}")
    with pytest.raises(TapeError, match="was not written: a secret would be in") as caught:
        record(tmp_path / "tape", [(request, answer)], redactor)
    assert "the-known" not in str(caught.value)
    assert [path for path in (tmp_path / "tape").rglob("*") if path.is_file()] == []


def test_a_secret_that_becomes_known_later_is_masked_in_what_was_recorded_before(tmp_path):
    one = "Tm90IGEgc2VjcmV0IHlldA1"
    first = OutgoingRequest("POST", f"{ORIGIN}/notes", json={"text": f"my note {one}"})
    second = OutgoingRequest("POST", f"{ORIGIN}/login", json={"user": "a"})
    record(tmp_path / "tape", [(first, as_json({"id": 1})), (second, as_json({"access_token": one}))])
    assert all(one not in path.read_text() for path in (tmp_path / "tape").rglob("*.json"))


def multipart(name, value):
    part = f'--boundary\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    return f'{part}--boundary\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nboat\r\n--boundary--\r\n'


def packed(value):
    return base64.b64encode(json.dumps({"access_token": value}).encode()).decode()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PARTS = {"Content-Type": "multipart/form-data; boundary=boundary"}
PLACES = {
    "JSON in JSON": ({"json": {"inner": json.dumps({"deep": json.dumps({"password": "%s"})})}}, '{"a": 1}'),
    "JSON in the JSON of an answer": ({}, json.dumps({"inner": json.dumps({"client_secret": "%s"})})),
    "what the JSON of a request names": ({"json": {"password": "%s"}}, '{"echo": "%s"}'),
    "a form": ({"headers": FORM, "data": "user=a&password=%s&x=1"}, "{}"),
    "a mapping": ({"data": {"user": "a", "password": "%s"}}, '{"echo": "%s"}'),
    "a multipart form": ({"headers": PARTS, "data": multipart("api_key", "%s").encode()}, '{"echo": "%s"}'),
    "a cookie that is set": ({}, '{"echo": "%s"}'),
    "a hidden field": ({}, '<form><input type="hidden" name="csrf_token" value="%s"></form>'),
    "a tag without quotes": ({}, "<input type=hidden value=%s name=auth_token>"),
    "a meta tag": ({}, "<meta name='csrf-token' content='%s'>"),
    "a script": ({}, "<script>window.settings = {apiKey: '%s'}</script>"),
    "XML": ({"data": "<r><token>%s</token></r>"}, "<r><access_token>%s</access_token></r>"),
    "lines of JSON": ({}, '{"a": 1}\n{"api_key": "%s"}\n'),
    "YAML": ({}, "user: a\npassword: %s\n"),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_of_a_place_is_on_the_tape_and_the_rest_is(tmp_path, place):
    one = secret(random.Random(place))
    options, said = PLACES[place]
    filled = json.loads(json.dumps(options, default=bytes.decode).replace("%s", one))
    if place == "a multipart form":
        filled["data"] = filled["data"].encode()
    headers = {"set-cookie": f"sid={one}; Path=/; HttpOnly"} if place == "a cookie that is set" else {}
    request = OutgoingRequest("POST", f"{ORIGIN}/a", **filled)
    record(tmp_path / "tape", [(request, (headers, said.replace("%s", one).encode()))])
    content = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "tape").rglob("*.json"))
    assert [text for text in spellings(one) if text in content] == []
    if place == "a multipart form":
        assert "boat" in content


@pytest.mark.parametrize("where", ["request", "answer"])
def test_a_secret_in_base64_is_masked_and_other_base64_stays(tmp_path, where):
    one, harmless = secret(random.Random(3)), base64.b64encode(b"page=2 of the boats on the lake").decode()
    values = {"state": packed(one), "cursor": harmless}
    request = OutgoingRequest("POST", f"{ORIGIN}/a", json=values if where == "request" else {})
    record(tmp_path / "tape", [(request, as_json(values if where == "answer" else {}))])
    content = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "tape").rglob("*.json"))
    assert (packed(one) in content, harmless in content) == (False, True)


@pytest.mark.parametrize(
    "spell",
    [str.encode, lambda one: one.encode("utf-16-le"), lambda one: one.encode("utf-16-be"),
     lambda one: base64.b64encode(f"user:{one}".encode())],
    ids=["plain", "utf-16-le", "utf-16-be", "base64"],
)  # fmt: skip
def test_a_secret_in_the_metadata_of_a_file_is_found(tmp_path, spell):
    redactor, one = Redactor(), secret(random.Random(4))
    redactor.add(one)
    picture = b"\x89PNG\r\n\x1a\n\x00tEXtComment\x00" + spell(one) + b"\x00\x01\x02"
    request = OutgoingRequest("GET", f"{ORIGIN}/picture")
    record(tmp_path / "tape", [(request, ({"content-type": "image/png"}, picture))], redactor)
    assert [path for path in (tmp_path / "tape" / "files").glob("*") if path.is_file()] == []


@pytest.mark.parametrize("where", [0, PIECE - 12, PIECE, 2 * PIECE + 7])
@pytest.mark.parametrize(
    "spell", [str.encode, lambda one: base64.b64encode(f"x {one}".encode())], ids=["plain", "packed"]
)
def test_a_token_within_a_large_file_is_found_wherever_it_is(tmp_path, where, spell):
    noise = random.Random(where).randbytes(2 * PIECE + 99)
    (tmp_path / "clean").write_bytes(noise)
    (tmp_path / "token").write_bytes(noise[:where] + b"\n" + spell("ghp_" + "aB3" * 12) + b"\n" + noise[where:])
    assert places_of_secrets(tmp_path, Masks(Redactor())) == ["token"]


@pytest.mark.parametrize(
    "token",
    ["eyJhbGci0iJ.eyJzdWIi0i.", "sk-abcdefghijklmno1", "sk_live_" + "a" * 16, "ghp_" + "a" * 20, "glpat-" + "a" * 16,
     "github_pat_" + "a" * 20, "whsec_abcdefgh", "xoxb-123456789a", "r8_" + "a" * 20, "hf_" + "a" * 20,
     "AKIA0123456789ABCDEF", "AIza" + "a" * 30, "LTAI" + "a" * 12],
)  # fmt: skip
def test_the_shortest_token_of_each_shape_is_found_and_one_sign_less_is_none(token):
    masks = Masks(Redactor())
    assert masks.found_in(f"\x00{token}\x00")
    assert not masks.found_in(f"\x00{token[:-1]}\x00")


def test_a_tape_with_a_secret_that_came_later_fails_its_check(tmp_path):
    record(tmp_path / "tape", [(OutgoingRequest("GET", f"{ORIGIN}/a"), as_json({"note": "a"}))])
    path = next((tmp_path / "tape" / "exchanges").glob("*.json"))
    assert problems_of(load_tape(tmp_path / "tape"), Redactor()) == []
    path.write_text(path.read_text(encoding="utf-8").replace('"a"', f'"ghp_{"aB3" * 12}"'), encoding="utf-8")
    assert any("secret" in problem for problem in problems_of(load_tape(tmp_path / "tape"), Redactor()))


def test_git_changes_no_byte_of_a_tape(tmp_path):
    request = OutgoingRequest("GET", f"{ORIGIN}/page")
    record(tmp_path / "tape", [(request, ({"content-type": "text/html"}, b"<p>\r\n</p>\r\n" * 9000))])
    before = {path.name: path.read_bytes() for path in (tmp_path / "tape").rglob("*") if path.is_file()}

    def git(*words):
        plain = ["-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "core.autocrlf=true"]
        subprocess.run(["git", *plain, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    git("add", "tape")
    git("commit", "-q", "-m", "a tape")
    for path in (tmp_path / "tape").rglob("*"):
        path.unlink() if path.is_file() else None
    git("checkout", "--", "tape")
    assert {path.name: path.read_bytes() for path in (tmp_path / "tape").rglob("*") if path.is_file()} == before
    assert problems_of(load_tape(tmp_path / "tape"), Redactor()) == []


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from tests.unit.tape.test_safety import ORIGIN, Scripted, as_json
from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.recorder import Recorder
from AIGCLibrary.tape.recording import RecordingTransport
from AIGCLibrary.tape.virtual_clock import VirtualClock

recorder = Recorder(Path(sys.argv[1]), Masks(Redactor()), VirtualClock(), {"run": "one", "seed": "s"})
headers, body = as_json({"id": "t1", "status": "running"})
answers = [IncomingAnswer(200, headers, body, ORIGIN)] * 2
transport = RecordingTransport(Scripted(answers), recorder, print)
asyncio.run(transport.exchange(OutgoingRequest("POST", ORIGIN + "/tasks", json={"prompt": "a"})))
asyncio.run(transport.exchange(OutgoingRequest("GET", ORIGIN + "/tasks/t1")))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_recording_that_was_killed_leaves_a_tape_that_says_where_it_ends(tmp_path):
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "tape")], check=False)
    assert done.returncode == -signal.SIGKILL
    tape = load_tape(tmp_path / "tape")
    assert not tape.whole
    assert tape.exchanges == 2
    assert tape.end_time().startswith("20")
    with pytest.raises(TapeError, match=f"was cut off at {tape.end_time()}") as caught:
        Reel(tape).order(TapeRequest("POST", f"{ORIGIN}/tasks", {"json": {"prompt": "b"}}), 0.0)
    assert caught.value.code == "AIGC701"
    assert "ignore" not in str(caught.value.hint)


SIGNED = "TC3-HMAC-SHA256 Credential=AKID1234567890/2026-11-30/tc/tc3_request, SignedHeaders=host, Signature={:064x}"


def test_signatures_of_single_requests_are_not_remembered_one_by_one():
    masks = Masks(Redactor())
    before = masks.version
    for number in range(5):
        masks.learn({"Authorization": SIGNED.format(number)})
    assert masks.version == before
    assert "Signature" not in str(masks.data({"headers": {"Authorization": SIGNED.format(7)}}))
    assert "Signature" not in str(masks.headers({"authorization": SIGNED.format(7)}))


@pytest.mark.parametrize(
    "value", ["Bearer tok-9f8e7d6c5b4a3210", "HMAC-SHA256 tok-9f8e7d6c5b4a3210", "tok-9f8e7d6c5b4a3210"]
)
def test_a_token_that_is_sent_is_remembered(value):
    masks = Masks(Redactor())
    masks.learn({"Authorization": value})
    assert masks.text("echo tok-9f8e7d6c5b4a3210") != "echo tok-9f8e7d6c5b4a3210"
