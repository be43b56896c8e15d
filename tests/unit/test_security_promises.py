"""SECURITY.md: each promise names tests, and they exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(
    r"^\| (?!promise|-)(.+?) \| (.+?) \|$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE
)


def test_promises_are_found():
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("promise", "tests"), ROWS)
def test_promise_names_tests_that_exist(promise, tests):
    paths = re.findall(r"`(tests/[^`]+)`", tests)
    assert paths, promise
    for path in paths:
        assert re.search(r"^\s*(async )?def test_", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), path


def test_the_chinese_page_names_the_same_tests():
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("SECURITY.md", "docs/about/security.zh.md")]
    english, chinese = [
        [sorted(re.findall(r"`(tests/[^`]+)`", line)) for line in text.splitlines() if "`tests/" in line]
        for text in texts
    ]
    assert chinese == english
