"""The index from what people notice to the rule that finds it."""

import pytest
import yaml

from AIGCLibrary.cli.main import main
from AIGCLibrary.files.rules import RuleBook
from AIGCLibrary.files.symptoms import SYMPTOMS


@pytest.mark.parametrize("symptom", SYMPTOMS, ids=lambda one: one.noticed)
def test_every_rule_of_the_index_is_valid(symptom):
    assert RuleBook().get(yaml.safe_load(symptom.rule)).data


def test_the_command_prints_the_index(capsys):
    assert main(["files", "rules", "--language", "en"]) == 0
    assert "the last sentence is cut off → sound: {ends: natural}" in capsys.readouterr().out
