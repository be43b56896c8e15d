"""Everything that is raised or logged in English has a Chinese sentence: the source is searched for what has none."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import AIGCLibrary
from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.i18n import Text, in_language
from AIGCLibrary.sentences import in_chinese

ROOT = Path(AIGCLibrary.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HOLE = "\x00"
RETURNING = ("locators/syntax.py", "files/rules/lint.py", "yaml/schema.py")
"""Modules that return what is wrong with a value of a file, to stand behind the value."""
FINDINGS = {"ZipError"}
"""Their texts become findings, whose Chinese comes from the id of the rule."""
PROBLEMS = ("error", "_error", "fail", "_fail", "NodeFailure")
LOGGED = ("info", "warning", "error", "exception")


@cache
def trees() -> dict[str, ast.Module]:
    """Return the source of the library; the studio is a product of its own, findings have texts of the catalogue."""
    left_out = ("studio", "validators", "iso", "containers")
    files = (path for path in sorted(ROOT.rglob("*.py")) if not set(left_out) & set(path.relative_to(ROOT).parts))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}


@cache
def error_classes() -> frozenset[str]:
    bases = {
        node.name: {getattr(base, "attr", getattr(base, "id", "")) for base in node.bases}
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    known = {"AIGCError", "Exception", "ValueError", "RuntimeError", "KeyError"}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return frozenset(known & set(bases)) - FINDINGS


def sentences(node: ast.expr) -> list[str]:
    """Return the sentences an expression can be, with a mark for each value; none where it holds no words."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return sentences(node.body) + sentences(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [left + right for left in sentences(node.left) for right in sentences(node.right)]
    if isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            choices = sentences(value) if isinstance(value, ast.Constant | ast.IfExp) else [HOLE]
            found = [before + choice for before in found for choice in choices]
        return found
    return [HOLE]


