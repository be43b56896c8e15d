"""Makes a tape small: of each large file only its beginning stays, by which types are recognised and early ends happen.

What a replay asks for beyond it is an error that says so; no rule is ever judged by a file that is only half there.
"""

import json
from dataclasses import replace

from AIGCLibrary.tape.bodies import TEXTUAL
from AIGCLibrary.tape.entry import Entry
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.folder import FILES, HEAD, Tape, files_used, load_tape, write_tape
from AIGCLibrary.tape.stories import Story

KEPT = 64 << 10
"""Bytes that stay of a file when nothing else is said."""


def thin(tape: Tape, kept: int = KEPT) -> Tape:
    """Keep only the beginnings of the media files of a tape.

    Args:
        tape: It is written again in its place.
        kept: Bytes that stay of each file.

    Returns:
        The tape as it is now.

    Raises:
        TapeError: It was cut off while it was recorded, or one of its files is missing.
    """
    if not tape.whole:
        raise TapeError(f"The tape '{tape.folder}' was cut off at {tape.end_time()}.", code="AIGC704")
    found = [_story(story, tape, kept) for story in tape.stories]
    write_tape(tape.folder, json.loads((tape.folder / HEAD).read_text(encoding="utf-8-sig")), found)
    used = files_used(found)
    for path in (tape.folder / FILES).glob("*"):
        if path.name not in used:
            path.unlink()
    return load_tape(tape.folder)


def _story(story: Story, tape: Tape, kept: int) -> Story:
    order = None if story.order is None else _entry(story.order, tape, kept)
    return Story(story.number, order, [_entry(entry, tape, kept) for entry in story.seen])


def _entry(entry: Entry, tape: Tape, kept: int) -> Entry:
    body, kind = entry.answer.body, entry.answer.headers.get("content-type", "")
    textual = "as" in body or any(word in kind for word in TEXTUAL)
    if "file" not in body or textual or body["size"] <= kept:
        return entry
    whole = {"sha256": body.get("sha256", body["file"]), "whole": body.get("whole", body["size"])}
    head = tape.files.put(tape.files.get(body["file"], kept))
    return replace(entry, answer=replace(entry.answer, body={**head, **whole}))
