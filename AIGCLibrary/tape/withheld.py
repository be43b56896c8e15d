"""Leaves the bodies of answers that hold a secret out of a tape, so that the rest of a recording is kept.

A replay that asks for such a body gets an error that says so: nothing is judged by what is not there.
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from AIGCLibrary.tape.bodies import WITHHELD, FileStore
from AIGCLibrary.tape.entry import Entry
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.scan import places_of_secrets


def without_secrets(entries: Iterable[Entry], files: FileStore, masks: Masks) -> tuple[list[Entry], list[Entry]]:
    """Leave out what masking could not make clean: files such as pictures, whose bytes are never changed.

    Args:
        entries: The exchanges of a recording, masked.
        files: Their files.
        masks: Know the secrets.

    Returns:
        The exchanges as they may be kept, and those of them whose body is left out.
    """
    leaking = set(places_of_secrets(files.folder, masks))
    found = [_without(entry, leaking, masks) for entry in entries]
    return found, [entry for entry in found if WITHHELD in entry.answer.body]


def _without(entry: Entry, leaking: set[str], masks: Masks) -> Entry:
    body = entry.answer.body
    text = json.dumps(body, ensure_ascii=False)
    if body.get("file") not in leaking and not masks.found_in(text):
        return entry
    return replace(entry, answer=replace(entry.answer, body={WITHHELD: body.get("size", len(text))}))
