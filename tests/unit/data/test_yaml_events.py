"""YAML of OpenAPI documents: values as JSON has them, keys as texts, aliases, merged mappings, what is refused."""

import pytest

from AIGCLibrary.data.openapi.loading import parse
from AIGCLibrary.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200: ok", {"200": "ok"}),
        ("on: no", {"on": "no"}),
        ("a: [1, -2, 1.5, 1e3, 007, '3', 2024-05-01]", {"a": [1, -2, 1.5, 1000.0, "007", "3", "2024-05-01"]}),
        ("a: [true, null, ~, 'true', !!str 5]", {"a": [True, None, None, "true", "5"]}),
        ("a:", {"a": None}),
        ("base: &b {x: 1, y: 2}\ntop: {<<: *b, y: 3}", {"base": {"x": 1, "y": 2}, "top": {"x": 1, "y": 3}}),
        ("'<<': {x: 1}", {"<<": {"x": 1}}),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_values_are_those_of_json_and_keys_are_texts(text, value):
    assert parse(text, "d.yaml") == value


@pytest.mark.parametrize(
    "text", ["a: *gone", "a: &a {b: *a}", "a: 1\n--- \nb: 2", "? [1]\n: 2", "a: [", "[" * 300 + "]" * 300 + ": ["]
)
def test_what_has_no_end_or_is_no_document_is_refused(text):
    with pytest.raises(ConfigError) as raised:
        parse(text, "d.yaml")
    assert raised.value.code == "AIGC418"
