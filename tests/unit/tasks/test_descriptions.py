"""Mistakes in provider files that are reported on load, with the line and the nearest match."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.providers.loader import Providers

GOOD = """version: 1
providers:
  lingxi:
    submit: {path: /gen, json: {"*": "{inputs}"}, id: body.data.jobNo}
    status:
      method: POST
      path: /gen/query
      json: {jobNo: "{id}"}
      state: body.data.stage
    states: {done: completed}
    error: {code: body.code, classes: {E1: moderation}}
    sla:
      timeout: 1 min
      stall_timeout: 5 s
    kinds:
      video:
        sla:
          timeout: 2 min
"""


def problem(tmp_path, *change):
    path = tmp_path / "lingxi.yaml"
    text = GOOD.replace(*change)
    assert text != GOOD
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        Providers().load(path)
    return caught.value


def test_the_description_itself_is_right(tmp_path):
    path = tmp_path / "lingxi.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert Providers().load(path) == ["lingxi"]


@pytest.mark.parametrize(
    ("wrong", "meant"), [("ident", "id"), ("jobId", "id"), ("prioritty", "priority"), ("statusurl", "status_url")]
)
def test_a_blank_that_nothing_fills_is_reported_with_its_line(tmp_path, wrong, meant):
    reported = problem(tmp_path, '"{id}"', f'"{{{wrong}}}"')
    assert f"nothing fills the blank '{{{wrong}}}'" in reported.message
    assert f"Did you mean '{meant}'" in reported.message
    assert reported.facts["line"] == 8


def test_an_input_that_the_order_names_or_that_is_declared_fills_a_blank(tmp_path):
    for change in ("inputs: {ident: text}\n    states", None):
        path = tmp_path / "lingxi.yaml"
        text = GOOD.replace('"{id}"', '"{ident}"')
        text = text.replace("states", change) if change else text.replace('"*": "{inputs}"', 'who: "{ident}"')
        path.write_text(text, encoding="utf-8")
        assert Providers().load(path) == ["lingxi"]


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [("1 min", "1 minuten", 13), ("5 s", "-5 s", 14), ("2 min", "2 minuten", 18)],
)
def test_a_time_that_is_none_is_reported_in_its_own_line(tmp_path, right, wrong, line):
    reported = problem(tmp_path, right, wrong)
    assert reported.facts["line"] == line
    assert wrong in reported.message


def test_classes_that_nothing_reads_are_refused(tmp_path):
    reported = problem(tmp_path, "code: body.code, ", "")
    assert "'classes' has no effect" in reported.message
    assert reported.facts["line"] == 11


@pytest.mark.parametrize("kind", ["json", "form", "multipart"])
@pytest.mark.parametrize("base", ["generic", "openai_videos"])
def test_a_body_of_another_kind_replaces_that_of_the_base(tmp_path, base, kind):
    path = tmp_path / "own.yaml"
    path.write_text(
        f"version: 1\nproviders:\n  own: {{extends: {base}, submit: {{{kind}: {{prompt: '{{prompt}}'}}}}}}\n", "utf-8"
    )
    providers = Providers()
    providers.load(path)
    submit = providers.get("own", None).submit
    assert {name: body for name in ("json", "form", "multipart") if (body := getattr(submit.request, name))} == {
        kind: {"prompt": "{prompt}"}
    }
