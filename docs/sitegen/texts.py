"""Texts of the generated pages in both languages: Chinese by the English sentence it translates."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[1] / "texts"
SENTENCES = FOLDER.parents[1] / "AIGCLibrary" / "locales" / "sentences.yaml"
LANGUAGES = ("en", "zh")
MISSED: set[str] = set()
"""Sentences that were wanted in Chinese and have no translation."""


@cache
def load(name: str) -> dict[str, Any]:
    """Read `docs/texts/<name>.yaml`."""
    return dict(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))


@cache
def chinese() -> dict[str, str]:
    """Return all Chinese sentences by their English ones: those of messages, and `docs/texts/zh-*.yaml`."""
    messages = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    pages = (load(path.stem) for path in sorted(FOLDER.glob("zh-*.yaml")))
    return {" ".join(en.split()): zh for part in (messages, *pages) for en, zh in part.items()}


def translate(text: str, language: str) -> str:
    """Return a sentence in a language; English where it has no translation."""
    if language != "zh" or not text:
        return text
    found = chinese().get(" ".join(text.split()))
    if found is None:
        MISSED.add(text)
    return found or text
