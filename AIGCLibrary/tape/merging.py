"""Puts several tapes into one: the orders of each after those of the one before."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from AIGCLibrary.tape.entry import Entry
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.folder import FILES, Tape, head_of, holds_tape, write_tape
from AIGCLibrary.tape.links import START
from AIGCLibrary.tape.stories import Story


def merge(tapes: Sequence[Tape], target: Path) -> Tape:
    """Write a tape that holds what several hold.

    Run id and seed of test data are those of the first.

    Raises:
        TapeError: There is a tape at the target already, or one of the tapes was cut off.
    """
    if holds_tape(target):
        raise TapeError(f"There is a tape in '{target}' already; choose another folder.", code="AIGC702")
    broken = next((tape for tape in tapes if not tape.whole), None)
    if broken is not None:
        raise TapeError(f"The tape '{broken.folder}' was cut off at {broken.end_time()}.", code="AIGC704")
    first = tapes[0]
    found = {START: Story(START)}
    for tape in tapes:
        later = tape.started - first.started
        for story in tape.stories:
            seen = [_later(entry, later) for entry in story.seen]
            if story.order is None:
                found[START].seen += seen
            else:
                found[len(found)] = Story(len(found), _later(story.order, later), seen)
        if (tape.folder / FILES).is_dir():
            shutil.copytree(tape.folder / FILES, target / FILES, dirs_exist_ok=True)
    kept = [story for story in found.values() if story.order is not None or story.seen]
    ignore = tuple(dict.fromkeys(name for tape in tapes for name in tape.ignore))
    ended = max(tape.started - first.started + tape.ended for tape in tapes)
    write_tape(target, head_of(first.started, ended, ignore, {"run": first.run_id, "seed": first.seed}), kept)
    return Tape(target, first.started, ended, True, first.made_by, ignore, tuple(kept), "", first.run_id, first.seed)


def _later(entry: Entry, seconds: float) -> Entry:
    return replace(entry, sent=entry.sent + seconds, ended=entry.ended + seconds, until=entry.until + seconds)
