"""Options that were misspelled: refused where they stand as values, warned of where they stand as inputs."""

import logging
from functools import partial

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.keywords.targets import TargetKeywords
from AIGCLibrary.keywords.task_waits import TaskWaitKeywords
from AIGCLibrary.keywords.tasks import TaskKeywords
from AIGCLibrary.rf.options import check_options


@pytest.mark.parametrize(
    ("keyword", "args", "meant"),
    [
        (TaskWaitKeywords.wait_for_task, ["video:1", "time_out=30 s"], "timeout"),
        (TaskWaitKeywords.wait_for_task, ["video:1", "Timeout=30 s"], "timeout"),
        (TaskWaitKeywords.wait_for_all_tasks, ["video:1", "video:2", "timout=30 s"], "timeout"),
        (TaskWaitKeywords.wait_for_any_task, ["video:1", "timeuot=30 s"], "timeout"),
    ],
)
def test_a_value_that_is_a_misspelled_option_is_refused_with_the_name_that_was_meant(keyword, args, meant):
    with pytest.raises(ConfigError, match=f"Did you mean '{meant}'") as caught:
        check_options("Keyword", partial(keyword, None), args, {})
    assert f"got '{args[-1]}'" in caught.value.message


@pytest.mark.parametrize(
    ("keyword", "args", "named"),
    [
        (TaskWaitKeywords.wait_for_task, ["video:1", "processing"], {"timeout": "3 s"}),
        (TaskWaitKeywords.wait_for_all_tasks, ["video:1", "note=timeout"], {}),
        (TargetKeywords.fill_target, ["page.field", "time_out=3"], {}),  # what is filled in may be any text
        (TaskKeywords.submit_task, ["video"], {"prompt": "x", "duration": 5, "seed": 7, "style": "ink"}),
    ],
)
def test_other_values_and_inputs_are_left_alone(keyword, args, named, caplog):
    with caplog.at_level(logging.WARNING):
        check_options("Keyword", partial(keyword, None), args, named)
    assert not caplog.records


def test_an_input_that_comes_near_an_option_is_warned_of(caplog):
    with caplog.at_level(logging.WARNING):
        check_options(
            "Submit Task", partial(TaskKeywords.submit_task, None), ["album"], {"prompt": "x", "providr": "lingxi"}
        )
    assert "'providr' of 'Submit Task' is taken for an input of the product; did you mean 'provider'?" in caplog.text
