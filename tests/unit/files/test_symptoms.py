"""The index from what people notice to the rule that finds it."""

from pathlib import Path

import pytest
import yaml

from AIGCLibrary.cli.main import main
from AIGCLibrary.files.rules import RuleBook
from AIGCLibrary.files.symptoms import SYMPTOMS, symptom_rows


@pytest.mark.parametrize("symptom", SYMPTOMS, ids=lambda one: one.noticed[0])
def test_every_rule_of_the_index_is_valid(symptom):
    assert RuleBook().get(yaml.safe_load(symptom.rule)).data


def test_the_command_prints_the_index(capsys):
    assert main(["files", "rules", "--language", "en"]) == 0
    assert "the last sentence is cut off → sound: {ends: natural}" in capsys.readouterr().out


@pytest.mark.parametrize(("page", "language"), [("symptoms.md", "en"), ("symptoms.zh.md", "zh")])
def test_the_page_has_the_index(page, language):
    text = (Path(__file__).parents[3] / "docs" / "how-to" / page).read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if "`" in line and line.startswith("| ")] == symptom_rows(language)
