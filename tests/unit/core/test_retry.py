"""One table of statuses and one reader of Retry-After for all clients."""

import pytest

from AIGCLibrary.http.retry import (
    NOT_PROCESSED,
    RETRYABLE,
    may_have_been_processed,
    may_repeat,
    may_repeat_read,
    retry_after,
    retry_after_of,
)

DATE = "Thu, 01 Jan 1970 00:01:30 GMT"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        (".5", 0.5),
        ("0", 0.0),
        ("99999999", 3600.0),
        ("9" * 400, 3600.0),
        (DATE, 30.0),
        ("Thu, 01 Jan 1970 00:00:30 GMT", 0.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3600.0),
        ("-1", None),
        ("1e3", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value, expected):
    assert retry_after(value, now=60.0) == expected


@pytest.mark.parametrize("text", ["9" * 600_000 + "x", "9." * 300_000, "1." + "1" * 600_000 + "x"])
def test_long_value_that_is_no_number_is_read_in_linear_time(text):
    assert retry_after(text, now=0.0) is None  # it takes hours otherwise


def test_date_is_compared_with_the_clock_of_the_server():
    headers = {"retry-after": DATE, "date": "Thu, 01 Jan 1970 00:01:20 GMT"}
    assert retry_after_of(headers, now=0.0) == 10.0
    assert retry_after(DATE) is None


def test_retry_after_is_capped_by_the_caller():
    assert retry_after("50", longest=5.0) == 5.0


def test_unsafe_request_is_repeated_only_where_no_work_was_taken():
    assert {status for status in range(400, 600) if may_repeat(status, safe=False)} == NOT_PROCESSED
    assert {status for status in range(400, 600) if may_repeat(status, safe=True)} == RETRYABLE
    assert {status for status in range(600) if may_have_been_processed(status)} == RETRYABLE - NOT_PROCESSED


def test_read_is_repeated_after_any_error_of_the_server():
    assert may_repeat_read(599)
    assert not may_repeat_read(404)
