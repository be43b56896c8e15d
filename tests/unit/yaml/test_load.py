"""YAML is read once, and every error says where."""

from pathlib import Path

import pytest

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml import load_yaml, parse_value, parse_yaml
from AIGCLibrary.yaml.schema import load_schema


def parse(text, schema="config"):
    return parse_yaml(text, Path("x.yaml"), schema)


def test_data_and_lines():
    document = parse("heal: use\noptions:\n  tasks:\n    budget: 5\n")
    assert document.data == {"heal": "use", "options": {"tasks": {"budget": 5}}}
    assert document.line(("options", "tasks", "budget")) == 4
    assert document.line(("options", "tasks", "missing")) == 3


def test_dates_stay_text():
    assert parse("day: 2026-11-23", schema=None).data == {"day": "2026-11-23"}


WORDS = ["no", "yes", "on", "Off", "true", "y", "null", "~", "1", "0x1F", "1.50", "2026-11-23", "="]


@pytest.mark.parametrize("word", WORDS)
def test_keys_are_texts_as_they_are_written(word):
    text = f"nodes:\n  a:\n    create:\n      post: /a\n      json: {{{word}: 1}}\n"
    body = {"nodes": {"a": {"create": {"post": "/a", "json": {word: 1}}}}}
    assert parse(text, "template").data == body
    assert parse(text, schema=None).data == body


def test_keys_that_come_from_an_anchor_are_texts_too():
    text = "options:\n  tasks: &a {no: 1, 2: x}\n  data: {<<: *a, on: 3}\n"
    assert parse(text).data["options"]["data"] == {"no": 1, "2": "x", "on": 3}


def test_a_key_that_yaml_takes_for_a_truth_value_hides_no_other_mistake():
    with pytest.raises(ConfigError, match=r"(?s)line 2 .*'maybe' is not known.*line 1 .*unknown key 'no'"):
        parse("no: x\nheal: maybe\n")


def test_a_list_is_no_key():
    with pytest.raises(ConfigError, match=r"line 2: a key must be a text, not a list or a mapping"):
        parse("store: a\n? [a, b]\n: c\n")


def test_an_empty_file_is_an_empty_mapping():
    assert parse("").data == {}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [1,\nb: 2", 2, "not valid YAML"),
        ("locators: a\nlocators: b\n", 2, "occurs twice, first in line 1"),
        ("\nlocatorz: a\n", 2, "unknown key 'locatorz'. Did you mean 'locators'?"),
        ("store: s\nheal: maybe\n", 2, "'maybe' is not known. Available: 'off', 'suggest' and 'use'."),
        ("- 1\n", 1, "is a list, a mapping is expected."),
        ("a: *nowhere\n", 1, "undefined alias"),
        ("a: !!python/object:os.system x\n", 1, "could not determine a constructor"),
        ("a: 'b\x07c'\n", 1, "not valid YAML"),
    ],
)
def test_errors_carry_file_and_line(text, line, says):
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert f"x.yaml, line {line}" in caught.value.message
    assert says in caught.value.message
    assert caught.value.facts["line"] == line


def test_all_breaks_of_the_schema_are_reported_at_once():
    with pytest.raises(ConfigError, match=r"(?s)line 1.*line 2"):
        parse("heal: maybe\nstore: 5\n")


def test_deep_nesting_is_an_error_not_a_crash():
    with pytest.raises(ConfigError):
        parse("[" * 5000 + "]" * 5000, schema=None)


def test_a_missing_file_says_where_paths_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"'nowhere\.yaml' does not exist") as caught:
        load_yaml("nowhere.yaml")
    assert str(tmp_path) in str(caught.value.hint)


