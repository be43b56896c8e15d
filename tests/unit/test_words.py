"""Messages, pages and the documentation of keywords use the words of docs/glossary.md."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
AVOIDED = re.compile(
    r"\b(told|tells? of|whoever|anew|kin|reckon\w*|in vain|kindred|namesakes?|gone on with|begun again|for want of"
    r"|stands? in|at the least|by right|worth while|is asked of|deeds?)\b",
    re.IGNORECASE,
)
AVOIDED_IN_CODE = re.compile(
    r"\b(told|tells? of|whoever|anew|reckon\w*|in vain|kindred|namesakes?|begun again|for want of|stands? in|by right"
    r"|worth while|is asked of|deeds?)\b",
    re.IGNORECASE,
)
"""Those that are neither names of our own nor words of products."""
AVOIDED_CHINESE = re.compile(r"升级失败|违约|底线|下单|订单|服务商|条发现|花费")
SOURCES = (".py", ".js", ".json", ".yaml", ".robot", ".resource", ".css")
PAGES = [
    page
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if not {"reference", "example-plugin"} & set(page.parts)
    and page.name not in ("CHANGELOG.md", "glossary.md", "glossary.zh.md")
]


def found(pattern, text):
    return sorted({match[0] for match in pattern.finditer(text)})


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_use_the_words_of_the_glossary(page):
    text = page.read_text(encoding="utf-8")
    assert found(AVOIDED, text) == []
    assert found(AVOIDED_CHINESE, text) == []


def test_sources_use_the_words_of_the_glossary():
    wrong = {}
    for folder in ("AIGCLibrary", "tests", "docs/sitegen", "suites", "resources", "keywords"):
        for path in (ROOT / folder).rglob("*"):
            if (
                path.suffix in SOURCES
                and not {"vendor", "static", "__pycache__"} & set(path.parts)
                and path != Path(__file__)
            ):
                avoided = found(AVOIDED_IN_CODE, path.read_text(encoding="utf-8", errors="replace"))
                if avoided:
                    wrong[str(path.relative_to(ROOT))] = avoided
    assert wrong == {}


def messages(node, place=""):
    """Yield each text of the catalogue with its language."""
    for key, value in node.items() if isinstance(node, dict) else ():
        if key in ("en", "zh") and isinstance(value, str):
            yield place, key, value
        else:
            yield from messages(value, f"{place}.{key}")


def test_messages_use_the_words_of_the_glossary():
    wrong = {}
    for path in sorted((ROOT / "AIGCLibrary" / "locales" / "messages").glob("*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for place, language, text in messages(content, path.stem):
            avoided = found(AVOIDED if language == "en" else AVOIDED_CHINESE, text)
            if avoided:
                wrong[place] = avoided
    assert wrong == {}


def test_the_documentation_of_keywords_uses_the_words_of_the_glossary():
    wrong = {}
    for path in sorted((ROOT / "AIGCLibrary" / "keywords").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                avoided = found(AVOIDED, ast.get_docstring(node) or "")
                if avoided:
                    wrong[f"{path.stem}.{getattr(node, 'name', '')}"] = avoided
    assert wrong == {}
    chinese = (ROOT / "AIGCLibrary" / "locales" / "zh_CN.json").read_text(encoding="utf-8")
    assert found(AVOIDED_CHINESE, re.sub(r'"aliases": \[[^\]]*\]', "", chinese)) == []
