"""The misbehaviour configuration: what it reads, what it refuses, how one lies over another."""

import pytest

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.misbehaviour import HttpBurst, Misbehaviour, UiQuirks, parse_misbehaviour
from AIGCLibrary.studio.settings import StudioSettings


def test_every_attribute_can_be_read():
    bad = parse_misbehaviour(
        {
            "duration": {"family": "fixed", "median": 5},
            "fail_class": "quota",
            "fail_at": 0.5,
            "attempts": 2,
            "stall": 0.4,
            "never_end": True,
            "http_burst": {"status": 429, "count": 2, "route": "/tasks/*"},
            "lost_webhook": True,
            "output": ["corrupt", "unlabelled"],
            "black": [1, 2],
            "frozen": [[0, 1], [3, 4]],
            "silent": [0.5, 1.5],
            "drop_body_at": 1000,
            "drop_times": 1,
            "wrong_content_length": True,
            "slow_body": 1e6,
            "changing_etag": True,
            "share": 0.2,
            "ui": {"late_ms": 300, "shadow": True},
        }
    )
    assert bad.http_burst == HttpBurst(429, 2, "/tasks/*")
    assert bad.output == (OutputFault.CORRUPT, OutputFault.UNLABELLED)
    assert bad.black == ((1.0, 2.0),)
    assert bad.frozen == ((0.0, 1.0), (3.0, 4.0))
    assert bad.wrong_content_length == 1024
    assert bad.ui == UiQuirks(late_ms=300, shadow=True)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"stal": 0.5}, "did you mean 'stall'"),
        ({"stall": 2}, "from 0 to 1"),
        ({"stall": True}, "expected a number"),
        ({"fail_class": "sad"}, "content_policy"),
        ({"output": "purple"}, "blank_first_frame"),
        ({"black": [2, 1]}, "end after it starts"),
        ({"black": [1]}, "list of such pairs"),
        ({"http_burst": {"status": 200}}, "from 400 to 599"),
        ({"http_burst": {"state": 500}}, "did you mean 'status'"),
        ({"never_end": "yes"}, "true or false"),
        ({"duration": "often"}, "often"),
        ([1], "must be an object"),
    ],
)
def test_wrong_values_are_named_with_what_is_expected(value, named):
    with pytest.raises(ValueError, match=named):
        parse_misbehaviour(value)


def test_a_request_lies_over_the_server():
    server = parse_misbehaviour({"output": "corrupt", "slow_body": 5, "share": 0.5})
    both = server.overlaid(parse_misbehaviour({"output": "silent"}))
    assert (both.output, both.slow_body) == ((OutputFault.SILENT,), 5.0)


def test_null_leaves_the_default():
    assert parse_misbehaviour({"stall": None}) == Misbehaviour()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ui": 4},
        {"lang": "fr"},
        {"speed": 0},
        {"concurrency": 0},
        {"durations": {"hologram": 1}},
        {"misbehave": {"x": 1}},
        {"webhook_secret": "plain"},
    ],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        StudioSettings(**wrong)
