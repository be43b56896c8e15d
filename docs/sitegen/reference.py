"""All generated pages of the reference, in both languages."""

from pathlib import Path

from sitegen import commands, errors, formats, keywords, presets, product, settings
from sitegen.texts import LANGUAGES, translate

LIBDOC_PAGES = {"en": "AIGCLibrary.html", "zh": "AIGCLibrary-zh.html"}


def build(folder: Path) -> list[Path]:
    """Write all pages into a folder, English as `name.md` and Chinese as `name.zh.md`; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [keywords.html(folder / name, keywords.LIBDOC[language]) for language, name in LIBDOC_PAGES.items()]
    for language in LANGUAGES:
        for name, text in pages(language).items():
            path = folder / (name if language == "en" else name.replace(".md", ".zh.md"))
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def pages(language: str) -> dict[str, str]:
    """Return the pages of a language by file name."""
    found = {
        "README.md": overview(language),
        "errors.md": errors.errors(language),
        "settings.md": settings.settings(language),
        "commands.md": commands.commands(language),
        "presets.md": presets.presets(language),
        "events.md": settings.events(language),
        "metrics.md": product.metrics(language),
        "misbehave.md": product.misbehave(language),
    }
    for name, schema in formats.schemas().items():
        found[f"yaml-{name}.md"] = formats.yaml_format(name, schema, language)
    return found | keywords.pages(language)


OVERVIEW = {
    "keywords.md": "All keywords, by group, with arguments, results and examples",
    "settings.md": "Import arguments, environment variables and `aigc.yaml`",
    "presets.md": "Products whose task API is described already",
    "errors.md": "Every error code with its cause and remedy",
    "commands.md": "The commands of `aigc`",
    "metrics.md": "What is measured, and what an objective can be set on",
    "misbehave.md": "The faults that the demo product can produce on purpose",
    "events.md": "Events that plug-ins can subscribe to",
}


def overview(language: str) -> str:
    """Return the first page of the reference."""
    lines = [f"# {translate('Reference', language)}", "", translate(GENERATED, language), ""]
    lines += [f"- [{translate(text, language)}]({name})" for name, text in OVERVIEW.items()]
    lines += ["", f"{translate('YAML formats, each with an example:', language)}", ""]
    for name, schema in formats.schemas().items():
        lines.append(f"- [{translate(schema.get('title', name), language)}](yaml-{name}.md)")
    return "\n".join([*lines, ""])


GENERATED = "These pages are generated from the code, so they describe the version that you have."
