"""Chinese keyword names and documentation beside the English names, which stay alive."""

import json
from importlib import resources
from typing import Any

from robot.running.context import EXECUTION_CONTEXTS
from robotlibcore import DynamicCore

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.i18n import CHINESE, short_language

FILE = "zh_CN.json"


def translation(engine: Engine, language: str | None = None) -> dict[str, Any] | None:
    """Give PythonLibCore's translation table for the language of an import, else of the run; None for English."""
    engine.settings = _with_language(engine.settings)
    asked = short_language(language) if language and language != "auto" else engine.language
    if asked != CHINESE:
        return None
    source = resources.files("AIGCLibrary") / "locales" / FILE
    return dict(json.loads(source.read_text(encoding="utf-8")))


def add_english_names(library: DynamicCore, components: list[Any]) -> None:
    """Make the English names work beside the translated ones, which replaced them."""
    english = DynamicCore(components)
    for name, method in english.keywords.items():
        if name not in library.keywords:
            library.keywords[name] = method
            library.keywords_spec[name] = english.keywords_spec[name]
            library.attributes[name] = method


def _with_language(settings: Settings) -> Settings:
    """Take `auto` from Robot's own --language where that says something."""
    from dataclasses import replace

    context = EXECUTION_CONTEXTS.current
    if settings.language != "auto" or context is None:
        return settings
    languages = getattr(context, "languages", None)
    codes = [language.code for language in languages] if languages else []
    chosen = next((code for code in codes if short_language(code) == CHINESE), None)
    return replace(settings, language=chosen) if chosen else settings