def test_a_file_that_is_no_text(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xff\xfe\x00\x01\x80")
    with pytest.raises(ConfigError):
        load_yaml(file)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbfheal: use\n")
    assert load_yaml(file, "config").data == {"heal": "use"}


LOCATORS = "targets:\n  "
SIGNED = "version: 1\nproviders:\n  p:\n    auth: {{signer: {}, secrets: {{key: K, secret: S}}}}\n"


@pytest.mark.parametrize(
    ("schema", "text", "line", "says"),
    [
        ("provider", "providers: {a: {}}\n", 1, "the key 'version' is missing."),
        ("provider", SIGNED.format("oauth2"), 4, "the key 'path' is missing."),
        ("provider", SIGNED.format("login"), 4, "the key 'request' is missing."),
        ("provider", SIGNED.format("hmac"), 4, "the key 'text' is missing."),
        ("slo", "slo:\n  task:\n    rate:\n      target: 5\n", 3, "one of the keys 'min' or 'max' is missing."),
        ("slo", "slo:\n  task:\n    rate: {max: {}}\n", 3, "is a mapping, a number or text is expected. A number, or"),
        ("slo", "slo:\n  task:\n    rate: {max: 2 lightyears}\n", 3, "the right form. A number with its unit: 2 s"),
        ("locators", LOCATORS + "a:\n    gold: 5\n", 3, "is the number 5, text, a mapping (testid, attribute"),
        ("locators", LOCATORS + "a:\n    silver: {role: Button}\n", 3, "right form. An ARIA role in small letters"),
        ("locators", LOCATORS + "a: {gold: x}\n  b/c: {gold: x}\n", 3, "'b/c' cannot be a name. A name is made of"),
        ("locators", LOCATORS + "a: text\n", 2, "is text, a mapping is expected."),
        ("locators", "version: 2\n" + LOCATORS + "a: {gold: x}\n", 1, "is the number 2, 1 is expected."),
        ("locators", LOCATORS + "a:\n    gold: []\n", 3, "is empty; a value is expected here."),
        ("template", "nodes:\n  ok: {}\n  2x: {}\n", 3, "'2x' cannot be a name. A name is made of letters of any"),
        ("template", "nodes:\n  a:\n    needs: 5\n", 3, "is the number 5, text or a list is expected."),
        ("provider", "version: '1'\nproviders: {a: {}}\n", 1, "is the text '1', 1 is expected."),
        ("config", "heal: on\n", 1, "is true, off, suggest, use or false is expected. Put on, off"),
        (
            "provider",
            "version: 1\nproviders: {a: {sla: {retry_times: -1}}}\n",
            2,
            "is the number -1, at least 0 is expected.",
        ),
        ("config", "locators:\n  - a\n  - 5\n", 3, "is the number 5, text is expected."),
    ],
)
def test_breaks_of_a_schema_are_reported_in_plain_words(schema, text, line, says):
    with pytest.raises(ConfigError) as caught:
        parse(text, schema)
    assert f"x.yaml, line {line}" in caught.value.message
    assert says in caught.value.message
    assert "schemas listed" not in caught.value.message
    assert f"AIGCLibrary/schemas/{schema}.schema.json" in str(caught.value.hint)


def test_a_misspelled_state_is_reported_with_the_right_one():
    text = "version: 1\nproviders:\n  p:\n    webhook:\n      states:\n        done: complted\n"
    with pytest.raises(ConfigError, match=r"line 6 at .*Did you mean 'completed'\?"):
        parse(text, "provider")


@pytest.mark.parametrize(
    ("schema", "text", "meant"),
    [
        ("rules", "rules:\n  a: {时长: 3}\n", "duration"),
        ("rules", "rules:\n  a: {Aspect-Ratio: '1:1'}\n", "aspect"),
        ("locators", "targets:\n  a: {css: div}\n", "bronze"),
        ("slo", "slo:\n  g:\n    a: {threshold: 1}\n", "max"),
        ("environments", "environments:\n  a: {url: 'http://x'}\n", "base_url"),
        ("template", "name: a\nnodes:\n  a: {depends_on: [b]}\n", "needs"),
        ("provider", "version: 1\nproviders:\n  a: {callback: {}}\n", "webhook"),
    ],
)
def test_a_key_by_its_name_elsewhere_is_reported_with_its_name_here(schema, text, meant):
    with pytest.raises(ConfigError, match=rf"unknown key '.*'\. It is called '{meant}' here\."):
        parse(text, schema)


@pytest.mark.parametrize("schema", ["rules", "locators", "slo", "environments", "template", "provider"])
def test_names_elsewhere_lead_to_one_key_each(schema):
    waiting, found = [load_schema(schema)], 0
    while waiting:
        node = waiting.pop()
        waiting += [
            inner for inner in (node.values() if isinstance(node, dict) else node) if isinstance(inner, dict | list)
        ]
        others = node.get("x-other-names", {}) if isinstance(node, dict) else {}
        names = [name for listed in others.values() for name in listed]
        assert set(others) <= set(node.get("properties", {})) if others else True
        assert not set(names) & set(others)
        assert len(names) == len(set(names))
        found += len(names)
    assert found


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ("locators", "page: 登录页\ntargets:\n  用户名: {gold: a}\n  中文_link: {gold: b}\n  提示 词: {gold: c}\n"),
        ("template", "name: 剧本\nvars: {类型: 科幻}\nnodes:\n  剧本: {}\noutputs: {编号: 1}\n"),
        ("environments", "environments:\n  测试环境: {base_url: http://localhost}\n"),
        ("slo", "slo:\n  任务:\n    成功率: {min: 0.9}\n"),
        ("provider", "version: 1\nproviders:\n  我的平台: {}\n"),
        ("rules", "rules:\n  图片: {}\n"),
    ],
)
def test_names_may_be_chinese(schema, text):
    assert parse(text, schema).data


