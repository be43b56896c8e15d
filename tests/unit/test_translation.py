"""The Chinese names and documentation: complete, fresh, and beside the English ones."""

import json
import re
import sys

import pytest
from robot.conf.languages import Languages

from AIGCLibrary import AIGCLibrary
from AIGCLibrary.cli.main import main
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.rf.translation import (
    as_libcore,
    chinese_file,
    compare,
    english_texts,
    fingerprint,
    installed_table,
    load_table,
    updated,
)

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def english():
    return english_texts(AIGCLibrary(language="en"))


@pytest.fixture(scope="module")
def chinese():
    return load_table(chinese_file())


def test_the_chinese_table_is_complete_and_fresh(english, chinese):
    assert compare(chinese, english) == {}, "see: aigc translation"


def test_names_and_documentation_are_chinese_and_names_are_unique(chinese):
    names = [entry["name"] for key, entry in chinese.items() if not key.startswith("__")]
    assert [name for name in names if not CHINESE.search(name)] == []
    assert len(set(names)) == len(names)
    assert [key for key, entry in chinese.items() if not CHINESE.search(entry["doc"])] == []


def test_no_chinese_name_begins_with_a_bdd_prefix(chinese):
    prefixes = tuple(Languages(["zh-CN"], add_english=False).bdd_prefixes)
    assert [entry["name"] for entry in chinese.values() if entry.get("name", "").startswith(prefixes)] == []


def test_translated_documentation_keeps_examples_sections_and_arguments(english, chinese):
    for key, entry in chinese.items():
        if key.startswith("__"):
            continue
        for section in ("Args:", "Returns:", "Raises:", "```robotframework"):
            assert (section in entry["doc"]) == (section in english[key]), f"{key}: {section}"
        described = re.findall(
            r"^    (\*{0,2}\w+):", english[key].partition("Args:")[2].partition("\n\n")[0], re.MULTILINE
        )
        assert [name for name in described if f"    {name}:" not in entry["doc"]] == [], key


def test_english_names_stay_alive_beside_the_chinese_ones():
    both = set(AIGCLibrary(language="zh-CN").get_keyword_names())
    only_english = set(AIGCLibrary(language="en").get_keyword_names())
    assert only_english < both


def test_an_earlier_chinese_name_still_works_and_refers_to_the_present_one(chinese):
    library = AIGCLibrary(language="zh-CN")
    assert chinese["click_target"]["aliases"] == ["点击目标"]
    assert library.keywords["点击目标"] == library.keywords["点击元素"]
    assert library.get_keyword_documentation("点击目标") == "`点击元素` 的旧名，仍然可用。"
    assert library.get_keyword_arguments("点击目标") == library.get_keyword_arguments("点击元素")
    every = [name for entry in chinese.values() for name in (entry.get("name"), *entry.get("aliases", ())) if name]
    assert len(set(every)) == len(every)


def test_the_documentation_of_an_english_name_refers_to_the_chinese_keyword():
    library = AIGCLibrary(language="zh-CN")
    assert library.get_keyword_documentation("wait_for_task") == "`等待任务` 的英文名。"


def test_both_names_work_in_one_suite(robot):
    run = robot(
        """
Language: zh-CN

*** 设置 ***
程序库    AIGCLibrary    language=zh-CN

*** 用例 ***
中英文名称可以混用
    记录指标    页面打开    0.5
    Record Metric    页面打开    0.7
    获取指标    页面打开    ==    2    statistic=count
    Get Metric    页面打开    >    0.5
"""
    )
    assert run.code == 0, run.console


def test_robots_own_language_option_gives_chinese_names(robot):
    suite = "*** Settings ***\nLibrary    AIGCLibrary\n\n*** Test Cases ***\nOne\n    记录指标    x    1\n"
    assert robot(suite, "--language", "zh-CN", env={"LC_ALL": "C.UTF-8"}).code == 0
    assert robot(suite, env={"LC_ALL": "C.UTF-8"}).code == 1


WITHOUT_FILE = "Get File Type    missing.bin"


