"""JSON that is changed keeps the writing of its sender."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from AIGCLibrary.http.writing import rewritten, write, writing

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ('{"at":1e3, "id":"a"}', {"at": 1000.0, "id": "b"}, '{"at":1e3, "id":"b"}'),
        ('{"n": 1.0, "big": 12345678901234567890}\n', {"n": 2.0, "big": 12345678901234567890},
         '{"n": 2.0, "big": 12345678901234567890}\n'),
        ('{"b":1,"a":[1.50,{"c":"\\u4e2d"}]}', {"a": [1.5, {"c": "文"}], "b": 1}, '{"b":1,"a":[1.50,{"c":"\\u6587"}]}'),
        ('{"u": "a\\/b", "c": "中"}', {"u": "a/b", "c": "文"}, '{"u": "a\\/b", "c": "文"}'),
        ('[1, 1, true]', [1, True, True], '[1, true, true]'),
        ('{"a":{"b":1}}', {"a": {"b": 1, "c": 2}}, '{"a":{"b":1,"c":2}}'),
        ('{\n\t"a" : "x"\n}\n', {"a": "y"}, '{\n\t"a" : "y"\n}\n'),
        ('\ufeff{"a":"x"}', {"a": "y"}, '\ufeff{"a":"y"}'),
        ('{"a":1,"a":2}', {"a": 3}, '{"a":1,"a":3}'),
        ('{"a":"中"}', {"a": "\ud800"}, '{"a":"\\ud800"}'),
        ("no JSON", {"a": 3}, '{"a": 3}'),
        ("[1", [2], "[2]"),
    ],
)  # fmt: skip
def test_only_what_differs_is_written(before, value, after):
    assert rewritten(before.encode(), value).decode() == after


def test_json_too_deep_to_be_read_is_written_anew():
    assert rewritten(b"[" * 100_000, [1]) == b"[1]"


@given(VALUES, VALUES, st.booleans(), st.sampled_from([None, 1, 2]))
def test_the_new_value_is_what_is_read(old, new, escaped, indent):
    text = json.dumps(old, ensure_ascii=escaped, indent=indent).encode()
    assert rewritten(text, old) == text
    assert json.loads(rewritten(text, new)) == new


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ('{"a": "中"}', None),
        ('{"a":"中"}', {"compact": True}),
        ('{"a":"\\u4e2d"}\n', {"compact": True, "ascii": True, "end": "\n"}),
        ('{\n  "a": 1\n}', {"indent": 2}),
        ('{"a":1e3}', '{"a":1e3}'),
    ],
)
def test_the_writing_of_a_text_is_named_where_it_has_a_name(text, how):
    value = json.loads(text)
    assert writing(text.encode(), value) == how
    assert write(value, how) == text
