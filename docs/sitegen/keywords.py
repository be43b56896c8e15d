"""The keyword pages: one a group, from the JSON that libdoc makes; and libdoc's own HTML."""

from __future__ import annotations

import copy
import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from AIGCLibrary.rf.documentation import documented_library
from sitegen.markdown import code, table
from sitegen.texts import translate

GROUPS = ("Target", "Task", "File", "Data", "SLO", "Recovery", "Plugin", "Tape")
"""The tags by which keywords are grouped, each a page, in the order of the site."""
LIBDOC = {"en": "en", "zh": "zh-CN"}


def html(path: Path, language: str) -> Path:
    """Write libdoc's own page of a language, as `libdoc` on the command line does: texts as HTML."""
    library = copy.deepcopy(documented_library(language))
    library.convert_docs_to_html()
    library.save(str(path), "HTML")
    return path


@functools.cache
def specification(language: str) -> dict[str, Any]:
    """Return libdoc's JSON of a language."""
    return dict(json.loads(documented_library(LIBDOC[language]).to_json()))


def group_of(keyword: dict[str, Any]) -> str:
    """Return the group of a keyword of libdoc's JSON."""
    return next(group for group in GROUPS if group in keyword["tags"])


def identity(keyword: dict[str, Any]) -> tuple[str, int]:
    """Return what a keyword has in common in all languages: file and line of its method."""
    return Path(keyword["source"]).stem, keyword["lineno"]


def pages(language: str) -> dict[str, str]:
    """Return the keyword pages: an index, and a page for each group."""
    other = {identity(item): item["name"] for item in specification("zh" if language == "en" else "en")["keywords"]}
    found = {"keywords.md": index(language)}
    for group in GROUPS:
        members = [item for item in specification(language)["keywords"] if group_of(item) == group]
        lines = [f"# {translate(f'{group} keywords', language)}", ""]
        for item in members:
            lines += list(keyword(item, other.get(identity(item), item["name"]), language))
        found[f"keywords-{group.lower()}.md"] = "\n".join(lines)
    return found


def index(language: str) -> str:
    """Return the page that introduces the library and lists all keywords."""
    spec = specification(language)
    say = functools.partial(translate, language=language)
    intro = re.sub(r"(?m)^# ", "## ", spec["doc"].replace("%TOC%\n\n", ""))
    lines = [f"# {say('Keywords')}", "", intro, "", f"## {say('All keywords')}", ""]
    rows = []
    for group in GROUPS:
        names = [item["name"] for item in spec["keywords"] if group_of(item) == group]
        rows.append((say(group), " · ".join(f"[{name}](keywords-{group.lower()}.md#{anchor(name)})" for name in names)))
    lines += table((say("Group"), say("Keywords")), rows)
    lines += [f"## {say('Import arguments')}", "", say(IMPORTING), ""]
    lines += arguments(spec["inits"][0]["args"], language)
    other = "AIGCLibrary.html" if language == "en" else "AIGCLibrary-zh.html"
    return "\n".join([*lines, f"[{say('The same in the format of libdoc')}]({other})", ""])


IMPORTING = "All arguments of `Library    AIGCLibrary` are optional. Lists may be written as `a.yaml, b.yaml`."


def keyword(item: dict[str, Any], other: str, language: str) -> Iterator[str]:
    """Yield the lines that describe one keyword."""
    say = functools.partial(translate, language=language)
    yield from (f"## {item['name']} {{ #{anchor(item['name'])} }}", "")
    colon = ": " if language == "en" else "："
    yield from (f"*{say('Chinese' if language == 'en' else 'English')}*{colon}`{other}`", "")
    text, fence, example = item["doc"].partition("```robotframework")
    text = re.sub(r"\n*(Example|示例)[:：]\s*$", "", text.rstrip())
    yield from (linked(text, language), "")
    yield from arguments(item["args"], language)
    if item.get("returnDoc"):
        kind = f" ({code(type_name(item['returnType']))})" if item.get("returnType") else ""
        yield from (f"**{say('Returns')}**{kind}", "", linked(item["returnDoc"], language), "")
    if item.get("raises"):
        yield from (f"**{say('Raises')}**", "")
        yield from (f"- `{name}`{colon}{coded(' '.join(why.split()))}" for name, why in item["raises"].items())
        yield ""
    if fence:
        yield from (f"**{say('Example')}**", "", f"{fence}{example}".strip(), "")


def type_name(found: dict[str, Any]) -> str:
    """Write a type of libdoc's JSON as an annotation."""
    nested = [type_name(inner) for inner in found.get("nested") or ()]
    if found["name"] in ("Union", "Literal"):
        return " | ".join(nested)
    return f"{found['name']}[{', '.join(nested)}]" if nested else str(found["name"])


def arguments(args: list[dict[str, Any]], language: str) -> list[str]:
    """Describe arguments as a table."""
    rows, named = [], False
    for item in args:
        named = named or item["kind"] in ("NAMED_ONLY_MARKER", "NAMED_ONLY")
        if not item["name"]:
            continue
        stars = {"VAR_POSITIONAL": "*", "VAR_NAMED": "**"}.get(item["kind"], "")
        named = named or stars == "*"
        name = code(f"{stars}{item['name']}" + ("=" if named and not stars else ""))
        kind = code(item["repr"].partition(": ")[2].partition(" = ")[0]) if item["type"] else ""
        default = "" if item["required"] or item["defaultValue"] in (None, "None") else code(item["defaultValue"])
        rows.append((name, kind, default, linked(" ".join(item["doc"].split()), language)))
    return table([translate(word, language) for word in ("Argument", "Type", "Default", "Meaning")], rows)


def linked(text: str, language: str) -> str:
    """Link the names of keywords and the codes in a text."""
    places = links(language)
    return coded(re.sub(r"`([^`\n]+)`", lambda m: f"[`{m[1]}`]({places[m[1]]})" if m[1] in places else m[0], text))


def coded(text: str) -> str:
    """Link error codes to their explanation."""
    return re.sub(r"(?<![\w`#-])(AIGC\d{3})\b", lambda m: f"[{m[1]}](errors.md#{m[1].lower()})", text)


@functools.cache
def links(language: str) -> dict[str, str]:
    """Return the places of keywords by their names, with and without blanks."""
    found = {}
    for item in specification(language)["keywords"]:
        place = f"keywords-{group_of(item).lower()}.md#{anchor(item['name'])}"
        found |= {item["name"]: place, item["name"].replace(" ", ""): place}
    return found


def anchor(name: str) -> str:
    """Return the anchor of a keyword on its page."""
    return re.sub(r"\s+", "-", name.lower())
