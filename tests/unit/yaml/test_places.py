"""A key in the wrong object: the message names the object that takes it."""

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml.load import parse_yaml
from AIGCLibrary.yaml.places import parents
from AIGCLibrary.yaml.schema import load_schema


@pytest.mark.parametrize(
    ("schema", "text", "advice"),
    [
        ("rules", "rules: {clip: {silent: 1 s}}", "It belongs under 'quality'."),
        ("rules", "rules: {clip: {sound: {black: 1 s}}}", "It belongs under 'quality'."),
        ("slo", "slo: {a: {b: {min: 1, alerts: []}}}", "It belongs at the top of the file."),
        ("slo", "objectives: {a: {b: {min: 1}}}", "It is called 'slo' here."),
        ("rules", "rules: {clip: {qualty: {black: 1 s}}}", "Did you mean 'quality'?"),  # codespell:ignore
    ],
)
def test_a_key_in_the_wrong_object_is_reported_with_the_one_that_takes_it(tmp_path, schema, text, advice):
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, tmp_path / "a.yaml", schema)
    assert advice in caught.value.message


def test_keys_of_many_objects_say_nothing_about_the_one_that_was_meant(tmp_path):
    assert len(parents(load_schema("locators"), "role")) > 2
    assert parents(load_schema("slo"), "min_samples") == []
    with pytest.raises(ConfigError) as caught:
        parse_yaml("targets: {a: {role: button}}", tmp_path / "a.yaml", "locators")
    assert "belongs" not in caught.value.message
