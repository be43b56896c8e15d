"""What a reader sees first: causes of failures with what to do, and how the objectives stand."""

import pytest

from AIGCLibrary.monitoring.api import judge_counts, objective
from AIGCLibrary.monitoring.overview import causes, first_line, headline, needs_samples
from AIGCLibrary.monitoring.report.facts import FailureFacts, own_message
from AIGCLibrary.monitoring.summary import slo_markup

HITS = objective("locator.gold_hit_rate", min=0.7, target=0.85)


def failure(test, message="boom", fix=""):
    advice = ({"cause": "It moved.", "fix": fix, "applicability": "certain", "place": "a.yaml:3"},) if fix else ()
    return FailureFacts("Shop", f"Shop.{test}", message, None, None, advice)


def test_tests_that_one_thing_explains_are_one_cause():
    found = causes(
        [failure("Buy", fix="Use #b."), failure("Log", "*HTML*no words"), failure("Sell", fix="Use #b.")], "en"
    )
    assert [(one.tests, one.why, one.remedy, one.place) for one in found] == [
        (("Buy", "Sell"), "It moved.", "Use #b.", "a.yaml:3"),
        (("Log",), "no words", "", None),
    ]


def test_objectives_that_merely_lack_samples_stand_in_one_line():
    few, many = judge_counts(HITS, 6, 6), judge_counts(HITS, 40, 40)
    text = slo_markup([few, many], "en")
    assert text.splitlines()[0] == "2 objectives: 1 proven, 1 needs more samples (3)"
    assert text.count("locator.gold_hit_rate") == 1


def test_what_looks_bad_is_never_folded_away():
    bad = judge_counts(HITS, 3, 6)
    assert bad.needed is None
    assert not needs_samples(bad)
    assert headline([bad], "en") == "1 objective: 1 looks worse than the limit (not proven)"
    assert "locator.gold_hit_rate" in slo_markup([bad], "en")


def test_as_many_more_samples_as_needed_prove_it():
    few = judge_counts(HITS, 6, 6)
    assert judge_counts(HITS, 6 + few.needed, 6 + few.needed).verdict == "healthy"
    assert judge_counts(HITS, 5 + few.needed, 5 + few.needed).verdict == "unproven"


@pytest.mark.parametrize(
    ("message", "first"),
    [
        ("Parent suite setup failed:\nno such file", "no such file"),
        ("Setup failed:\nno such file", "no such file"),
        ("Parent suite teardown failed:\nthe page is gone", "the page is gone"),
        ("Teardown failed:\n\nthe page is gone", "the page is gone"),
        ("the upload failed:\n413", "the upload failed:"),
        ("", ""),
    ],
)
def test_the_first_line_is_the_reason_and_no_heading_of_robot(message, first):
    assert first_line(message) == first


def test_a_message_is_shown_without_the_suggestion_whatever_robot_adds_behind_it():
    advice = {"cause": "The page is gone.", "fix": "Open it.", "applicability": "likely"}
    message = "no page\n\nThe page is gone. → Open it. (likely)\n\nAlso parent suite teardown failed:\na → b"
    failure = FailureFacts(suite="S", test="S.T", message=message, place=None, keyword=None, suggestions=(advice,))
    assert own_message(failure) == "no page\n\nAlso parent suite teardown failed:\na → b"
