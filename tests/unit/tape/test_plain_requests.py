"""Requests of sessions that are not the engine's: recorded as they pass, answered from the tape later."""

import io
import json

import pytest
import requests
from requests.adapters import HTTPAdapter

from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.plain_requests import TapedRequests

URL = "http://product.test/characters"


@pytest.fixture
def network(monkeypatch):
    """A network in the place of the adapter's: answers what was sent, and counts."""
    sent = []

    def send(_adapter, request, **_options):
        sent.append(request)
        response = requests.Response()
        response.status_code, response.url, response.request = 201, request.url, request
        response.headers["Content-Type"] = "application/json"
        response.raw = io.BytesIO(json.dumps({"id": f"c{len(sent)}", "token": "s3cret-of-the-product"}).encode())
        return response

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return sent


def taped(engine, use):
    session = requests.Session()
    between = TapedRequests(engine.transport, engine.loop.run)
    between.install()
    try:
        return use(session)
    finally:
        between.remove()
        engine.close()


def made(session):
    files = {"picture": ("a.png", b"\x89PNG\x00\x01", "image/png")}
    one = session.post(URL, json={"name": "Ana"}, headers={"Authorization": "Bearer abcdef123456"})
    two = session.post(f"{URL}/c1/picture", files=files)
    return [
        (answer.status_code, answer.json()["id"], answer.ok, answer.headers["content-type"]) for answer in (one, two)
    ]


def test_plain_requests_are_answered_from_the_tape(studio, network):
    recorded = taped(studio.recording(), made)
    assert len(network) == 2
    assert taped(studio.replaying(), made) == recorded
    assert len(network) == 2
    assert all("abcdef123456" not in path.read_text() for path in studio.tape.rglob("*.json"))


def test_a_plain_request_that_is_not_on_the_tape_is_refused(studio, network):
    taped(studio.recording(), made)
    with pytest.raises(TapeError, match=r"json\.name: 'Bob' is asked for, 'Ana' is on the tape"):
        taped(studio.replaying(), lambda session: session.post(URL, json={"name": "Bob"}))
    assert len(network) == 2
