"""Scenarios: what is written, what is meant, what is refused; and one table of names for the studio and for us."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.misbehave.choosing import Choice
from AIGCLibrary.misbehave.faults import FAULTS, FaultGroup, OutputFault
from AIGCLibrary.misbehave.meanings import meaning
from AIGCLibrary.misbehave.scenario import read_scenario
from AIGCLibrary.studio.misbehaviour import Misbehaviour, parse_misbehaviour


def test_a_scenario_names_a_fault_how_often_and_for_what():
    (found,) = read_scenario("drop_body=30% times=2 for=video,image/png order=4 share=25% seed=a")
    assert (found.fault.name, found.value, found.times, found.order, found.share) == ("drop_body", 0.3, 2, 4, 0.25)
    assert found.concerns("video")
    assert found.concerns("image", "image/png")
    assert not found.concerns("image", "image/jpeg")


def test_several_faults_stand_apart_by_semicolon_or_line_and_comments_are_left_out():
    text = "black=0.5..1.5 for=video  # a span\nhttp_burst=429 retry_after=7; stall"
    found = read_scenario(text)
    assert [(one.fault.name, one.value) for one in found] == [
        ("black", (0.5, 1.5)),
        ("http_burst", 429),
        ("stall", 0.5),
    ]
    assert found[1].retry_after == 7


def test_a_span_of_time_concerns_no_picture():
    black, whole = read_scenario("black=0.5..1.5; black")
    assert [one.concerns("any", kind) for one in (black, whole) for kind in ("video/mp4", "image/png")] == [
        True,
        False,
        True,
        True,
    ]


def test_a_mapping_says_the_same_as_a_text():
    assert read_scenario({"slow_queue": "2 min", "for": "video"})[0].value == 120


def test_a_scenario_is_read_from_a_file(tmp_path):
    (tmp_path / "night.scenario").write_text("# nightly\nno_file times=1\n", encoding="utf-8")
    assert read_scenario(str(tmp_path / "night.scenario"))[0].fault.name == "no_file"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("blak", "black"),
        ("", "empty"),
        ("times=2", "names no fault"),
        ("http_burst=200", "400 to 599"),
        ("black=2..1", "START..END"),
        ("stall=140%", "0 to 1"),
        ("no_file=yes", "takes no value"),
        ("drop_body=much", "size"),
        ("slow_queue=soon", "time"),
        ("ui", "studio alone"),
        ("gone times=0", "whole number from 1"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(text, says):
    with pytest.raises(ConfigError, match=says) as caught:
        read_scenario(text)
    assert caught.value.code == "AIGC705"


def test_a_share_hits_the_same_orders_each_time_and_about_as_many_as_asked():
    def hit(seed):
        choice = Choice(read_scenario(f"no_file share=30% seed={seed}"))
        return [choice.hit(choice.disturbances[0], "video", number) for number in range(1, 301)]

    assert hit("one") == hit("one")
    assert hit("one") != hit("two")
    assert 60 <= sum(hit("one")) <= 120


def test_a_fault_happens_as_often_as_asked():
    choice = Choice(read_scenario("gone times=2 for=video; no_file for=audio"))
    gone = choice.disturbances[0]
    assert [choice.hit(gone, kind) for kind in ("image", "video", "video", "video")] == [False, True, True, False]
    assert [one.fault.name for one in choice.unhit()] == ["no_file"]


def test_the_studio_and_scenarios_share_one_table_of_names():
    keys = {name for name in Misbehaviour.__dataclass_fields__ if name != "output"}
    in_table = {fault.studio for fault in FAULTS.values() if fault.studio not in ("", "output")}
    assert keys - {"black", "frozen", "silent"} == in_table
    assert {fault.name for fault in FAULTS.values() if fault.studio == "output"} == {one.value for one in OutputFault}
    for name in ("black", "frozen", "silent"):
        assert FAULTS[name].group is FaultGroup.FILE
        assert parse_misbehaviour({name: [0.5, 1.5]}).__getattribute__(name) == ((0.5, 1.5),)


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_a_meaning_in_both_languages(name):
    assert meaning(name, "en")
    assert meaning(name, "zh") != meaning(name, "en")
