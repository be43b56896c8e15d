"""Tapes under pabot: each of its processes has one of its own, a folder that is named by what the process runs."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.config import Settings
from AIGCLibrary.rf import pabot
from AIGCLibrary.tape.folder import holds_tape

LONGEST = 60
"""Characters of the name of a suite in the name of a folder."""


def own_tape(settings: Settings, directory: Path) -> Settings:
    """Return the settings with the tape of this process of pabot; outside of pabot, as they are.

    A tape in the folder itself is replayed by all processes.

    Args:
        settings: Those of the run.
        directory: Where a relative folder is.
    """
    mode, colon, folder = (settings.tape or "").partition(":")
    if not colon or not folder.strip() or pabot.uri() is None:
        return settings
    if mode != "record" and holds_tape(directory / folder.strip()):
        return settings
    return replace(settings, tape=f"{mode}:{folder.strip()}/{part_name()}")


def part_name() -> str:
    """Return a name for what this process runs, which another run of pabot has for the same tests."""
    suite = EXECUTION_CONTEXTS.current.suite
    about = "\n".join((suite.full_name, *(test.name for test in suite.tests)))
    words = re.sub(r"[^\w]+", "-", suite.full_name.lower())[-LONGEST:].strip("-")
    return f"{words}-{hashlib.sha256(about.encode()).hexdigest()[:8]}"
