"""Texts of a product on which a pattern that tries all ways to match would go on for minutes or for ever."""

import pytest

from AIGCLibrary.tasks.providers import everyday, everyday_files, everyday_progress
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.moments import moment
from AIGCLibrary.tasks.providers.reasons import search_words
from AIGCLibrary.tasks.providers.troubles import is_page
from AIGCLibrary.tasks.providers.words import everyday_state, means_absent

MANY = 200_000
COMMENTS = "<!-- by a machine -->\n" * 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (COMMENTS + "x", False),
        ("\ufeff<?xml version='1.0'?>" + "<!-- -->" * 50 + "\n<!DOCTYPE html>", True),
        (" \n<html>", True),
    ],
)
def test_a_page_is_known_behind_comments(text, expected):
    assert is_page(text) is expected


@pytest.mark.parametrize("field", ["status", "progress", "message", "progress_text", "queue_position", "output", "eta"])
@pytest.mark.parametrize("sign", ["7", " ", "a", "![", "视频", "still ", "https://a ", "://", "<", "a/a.m"])
def test_an_answer_with_an_endless_word_is_read(field, sign):
    reader = Providers().reader("generic")
    text = sign * (MANY // 4 // len(sign))
    for said in (text, f"x{text}!"):
        body = {"id": "7", "status": "running", "data": {"url": "https://a/b.mp4"}} | {field: said}
        envelope = {"http": {"status": 200}, "headers": {}, "body": body, "task": {"id": "7", "inputs": {}}}
        assert reader.read(envelope, "http://x", "http://x") is not None
        assert reader.result(envelope, "http://x", "http://x") is not None


@pytest.mark.parametrize("place", ["9" * 400, "1e999", 10**400, float("nan"), "nan", -1])
def test_a_place_in_the_queue_that_is_no_number_is_none(place):
    assert everyday_progress.position({"queue_position": place}) is None


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("53.5 %", "53.5%"), ("done: 100%", "100%"), (" step 3 of 6 ", 0.5), ("7/8" + " " * 200, None),
        ("7" * 20_000 + "!", None), ("第 3 / 4 步", 0.75),
    ],
)  # fmt: skip
def test_progress_in_words(text, share):
    assert everyday_progress.progress({"progress": text}) == share


@pytest.mark.parametrize(
    ("text", "place"),
    [("前面还有 12 个任务", 12), ("3 jobs ahead", 3), ("Position in queue: 4", 4), ("7" * 20_000, None)],
)
def test_place_in_the_queue_in_words(text, place):
    assert everyday_progress.position({"message": text}) == place


def test_links_of_markdown_and_of_lists_are_found_among_hostile_ones():
    text = "![" * (MANY // 2) + "](x) ![a cat](https://a/b.png)"
    assert everyday_files.files({"result": text}) == ["https://a/b.png"]
    several = "https://a/1.png ,\n https://a/2.png" + " " * MANY + ";https://a/3.png"
    assert len(everyday_files.files({"result": several})) == 3
    assert everyday_files.files({"result": "://" + " " * MANY + "x"}) == []


def test_what_no_word_is_has_no_state():
    assert everyday_state("videos" * 20_000) is None
    assert not means_absent("任务" * 20_000)
    assert everyday.still_open({"message": "it is " + "still " * 20_000 + "over"}) is False
    assert everyday.still_open({"message": "the task is still being processed"})


def test_no_date_is_longer_than_a_line():
    assert moment("2026-01-01" + " " * MANY + "x") is None
    assert moment("9" * MANY) is None
    assert moment("Thu, 01 Jan 2026 00:00:00 GMT") == moment("2026-01-01T00:00:00Z")


def test_tags_are_removed_and_what_is_none_stays():
    assert search_words("<p>no</p> money " + "<" * MANY).startswith("no money")