def written_in(tree: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    """Find what a tester may read: messages of errors, problems of files, warnings, hints that are texts."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        if owner in ("log", "logger"):
            chosen = node.args[:1] if name in LOGGED else []
        elif name in error_classes():
            chosen = node.args[:2] if name == "BuildError" else node.args[:1]
        else:
            chosen = node.args[:3] if name in PROBLEMS else []
        chosen += [given.value for given in node.keywords if given.arg == "hint"]
        yield from ((node.lineno, one) for one in chosen)


def sample(sentence: str) -> str:
    """Fill in numbers for the values."""
    numbers = iter(range(41, 99))
    return re.sub(rf"{HOLE}|%(?:\.\d+f|[sd])", lambda _: str(next(numbers)), sentence)


def is_sentence(text: str) -> bool:
    return len(re.findall(r"[A-Za-z']{2,}", text)) >= 3 and re.search(r"[a-z] [a-z]", text) is not None


def all_written() -> Iterator[tuple[str, str]]:
    for name, tree in trees().items():
        for line, node in written_in(tree):
            for text in sentences(node):
                if is_sentence(text.replace(HOLE, " ")):
                    yield f"{name}:{line}", text


def left_english(text: str) -> bool:
    """Return whether the Chinese of a sentence misses, or loses a value, or keeps words of the English one."""
    shown = in_language(sample(text), "zh-CN")
    lost = [number for number in re.findall(r"\b(?:4[1-9]|[5-9]\d)\b", sample(text)) if number not in shown]
    literals = re.split(rf"{HOLE}|%(?:\.\d+f|[sd])", text)
    kept = [one for one in literals if is_sentence(one) and one.strip() in shown]
    return not CHINESE.search(shown) or bool(lost) or bool(kept)


def test_everything_raised_or_logged_in_english_has_a_chinese_sentence():
    found = list(all_written())
    assert len(found) > 250, "the search finds what there is"
    missing = [f"{place}: {text.replace(HOLE, '{}')}" for place, text in found if left_english(text)]
    assert missing == [], "add them to AIGCLibrary/locales/sentences.yaml:\n" + "\n".join(missing)


def test_what_is_wrong_with_a_value_of_a_file_has_a_chinese_sentence():
    found = [
        text
        for name in RETURNING
        for node in ast.walk(trees()[name])
        if isinstance(node, ast.Return | ast.Yield) and isinstance(node.value, ast.Constant | ast.JoinedStr)
        for text in sentences(node.value)
        if is_sentence(text.replace(HOLE, " "))
    ]
    assert len(found) > 20, "the search finds what there is"
    dotted = [text if text.endswith(".") else f"{text}." for text in found if text != f"is not a CSS selector: {HOLE}"]
    missing = [
        text
        for text in dotted
        if all(map(left_english, (text, f"css 'a' {text}", f"'a' {text}", f"css 'a' is not a CSS selector: {text}")))
    ]
    assert missing == []


def test_the_rules_that_the_schemas_state_have_a_chinese_sentence():
    def stated(node):
        if isinstance(node, dict):
            if {"pattern", "anyOf", "oneOf"} & set(node):
                yield node.get("description") or (f"no description: {node}" if "pattern" in node else "")
            node = list(node.values())
        if isinstance(node, list):
            yield from (text for item in node for text in stated(item))

    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schemas").glob("*.schema.json")]
    texts = {text for schema in schemas for text in stated(schema) if text}
    assert len(texts) > 30
    assert [
        text for text in texts if not CHINESE.search(in_language(f"is a list, text is expected. {text}"[29:], "zh"))
    ] == []


@pytest.mark.parametrize(("said", "chinese"), [
    ("the key 'version' is missing.\n  line 2 at 'slo.a': is a list, text or a mapping (b, c) is expected.",
     "a.yaml 第 1 行：缺少键“version”。\n  第 2 行，“slo.a”：是列表，应为文本或映射（b, c）。"),
    ("is the number 0, at least 1 is expected.\n  line 4: 'x' is not known. Available: 'a' and 'b'.",
     "a.yaml 第 1 行：是数字 0，应为不小于 1 的数。\n  第 4 行：没有“x”。可用：“a”和“b”。"),
])  # fmt: skip
def test_the_problems_of_a_file_are_translated_one_by_one(said, chinese):
    assert in_language(f"a.yaml, line 1: {said}", "zh") == chinese


def test_values_are_kept_and_names_of_the_user_are_not_spoken():
    said = "There is no template 'created'. Did you mean 'a', 'b' or 'removed'?"
    assert in_language(said, "zh") == "没有名为“created”的模板。是否要写：“a”、“b”或“removed”？"
    assert in_language(said, "en") == said


def test_a_sentence_within_a_sentence_is_translated_and_what_the_product_says_is_not():
    said = (
        "Node 'role' of template 'drama' could not be created: POST http://h/roles answered 422: Name is too short. "
        "Created before: 1 (script (7)); all removed again."
    )
    shown = in_language(said, "zh-CN")
    assert shown == (
        "模板“drama”的节点“role”创建失败：POST http://h/roles 返回 422：Name is too short. "
        "此前已创建 1 项（script (7)）；已全部删除。"
    )


@pytest.mark.parametrize("text", ["", "The product says no.", "x: y", "没有", "a" * 9000, "answered 5 of 6"])
def test_what_is_not_ours_stays_as_it_is(text):
    assert in_language(text, "zh") == text


def test_an_error_is_shown_in_the_language_of_the_suite():
    error = ConfigError(f"There is no template 'x'. {near_matches('x', [])}", code="AIGC404")
    assert error.text_in("zh-CN") == "没有名为“x”的模板。目前一个也没有。 [AIGC404]"
    assert str(error) == "There is no template 'x'. There is none at all. [AIGC404]"


def test_a_sentence_within_a_text_of_the_catalogue_is_translated_too():
    text = Text("recovery.explain.unknown.cause", gist="GET http://h/x could not be reached: connection refused.")
    assert text.render("zh").endswith("：GET http://h/x 无法连接：连接被拒绝。")
    assert text.render("en").endswith("connection refused.")


def test_a_sentence_that_begins_with_a_method_is_not_taken_for_another():
    refused = "Node 'a' of template 'b' could not be created after 4 attempts: POST http://h/x could not be reached: "
    for end, chinese in (("", ""), (" Nothing had been created before.", "在此之前没有创建任何数据。")):
        assert in_language(f"{refused}connection refused.{end}", "zh").replace(" 在", "在") == (
            f"模板“b”的节点“a”创建失败（共尝试 4 次）：POST http://h/x 无法连接：连接被拒绝。{chinese}"
        )


def test_words_of_a_product_in_chinese_end_with_a_chinese_full_stop():
    said = (
        "Node 'a' of template 't' could not be created: POST http://p answered 200 (expected 201): 项目不存在. "
        "Created before: 1 (b (7)); all removed again."
    )
    assert "项目不存在。此前已创建 1 项" in in_chinese(said)


def test_a_sentence_inside_of_others_is_translated_and_one_that_begins_with_its_own_words_wins():
    said = (
        "Node 'a' of template 't' could not be looked up: GET http://p answered 500: unavailable. May be there: a: "
        "the lookup was answered with HTTP 500: unavailable; to remove it: DELETE /b."
    )
    assert in_chinese(said).endswith("可能存在：a：查询返回 HTTP 500：unavailable；删除方法：DELETE /b。")
