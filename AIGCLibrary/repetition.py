"""Causes beside the message of a failure: what the message says already is not said again."""

import re

_MARK = re.compile(r"：\s*|: ")
_ENDS = " .。…"
_LEAST = 4  # characters: a shorter rest is a word that many messages have


def without_repetition(cause: str, message: str) -> str:
    """Return a cause without what it quotes of the message that stands beside it.

    Args:
        cause: For example `The file is broken: Box 'mdat' claims 167337 bytes.`.
        message: The failure, as it is shown above the cause.

    Returns:
        `The file is broken.`, where the message holds the rest; the whole cause otherwise.
    """
    shown = _plain(message)
    for mark in _MARK.finditer(cause):
        rest = _plain(cause[mark.end() :])
        if len(rest) >= _LEAST and rest in shown:
            return cause[: mark.start()] + ("。" if mark[0].startswith("：") else ".")
    return cause


def one_line(text: object) -> str:
    """Return a text without breaks; blanks in a line stay: four separate the parts of a keyword call."""
    return " ".join(line.strip() for line in str(text).splitlines() if line.strip())


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(_ENDS).removesuffix("...")
