"""A process is killed in the middle of a wait; the next one ends it with one submitted task."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import requests

from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[3]
PROVIDER = ROOT / "resources" / "providers" / "studio.yaml"
SUITE = """
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    providers={provider}

*** Test Cases ***
Resume
    VAR    &{{headers}}    Authorization=Bearer studio-demo-token
    Create Session    studio    {url}/api/v1    headers=${{headers}}
    ${{task}} =    {order}
    Create File    ${{EXECDIR}}/handle.txt    ${{task}}
    ${{result}} =    Wait For Task    ${{task}}    timeout=1 min
    Should Be Equal    ${{result.state}}    completed
    Should Not Be Empty    ${{result.result.files}}

*** Keywords ***
Create File
    [Arguments]    ${{path}}    ${{text}}
    Evaluate    __import__("pathlib").Path($path).write_text($text)
"""


def running(directory, text):
    (directory / "suite.robot").write_text(text, encoding="utf-8")
    env = {key: value for key, value in os.environ.items() if not key.startswith("AIGC_")} | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "robot", "--outputdir", "results", "suite.robot"]
    return subprocess.Popen(command, cwd=directory, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kept(directory):
    """Whether the store knows a task of which the wait has asked the product."""
    with contextlib.suppress(sqlite3.Error), sqlite3.connect(directory / "results" / "aigc.db") as store:
        return store.execute("SELECT count(*) FROM task WHERE remote_id IS NOT NULL").fetchone()[0] > 0
    return False


def test_a_killed_wait_is_ended_by_the_next_process(tmp_path, robot, studio):
    headers = {"Authorization": "Bearer studio-demo-token"}
    api = f"{studio.url}/api/v1"

    def listed():
        return requests.get(f"{api}/tasks?limit=100", headers=headers, timeout=60).json()["items"]

    before = len(listed())
    order = 'Submit Task    video    prompt=resumed    duration=1    misbehave={"duration": 240}'
    process = running(tmp_path, SUITE.format(provider=PROVIDER, url=studio.url, order=order))
    until((tmp_path / "handle.txt").exists)
    until(lambda: kept(tmp_path))
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    handle = (tmp_path / "handle.txt").read_text()
    remote = next(task["id"] for task in listed() if task["prompt"] == "resumed")
    order = f"Track Task    video    {remote}"
    run = robot(SUITE.format(provider=PROVIDER, url=studio.url, order=order))
    assert run.code == 0, run.console
    assert (tmp_path / "handle.txt").read_text() == handle
    assert len(listed()) == before + 1
