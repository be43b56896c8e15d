"""The numbers of metrics.html: every keyword counts, with its library, whether seen live or read from a file."""

import re
from datetime import timedelta

import pytest
from robot import result

from AIGCLibrary.rf.metrics_numbers import KeywordNumbers, page_values
from AIGCLibrary.rf.metrics_report import add_all, write_metrics
from AIGCLibrary.rf.result import plain_message
from AIGCLibrary.units import format_duration


@pytest.fixture
def suite():
    top = result.TestSuite(name="Top")
    child = top.suites.create(name="Child")
    message = "*HTML*<b>gone</b><br>now"
    test = child.tests.create(name="A", status="FAIL", message=message, elapsed_time=timedelta(minutes=2))
    test.setup.config(name="Open", owner="Ours", status="PASS", elapsed_time=1.0)
    loop = test.body.create_for()
    for status in ("PASS", "FAIL"):
        turn = loop.body.create_iteration(status=status)
        turn.body.create_keyword(name="Click", owner="Ours", status=status, elapsed_time=0.5)
    test.body.create_keyword(name="Click", owner="Theirs", status="PASS", elapsed_time=2.0)
    outer = test.body.create_keyword(name="Run Keyword", owner="BuiltIn", status="PASS")
    outer.body.create_keyword(name="Inner", owner="Ours", status="PASS", elapsed_time=0.25)
    child.tests.create(name="B", status="PASS", elapsed_time=timedelta(milliseconds=3))
    return top


def counted(suite):
    keywords = KeywordNumbers()
    add_all(suite, keywords)
    return keywords


def test_keywords_count_wherever_they_stand_and_keep_their_library(suite):
    keywords = counted(suite)
    assert keywords.counts == {"PASS": 4, "FAIL": 1, "SKIP": 0}
    assert {name: row[0] for name, row in keywords.times.items()} == {
        "Ours.Open": 1,
        "Ours.Click": 2,
        "Theirs.Click": 1,
        "Ours.Inner": 1,
    }
    assert keywords.times["Ours.Click"] == [2, 1, 0.5, 0.5, 1.0]


def test_a_test_has_its_own_failed_keywords_only(suite):
    child = page_values(suite, counted(suite))["suites_list"][1]
    assert [[one["keyword_name"] for one in test["keywords"]] for test in child["tests"]] == [["Ours.Click"], []]


def test_times_are_reported_in_the_unit_that_fits(suite, tmp_path):
    page = write_metrics(suite, counted(suite), tmp_path / "metrics.html").read_text(encoding="utf-8")
    assert "2 min" in page
    assert "3 ms" in page
    assert "60000" not in page
    assert "(m):" not in page
    chinese = write_metrics(suite, counted(suite), tmp_path / "zh.html", language="zh").read_text(encoding="utf-8")
    assert "关键字耗时" in chinese
    assert ">Keyword times<" not in chinese
    assert ">Keyword times<" in page
    assert "KW Times" not in page
    assert re.findall(r'placeholder="[A-Z][^"]*"', chinese) == []


def test_secrets_are_masked_in_the_page(suite, tmp_path):
    def clean(text):
        return text.replace("Theirs.Click", "****")

    page = write_metrics(suite, counted(suite), tmp_path / "metrics.html", clean=clean).read_text(encoding="utf-8")
    assert "Theirs" not in page


def test_an_html_message_becomes_plain_text():
    assert plain_message("*HTML*<b>a &amp; b</b><br>c") == "a & b\nc"
    assert plain_message("<b>as it is</b>") == "<b>as it is</b>"
    assert plain_message("*HTML* &lt;i&gt;<hr>it&#x27;s → this (likely)") == "<i>\n\nit's → this (likely)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (0.0042, "4.2 ms"), (0.25, "250 ms"), (3.416, "3.42 s"), (245, "4 min 5 s"), (7980, "2 h 13 min")],
)
def test_a_duration_is_written_for_people(seconds, text):
    assert format_duration(seconds) == text
