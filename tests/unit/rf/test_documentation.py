"""Keyword documentation shows examples as code blocks, and names as they are written."""

import re

import pytest
from robot.libdocpkg import LibraryDocumentation

from AIGCLibrary.rf.documentation import with_code_blocks


def test_steps_of_an_example_are_shown_as_a_test_and_not_as_comments():
    steps = ["FOR    ${x}    IN    a", "    Log    ${x}", "END"]
    example = ["Example:", "    ```robotframework", *(f"    {line}" for line in steps), "    ```"]
    shown = with_code_blocks("\n".join(example), "示例").splitlines()
    assert shown[2:] == [
        *("```robotframework", "*** Test Cases ***", "示例"),
        *(f"    {line}" for line in steps),
        "```",
    ]
    whole = ["    ```robotframework", "    *** Settings ***", "    Library    AIGCLibrary", "    ```"]
    assert "*** Test Cases ***" not in with_code_blocks("\n".join(whole))


@pytest.mark.parametrize(("language", "name"), [("en", "Example"), ("zh-CN", "示例")])
def test_libdoc_colours_every_example_as_steps(language, name):
    library = LibraryDocumentation(f"AIGCLibrary::language={language}")
    library.convert_docs_to_html()
    shown = [keyword.doc for keyword in library.keywords if "<pre>" in keyword.doc]
    assert len(shown) >= 60
    assert not [doc for doc in shown if '<span class="c">' in doc]
    assert sum(f'<span class="gu">{name}</span>' in doc for doc in shown) >= 60


def test_an_indented_fence_becomes_a_block_and_other_lines_stay():
    indented = ["Example:", "    ```yaml", "    a:", "        deeper:", "    ```", "End.", "    kept"]
    blocks = ["Example:", "", "```yaml", "a:", "    deeper:", "```", "End.", "    kept"]
    assert with_code_blocks("\n".join(indented)).splitlines() == blocks


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_libdoc_shows_every_example_as_a_block(language):
    library = LibraryDocumentation(f"AIGCLibrary::language={language}")
    library.convert_docs_to_html()
    shown = [library.doc, *(keyword.doc for keyword in library.keywords)]
    assert sum('<div class="code"><pre>' in doc for doc in shown) >= 60
    assert not [doc for doc in shown if "```" in doc or "<code>robotframework" in doc]


def test_names_keep_their_capital_letters():
    names = {keyword.name for keyword in LibraryDocumentation("AIGCLibrary::language=zh-CN").keywords}
    assert {"Get AIGC Label", "Call MCP Tool", "Set Task SLA", "AIGC Label Should Be Valid"} <= names
    assert {"获取 AIGC 标识", "调用 MCP 工具", "设置任务 SLA", "加载 SLO", "SLO 应达标"} <= names
    assert not [name for name in names if re.search(r"[A-Z][\u4e00-\u9fff]|[\u4e00-\u9fff][A-Z]", name)]
