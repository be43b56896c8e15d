"""The pages of the skill, from what the documentation is made of: libdoc, the example project, presets and rules."""

import re
from collections.abc import Iterator

import yaml

from AIGCLibrary.cli.init import template_files
from AIGCLibrary.cli.terminal import text
from AIGCLibrary.files.symptoms import symptom_lines
from AIGCLibrary.i18n import CHINESE, short_language
from AIGCLibrary.rf.documentation import documented_library
from AIGCLibrary.tasks.providers.loader import Providers

_RECIPES = (".robot", ".resource")


def skill_pages(language: str) -> dict[str, str]:
    """Return the pages of the skill by their names.

    Args:
        language: `en` or `zh-CN`, for texts, keyword names and examples.
    """
    chinese = short_language(language) == CHINESE
    language = "zh-CN" if chinese else "en"
    return {
        "SKILL.md": _front(language) + _main(language),
        "references/keywords.md": "\n".join(_keywords(language)),
        "references/recipes.md": "\n".join(_recipes(language)),
        "references/providers.md": "\n".join(_providers(language)),
        "references/rules.md": "\n".join(_rules(language)),
    }


def _front(language: str) -> str:
    facts = {"name": "aigclibrary", "description": text("skill.description", language)}
    return f"---\n{yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=2**20)}---\n\n"


def _main(language: str) -> str:
    intro = re.sub(r"(?m)^# ", "## ", str(documented_library(language).doc).replace("%TOC%\n\n", ""))
    return f"# AIGCLibrary\n\n{intro.rstrip()}\n\n{text('skill.work', language).rstrip()}\n"


def _keywords(language: str) -> Iterator[str]:
    """Yield a line for each keyword: name, arguments, purpose."""
    yield from (f"# {text('skill.keywords', language)}", "")
    for keyword in sorted(documented_library(language).keywords, key=lambda documented: documented.name):
        arguments = "    ".join(map(str, keyword.args))
        yield f"- **{keyword.name}** `{arguments}`  " if arguments else f"- **{keyword.name}**  "
        yield f"  {' '.join(keyword.short_doc.split())}"
    yield ""


def _recipes(language: str) -> Iterator[str]:
    """Yield the suites and business keywords of the example project, which the tests of this package run."""
    chinese = language != "en"
    yield from (f"# {text('skill.recipes', language)}", "")
    for place, source in sorted(template_files(language), key=lambda item: str(item[0])):
        content = source.read_text(encoding="utf-8") if place.suffix in _RECIPES else ""
        if content and content.startswith("Language: zh-CN") == chinese:
            yield from (f"## {place}", "", "```robotframework", content.rstrip(), "```", "")


def _providers(language: str) -> Iterator[str]:
    """Yield the presets with their titles."""
    providers = Providers()
    yield from (f"# {text('skill.providers', language)}", "")
    yield from (f"- `{name}`: {providers.get(name).title}" for name in providers.names())
    yield ""


def _rules(language: str) -> Iterator[str]:
    """Yield the index of symptoms."""
    yield from (f"# {text('skill.rules', language)}", "", *(f"- {line}" for line in symptom_lines(language)), "")
