"""The library as Robot sees it: import, errors, hints, timeouts, logs of other threads."""

import re

import pytest

from AIGCLibrary.rf.documentation import documented_library
from AIGCLibrary.studio import StudioSettings


def test_the_failure_message_has_no_class_name_but_a_code(robot):
    run = robot(
        """
*** Settings ***
Library    AIGCLibrary

*** Test Cases ***
Unknown Plugin
    Execute Plugin    async_tsk
"""
    )
    assert run.code == 1
    assert run.tests["Unknown Plugin"].message.startswith(
        "There is no plugin 'async_tsk'. Did you mean 'async_task'? [AIGC602]"
    )


def test_a_wrong_setting_fails_the_import_with_one_sentence(robot):
    run = robot(
        """
*** Settings ***
Library    AIGCLibrary    config=nowhere.yaml

*** Test Cases ***
Any
    Get Plugins
"""
    )
    assert "File 'nowhere.yaml' does not exist. Check the path. Relative paths start at" in run.console


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_example_of_the_introduction_runs_as_it_is_against_the_studio(robot, studio, language):
    (example,) = re.findall(r"(?s)```robotframework\n(.*?)```", documented_library(language).doc)
    assert StudioSettings().token in example
    here = example.replace("http://127.0.0.1:8765", studio.url)
    assert here != example
    run = robot(here)
    assert run.code == 0, run.console


def test_two_imports_share_one_run(robot):
    run = robot(
        """
*** Settings ***
Library    AIGCLibrary
Library    AIGCLibrary    heal=off    AS    Other

*** Test Cases ***
Both Work
    AIGCLibrary.Get Plugins    contains    async_task
    Other.Get Plugins    contains    async_task
"""
    )
    assert run.code == 0, run.console


def test_a_timeout_of_the_test_stops_a_waiting_keyword(robot, tmp_path):
    (tmp_path / "slow.py").write_text(
        """
import asyncio
import signal

from AIGCLibrary.plugins import AIGCPlugin, PluginResult


class Slow(AIGCPlugin):
    name = "slow"
    capabilities = ("wait",)

    async def execute(self, context, params):
        try:
            if hasattr(signal, "setitimer"):  # the time is over as soon as it waits, however busy the machine is
                signal.setitimer(signal.ITIMER_REAL, 0.01)
            await asyncio.Event().wait()
        finally:
            print("cancelled on the loop", file=open("cancelled.txt", "w"))
        return PluginResult("completed")
""",
        encoding="utf-8",
    )
    run = robot(
        """
*** Settings ***
Library    AIGCLibrary    plugins=slow:Slow

*** Test Cases ***
Is Stopped
    [Timeout]    30 s
    Execute Plugin    slow
""",
        "--pythonpath",
        ".",
    )
    assert run.tests["Is Stopped"].message.startswith("Test timeout 30 seconds exceeded.")
    assert (tmp_path / "cancelled.txt").exists()


def test_what_other_threads_log_is_in_the_log_with_secrets_masked(robot, tmp_path):
    (tmp_path / "talker.py").write_text(
        """
import logging

from AIGCLibrary.plugins import AIGCPlugin, PluginResult


class Talker(AIGCPlugin):
    name = "talker"
    capabilities = ("talk",)

    async def execute(self, context, params):
        logging.getLogger("aigc.talker").info("<b>said on the loop</b> Authorization: Bearer abcdef123456")
        return PluginResult("completed", {"said": 1})
""",
        encoding="utf-8",
    )
    run = robot(
        """
*** Settings ***
Library    AIGCLibrary    plugins=talker:Talker

*** Test Cases ***
Talks
    ${result} =    Execute Plugin    talker
    Should Be Equal    ${result.data.said}    ${1}
""",
        "--pythonpath",
        ".",
    )
    assert run.code == 0, run.console
    messages = [m for k in run.tests["Talks"].body for m in getattr(k, "messages", [])]
    said = next(m for m in messages if "said on the loop" in m.message)
    assert not said.html
    assert "abcdef123456" not in said.message
