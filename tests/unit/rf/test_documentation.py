"""Keyword documentation shows examples as code blocks, and names as they are written."""

import pytest
from robot.libdocpkg import LibraryDocumentation

from AIGCLibrary.rf.documentation import with_code_blocks


def test_an_indented_fence_becomes_a_block_and_other_lines_stay():
    indented = ["Example:", "    ```robotframework", "    Log    x", "        deeper", "    ```", "End.", "    kept"]
    blocks = ["Example:", "", "```robotframework", "Log    x", "    deeper", "```", "End.", "    kept"]
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
    assert {"获取 AIGC 标识", "调用 MCP 工具", "设置任务 SLA"} <= names
