"""Writes a search index for each language: the site generator writes one for all."""

import json
import os
import re
from pathlib import Path
from typing import Any

INDEX = Path("search") / "search_index.json"
SEPARATOR = r"[\s\u200b\-]+"
"""What divides words: Chinese ones by a space without width, which JavaScript's `\\s` leaves out."""
CONFIG = re.compile(r'(<script id="__config" type="application/json">)(.*?)(</script>)', re.DOTALL)


def divide(site: Path, language: str = "zh") -> None:
    """Divide the index of a site; pages of the language then search in its folder.

    Args:
        site: Folder of the built site.
        language: Folder of the language that gets its own index.
    """
    index = json.loads((site / INDEX).read_text(encoding="utf-8"))
    prefix = f"{language}/"
    own = [entry for entry in index["docs"] if entry["location"].startswith(prefix)]
    others = [entry for entry in index["docs"] if not entry["location"].startswith(prefix)]
    write(site, {**index, "docs": others, "config": {**index["config"], "lang": ["en"]}})
    stripped = [{**entry, "location": entry["location"].removeprefix(prefix)} for entry in own]
    write(site / language, {**index, "docs": stripped, "config": {**index["config"], "separator": SEPARATOR}})
    for page in (site / language).rglob("*.html"):
        base = os.path.relpath(site / language, page.parent).replace(os.sep, "/")
        text = page.read_text(encoding="utf-8")
        page.write_text(CONFIG.sub(lambda match, base=base: with_base(match, base), text), encoding="utf-8")


def with_base(match: re.Match[str], base: str) -> str:
    """Return the configuration of a page with another root; the worker of the search stays where it is."""
    config = json.loads(match[2])
    config["base"] = base
    return f"{match[1]}{json.dumps(config, ensure_ascii=False)}{match[3]}"


def write(folder: Path, index: dict[str, Any]) -> None:
    """Write an index as JSON, and as a script for pages that are opened as files."""
    text = json.dumps(index, ensure_ascii=False)
    (folder / "search").mkdir(exist_ok=True)
    (folder / INDEX).write_text(text, encoding="utf-8")
    (folder / INDEX.with_suffix(".js")).write_text(f"var __index = {text}", encoding="utf-8")
