"""Durations and sizes: one grammar, Robot's, and one way to write them."""

import math
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from robot.utils import timestr_to_secs

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.units import UnitError, format_duration, format_size, parse_duration, parse_size, unbroken

ROBOT = [
    "90",
    "90.5",
    "1e3",
    "1_000",
    " 5 ",
    "+3",
    "-3",
    "0",
    "1 min 30 s",
    "1min30s",
    "30 s 1 min",
    "2m",
    "1d",
    "1 w",
    "2 weeks",
    "1 day 2 hours 3 minutes 4 seconds 5 milliseconds",
    "500 ms",
    "470ms",
    "1 msec",
    "3 millis",
    "7 us",
    "7 \u03bcs",
    "7 \u00b5s",
    "9 ns",
    "9 nanoseconds",
    "01:30",
    "00:01:30",
    "1:2:3.456",
    "-01:30",
    "+01:30",
    "100:61",
    "2 MIN",
    "1 Hour",
    "-1 min 2 s",
    "+1 s",
    "1.5 h",
    ".5 s",
    "1 M",
    "1 mins",
    "2 secs",
    "1 s 1 s",
    "1 s 2 sec",
    "s",
    "",
    " ",
    "abc",
    "1 x",
    "1 s 2",
    "- 1 s",
    "1 min -2 s",
    "12:",
    ":12",
    "1:2:3:4",
    "1 month",
    "5 kb",
    "1,5 s",
    "1 s;",
    "٣ s",
    "1e2 s",
    "01:30 s",
]


def _robot(text: str) -> float | None:
    try:
        found = timestr_to_secs(text, round_to=None)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _ours(text: str) -> float | None:
    try:
        return parse_duration(text, signed=True)
    except UnitError:
        return None


@pytest.mark.parametrize("text", ROBOT)
def test_a_duration_is_parsed_as_robot_parses_it(text):
    expected = _robot(text.strip())  # Robot itself refuses a timer with a space behind it: `0:0 `
    assert _ours(text) == (None if expected is None else pytest.approx(expected, rel=1e-12))


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [*"0123456789.:-+ e_", "ms", "s", "sec", "min", "m", "h", "hour", "d", "day", "w", "us", "ns", "i", "M"]
        ),
        max_size=8,
    ).map("".join)
)
def test_any_text_is_a_duration_exactly_where_robot_says_so(text):
    assume(text.strip() != "-")  # Robot takes a lone sign for zero
    expected = _robot(text.strip())  # as above
    assert _ours(text) == (None if expected is None else pytest.approx(expected, rel=1e-9))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30秒", 30),
        ("2 分钟 30 秒", 150),
        ("2分30秒", 150),
        ("1 小时", 3600),
        ("1.5 天", 129600),
        ("350 毫秒", 0.35),
        ("2 周", 1209600),
        (timedelta(minutes=2), 120),
        (90, 90),
        (0.25, 0.25),
    ],
)
def test_chinese_units_numbers_and_timedeltas_are_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "value", ["soon", "-3 s", -1, "inf", "nan", float("nan"), True, None, "", "1 s 2 s", "9" * 5000, 10**400, "5 MB"]
)
def test_what_is_no_duration_is_quoted_and_answered_with_examples(value):
    with pytest.raises(UnitError, match=r"(?s)^'.*' is not a time; expected .*'1 min 30 s'") as caught:
        parse_duration(value)
    assert isinstance(caught.value, ConfigError)
    assert str(value)[:50] in caught.value.message
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("500 MB", 500_000_000),
        ("1.5 GiB", 1_610_612_736),
        ("20kB", 20_000),
        ("20 kb", 20_000),
        ("1 TiB", 2**40),
        ("1_000", 1000),
        (532, 532),
        ("532 bytes", 532),
        ("1 B", 1),
        ("1e3 kB", 1_000_000),
        ("2.7", 2),
        ("3 字节", 3),
    ],
)
def test_a_size_is_parsed(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "value", ["big", "5 s", "-1 MB", "", None, True, float("inf"), "1 MB 2 kB", "9" * 5000, 10**400, "1e999"]
)
def test_what_is_no_size_is_quoted_and_answered_with_examples(value):
    with pytest.raises(UnitError, match=r"(?s)^'.*' is not a size; expected .*'20 MB'"):
        parse_size(value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0, "0 s"),
        (0.0042, "4.2 ms"),
        (0.35, "350 ms"),
        (0.9996, "1 s"),
        (3.416, "3.42 s"),
        (9.999, "10 s"),
        (31, "31 s"),
        (90.2, "90.2 s"),
        (119.96, "2 min"),
        (125, "2 min 5 s"),
        (600, "10 min"),
        (3599.7, "1 h"),
        (7980, "2 h 13 min"),
        (86400, "24 h"),
        (176400, "2 d 1 h"),
        (-90, "-90 s"),
        (math.inf, "∞"),
    ],
)
def test_a_duration_is_formatted(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "-"),
        (0, "0 bytes"),
        (1, "1 byte"),
        (532, "532 bytes"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (999_960, "1 MB"),
        (13_400_000, "13.4 MB"),
        (1.25e9, "1.2 GB"),
        (5e12, "5 TB"),
        (-2000, "-2 kB"),
    ],
)
def test_a_size_is_formatted(size, text):
    assert format_size(size) == text


@given(st.floats(min_value=0.0001, max_value=1e8))
def test_what_is_formatted_can_be_parsed_and_is_within_five_percent(seconds):
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, rel=0.05)


@given(st.integers(min_value=0, max_value=10**15))
def test_a_formatted_size_can_be_parsed_and_is_within_five_percent(size):
    assert parse_size(format_size(size)) == pytest.approx(size, rel=0.05)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("0 s … 28.9 s", ["0\u00a0s", "…", "28.9\u00a0s"]),
        ("≥ 95 %", ["≥", "95\u00a0%"]),
        ("2 min 5 s", ["2\u00a0min", "5\u00a0s"]),
        ("1.54 倍", ["1.54\u00a0倍"]),
        ("–", ["–"]),
    ],
)
def test_a_number_and_its_unit_are_never_on_two_lines(text, lines):
    assert unbroken(text).split(" ") == lines
