"""The life of a studio: start, stop, nothing left behind; and the command that runs one."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
import requests

from AIGCLibrary.studio import StudioServer, StudioSettings, cli
from tests.unit.studio.conftest import Client


def test_a_stopped_studio_leaves_no_thread_and_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    server = StudioServer(StudioSettings(seed=1))
    api = Client(server.start())
    api.made("/tasks", kind="video", prompt="x", duration=100, misbehave={"duration": 0})  # still encoding at the stop
    stream = api.get("/events", stream=True)  # a panel that is still open
    server.stop()
    stream.close()
    api.session.close()
    assert not set(threading.enumerate()) - threads  # others, of earlier tests, may end meanwhile
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/api/v1/health", timeout=5)


def test_a_studio_can_be_stopped_twice_and_started_again():
    server = StudioServer()
    server.stop()
    for _ in range(2):
        assert requests.get(f"{server.start()}/api/v1/health", timeout=30).json()["status"] == "healthy"
        assert server.start() == server.url
        server.stop()
        server.stop()


def test_a_taken_port_is_reported_to_the_one_who_starts():
    with StudioServer() as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)):
            StudioServer(StudioSettings(port=port)).start()


def test_many_studios_live_side_by_side():
    with StudioServer() as one, StudioServer() as other:
        Client(one.url).made("/scripts", title="only here")
        assert Client(other.url).get("/scripts").json()["total"] == 0


def arguments(*options):
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return parser.parse_args(options)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to answer")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_the_command_prints_its_address_and_ends_cleanly(name):
    command = [sys.executable, "-m", "AIGCLibrary.studio.cli", "--port", "0", "--speed", "60", "--ui", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/api/v1/health", timeout=30).status_code == 200
        assert 'data-ui="2"' in requests.get(f"{url}/login", timeout=30).text
        process.send_signal(getattr(signal, name))
        rest, errors = process.communicate(timeout=600)
    assert (process.returncode, rest, errors) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--misbehave", "{"], "not JSON"),
        (["--misbehave", "/nowhere.json"], "neither JSON nor a readable file"),
        (["--misbehave", '{"stal": 1}'], "did you mean 'stall'"),
        (["--speed", "0"], "speed"),
    ],
)
def test_wrong_options_are_one_sentence(options, named, capsys):
    assert cli.run(arguments(*options)) == 2
    reported = capsys.readouterr().err
    assert named in reported
    assert reported.count("\n") == 1


def test_misbehaviour_can_be_given_as_a_file(tmp_path):
    path = Path(tmp_path, "bad.json")
    path.write_text(json.dumps({"output": "corrupt"}), "utf-8")
    assert cli.read_json(str(path)) == {"output": "corrupt"}