def test_a_file_in_chinese_has_chinese_messages_and_the_run_stays_english(robot, tmp_path):
    chinese = tmp_path / "b.robot"
    lines = ("Language: zh-CN", "", "*** 设置 ***", "程序库    AIGCLibrary", "", "*** 用例 ***", "乙")
    chinese.write_text("\n".join((*lines, f"    {WITHOUT_FILE}", "")), encoding="utf-8")
    suite = f"*** Settings ***\nLibrary    AIGCLibrary\n\n*** Test Cases ***\nA\n    {WITHOUT_FILE}\n"
    run = robot(suite, "--listener", "AIGCLibrary.Listener", str(chinese), env={"LC_ALL": "C.UTF-8"})
    assert run.tests["A"].message.startswith("File 'missing.bin' does not exist")
    assert run.tests["乙"].message.startswith("文件“missing.bin”不存在")
    assert "AIGC Run" in run.result.suite.metadata


ENGLISH = {"__intro__": "Intro.", "__init__": "Init.", "wait": "Waits.", "go": "Goes."}


def entry(text, name="名", doc="文档"):
    return {"name": name, "doc": doc, "sha256": fingerprint(text)}


def test_what_is_wrong_with_a_table_is_reported_by_keyword():
    table = {
        "__intro__": entry("Intro."),
        "wait": entry("Waits longer."),
        "go": entry("Goes.", name=""),
        "stop": entry("Stops."),
    }
    assert compare(table, ENGLISH) == {"__init__": "missing", "wait": "stale", "go": "no name", "stop": "unknown"}


def test_a_section_or_an_argument_that_a_translation_lacks_is_named():
    english = {"go": "Goes.\n\nArgs:\n    where: A place.\n    how: A way.\n\nReturns:\n    Nothing."}
    whole = "走。\n\nArgs:\n    where: 地点。\n    how: 方式。\n\nReturns:\n    无。"
    assert compare({"go": entry(english["go"], doc=whole)}, english) == {}
    assert compare({"go": entry(english["go"], doc=whole.replace("how:", ""))}, english) == {"go": "no 'how:'"}
    assert compare({"go": entry(english["go"], doc=whole.replace("Returns:", "返回："))}, english) == {
        "go": "no 'Returns:'"
    }


def test_updating_notes_the_english_of_translated_entries_and_adds_empty_ones():
    table = updated({"wait": entry("Waits longer."), "stop": entry("Stops.")}, ENGLISH)
    assert set(table) == set(ENGLISH)
    assert table["wait"] == {"name": "名", "doc": ["文档"], "sha256": fingerprint("Waits.")}
    assert table["go"] == {"name": "", "doc": [], "sha256": ""}


def test_what_is_not_translated_stays_english():
    assert as_libcore({"go": {"name": "走", "doc": "", "sha256": ""}}) == {"go": {"name": "走"}}


def test_other_languages_come_from_installed_modules(tmp_path, monkeypatch):
    (tmp_path / "de.json").write_text(json.dumps({"record_metric": {"name": "Messwert Notieren"}}), encoding="utf-8")
    module = "robotframework_aigclibrary_translation_de"
    source = f"def get_language():\n    return [{{'language': 'de', 'path': {str(tmp_path / 'de.json')!r}}}]\n"
    (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert installed_table("de")["record_metric"]["name"] == "Messwert Notieren"
        assert installed_table("fr") is None
        names = AIGCLibrary(language="de").get_keyword_names()
        assert {"Messwert Notieren", "record_metric"} <= set(names)
    finally:
        sys.modules.pop(module, None)


def test_a_broken_table_is_said_clearly(tmp_path):
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"Translation '.*x.json' cannot be read"):
        load_table(tmp_path / "x.json")


def test_the_problems_of_a_translation_are_listed_in_the_language_asked_for(tmp_path, capsys):
    file = tmp_path / "zh.json"
    file.write_text(json.dumps({"click_target": {"name": "点", "doc": "旧"}, "no_such": {"name": "无", "doc": "无"}}))
    assert main(["--language", "zh-CN", "translation", str(file)]) == 1
    shown = capsys.readouterr().out
    assert all(words in shown for words in ("关键字", "缺少条目", "已过时", "不是关键字"))
