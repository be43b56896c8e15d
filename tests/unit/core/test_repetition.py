"""A cause beside a message: what the message says already is left out, and nothing else."""

import pytest

from AIGCLibrary.repetition import without_repetition


@pytest.mark.parametrize(
    ("cause", "message", "shown"),
    [
        ("The file is broken: Box 'mdat' claims 9 bytes.", "- Box 'mdat' claims 9 bytes", "The file is broken."),
        (
            "账号额度不足（任务“a:1”）：No credits left.",
            "失败：“No credits left”。 [AIGC202]",
            "账号额度不足（任务“a:1”）。",
        ),
        ("No known cause fits: something odd", "something odd", "No known cause fits."),
        ("No known cause fits: a very long mess...", "a very long message of a tool", "No known cause fits."),
        ("The API refused it: name is too short", "POST /x answered 422", "The API refused it: name is too short"),
        ("Target 'a: b' is gone.", "a: b", "Target 'a: b' is gone."),
        ("Write it as: 1", "1 of 12", "Write it as: 1"),
        ("", "x", ""),
        ("No colon here.", "No colon here.", "No colon here."),
    ],
)
def test_only_what_stands_in_the_message_is_left_out(cause, message, shown):
    assert without_repetition(cause, message) == shown