def test_a_near_match_is_reported_where_a_number_could_stand_too():
    with pytest.raises(ConfigError, match=r"'procent' is not known\. Did you mean 'percent'\?"):
        parse("version: 1\nproviders:\n  p:\n    progress: {scale: procent}\n", "provider")


def test_a_break_of_the_format_does_not_show_secrets():
    with pytest.raises(ConfigError, match="has 2 entries, at most 1 are allowed here") as caught:
        parse("environments: {a: {auth: {bearer: s3cret, header: {X: s3cret}}}}", "environments")
    assert "s3cret" not in str(caught.value)


def test_a_file_in_another_encoding_is_reported_with_the_way_to_utf8(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes("store: a\nlocators: 定位\n".encode("gb18030"))
    with pytest.raises(ConfigError, match="line 2: is not UTF-8 text") as caught:
        load_yaml(file, "config")
    assert "Save x.yaml as UTF-8" in str(caught.value.hint)


_BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 11))
_MERGES = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 11))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (_BOMB, r"line \d+ at .*aliases repeat more than"),
        (_MERGES, r"line \d+ at .*aliases repeat more than"),
        ("ok: 1\nx: !!binary aGVsbG8=\n", "line 2 at 'x': the tag '!!binary'"),
        ("ok: 1\n!!timestamp soon: 1\n", "line 2.*timestamp"),
        ("ok: 1\nx: !!set {a, b}\n", "line 2 at 'x': the tag '!!set'"),
        ("ok: 1\nx: !!omap [a: 1]\n", "line 2 at 'x': the tag '!!omap'"),
        ("ok: 1\nx: !!timestamp 2026-01-01\n", "line 2 at 'x': the tag '!!timestamp'"),
        (f"ok: 1\nx: {'9' * 6000}\n", r"line 2.*'9+\.\.\.' is not a valid int"),
        (f"ok: 1\nx: 0x{'f' * 6000}\n", r"line 2.*is not a valid int"),
        ("ok: 1\nx: !!int abc\n", "line 2.*'abc' is not a valid int"),
        ("ok: 1\nx: !!bool abc\n", "line 2.*'abc' is not a valid bool"),
        ('ok: 1\nx: "\\ud800"\n', "line 2 at 'x': holds half of a character"),
        ('ok: 1\n"\\ud800": 1\n', "line 2.*holds half of a character"),
        (f"x: {'[' * 5000}", "nested"),
        (f"x: {'[' * 300}{']' * 300}", "nested"),
    ],
    ids=range(15),
)
def test_hostile_yaml_is_an_error_with_its_line(text, problem):
    with pytest.raises(ConfigError, match=f"(?s)hostile.yaml.*{problem}") as caught:
        parse_yaml(text, Path("hostile.yaml"))
    assert caught.value.code == "AIGC002"
    assert len(caught.value.message) < 300
    str(caught.value).encode()


def test_a_character_of_two_escapes_as_in_json_is_one():
    assert parse_yaml('x: "\\ud83d\\ude00"\n', Path("a.yaml")).data == {"x": "😀"}


@pytest.mark.parametrize("text", [_BOMB, "!!binary aGVsbG8=", "9" * 6000, '"\\ud800"', "[" * 5000])
def test_a_hostile_value_of_a_command_is_an_error(text):
    with pytest.raises(ConfigError, match="The value of 'x' is not valid YAML"):
        parse_value(text, "x")


def test_ordinary_aliases_and_many_values_are_read():
    assert parse_yaml("a: &a {x: 1}\nb: [*a, *a]\nc: {<<: *a}\n", Path("a.yaml")).data["c"] == {"x": 1}
    assert len(parse_yaml("".join(f"k{n}: {n}\n" for n in range(20000)), Path("a.yaml")).data) == 20000


def test_near_names_are_looked_for_only_where_they_are_shown(monkeypatch):
    asked = []
    monkeypatch.setattr("AIGCLibrary.yaml.schema.near_matches", lambda name, _known: asked.append(name) or "")
    with pytest.raises(ConfigError, match=r"(?s)line 1 .*unknown key 'k0'.*line 10 .*unknown key 'k9'"):
        parse("".join(f"k{number}: 1\n" for number in range(2_000)))
    assert len(asked) == 10
