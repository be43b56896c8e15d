"""Texts exist in both languages and fill in their values."""

from importlib import resources
from string import Formatter

import pytest
import yaml

from AIGCLibrary.i18n import Text, catalogue, local_language, series, short_language

AREAS = sorted(
    file.name.removesuffix(".yaml")
    for file in (resources.files("AIGCLibrary") / "locales" / "messages").iterdir()
    if file.name.endswith(".yaml")
)


def leaves(node, path=""):
    if set(node) <= {"en", "zh"} and all(isinstance(v, str) for v in node.values()):
        yield path, node
    else:
        for name, child in node.items():
            yield from leaves(child, f"{path}.{name}")


@pytest.mark.parametrize("area", AREAS)
def test_every_message_has_both_languages_with_the_same_placeholders(area):
    found = list(leaves(catalogue(area)))
    assert found
    for path, texts in found:
        assert set(texts) == {"en", "zh"}, f"{area}{path}"
        fields = {lang: {f for _, f, _, _ in Formatter().parse(text) if f is not None} for lang, text in texts.items()}
        assert fields["en"] == fields["zh"], f"{area}{path}"


def test_a_text_is_rendered_in_the_language_asked_for():
    text = Text("core.hint.unreachable", url="http://h")
    assert "http://h" in str(text)
    assert "被测产品" in text.render("zh")


def test_a_text_inside_a_text_is_translated_too():
    inner = Text("core.hint.unreachable", url="http://h")
    assert "被测产品" in Text("core.hint.extra", extra=inner).render("zh")


@pytest.mark.parametrize(
    ("name", "short"),
    [("zh-CN", "zh"), ("zh_CN.UTF-8", "zh"), ("Chinese Simplified", "zh"), ("de", "en"), ("", "en"), (None, "en")],
)
def test_languages_are_reduced_to_two(name, short):
    assert short_language(name) == short


def repeated(node):
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        yield from {name for name in names if names.count(name) > 1}
        for _, value in node.value:
            yield from repeated(value)


@pytest.mark.parametrize("area", AREAS)
def test_message_files_have_no_repeated_keys(area):
    text = (resources.files("AIGCLibrary") / "locales" / "messages" / f"{area}.yaml").read_text(encoding="utf-8")
    assert not list(repeated(yaml.compose(text)))


def test_an_original_sentence_is_said_in_english_and_translated_from_its_facts():
    text = Text("files.said.actual", original="The width is {320}.", title="宽度", actual="320 px", at="")
    assert text.render("en") == "The width is {320}."
    assert text.render("zh-CN") == "宽度：320 px。"


@pytest.mark.parametrize(
    ("environ", "spoken"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "zh_TW"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_environment_says_what_is_spoken_even_where_its_locale_was_never_generated(environ, spoken):
    assert local_language(environ) == spoken


def test_names_in_a_row_have_the_marks_of_the_language():
    quoted = Text("locators.failure.near", names="'prompt', 'prompts' or 'promp'")
    assert "'prompt', 'prompts' or 'promp'" in quoted.render("en")
    assert "“prompt”、“prompts”或“promp”" in quoted.render("zh")
    two = Text("locators.failure.near", names="'a', 'b'")
    assert "“a”、“b”" in two.render("zh")
    assert "a, b and more" in Text("locators.failure.near", names="a, b and more").render("zh")  # no names of ours
    plain = Text("locators.failure.near", names=series(["prompt", "prompts"]))
    assert "prompt, prompts" in plain.render("en")
    assert "prompt、prompts" in plain.render("zh")
    assert series([]) == ""


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        (Text("files.value.a_picture"), Text("files.value.one_colour"), "画面：应为有内容的画面，实际为单一颜色。"),
        (Text("files.value.a_picture"), Text("files.value.one_label"), "画面：应为有内容的画面，实际为 1 个标识。"),
        ("640x360", 3, "画面：应为 640x360，实际为 3。"),
        ("夜市.mp4", "\ue000", "画面：应为 夜市.mp4，实际为 \ue000。"),
    ],
    ids=["our words", "a number", "values", "names of others"],
)
def test_a_blank_stands_between_chinese_and_other_signs_and_not_between_chinese(expected, actual, said):
    assert Text("files.said.both", title="画面", expected=expected, actual=actual, at="").render("zh") == said
