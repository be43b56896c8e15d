"""The pages of the YAML formats, from their JSON Schemas."""

import functools
import importlib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sitegen.markdown import cell, code, sentence
from sitegen.markdown import table as rows_of
from sitegen.texts import load, translate

PACKAGE = Path(__file__).resolve().parents[2] / "AIGCLibrary"
EXPLAINED = {
    ("provider", "expression"): "AIGCLibrary.tasks.providers.expressions",
    ("rules", "demand"): "AIGCLibrary.files.rules.constraint",
}
"""Types of values that the docstring of a module explains."""


def schemas() -> dict[str, dict[str, Any]]:
    """Read the JSON Schemas of our YAML formats; by name."""
    files = sorted((PACKAGE / "schemas").glob("*.schema.json"))
    return {path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8")) for path in files}


def yaml_format(name: str, schema: dict[str, Any], language: str = "en") -> str:
    """Describe a YAML format: an example, every key, what it means, what it may be; then the types, once each."""
    types = schema.get("$defs", {})
    say = functools.partial(translate, language=language)
    lines = [f"# {say(schema.get('title', name))}", "", say(schema.get("description", "")), ""]
    if name in load("formats"):
        example = load("formats")[name]
        lines += [say("For example:"), "", "```yaml", example["example"].rstrip(), "```", ""]
    lines += [joined(say(SCHEMA), f"`AIGCLibrary/schemas/{name}.schema.json`"), ""]
    lines += table({key: value for key, value in schema.items() if key != "$defs"}, types, language)
    for key, node in types.items():
        lines += [f"## {key}", "", sentence(say(node.get("description", "")))]
        options = values(node, types, language)
        lines += ["", joined(say("May be:"), options)] if options else []
        lines += ["", joined(say("For example:"), ", ".join(map(code, node["examples"])))] if "examples" in node else []
        module = EXPLAINED.get((name, key))
        lines += ["", explanation(module, language)] if module else []
        lines += ["", *table(node, types, language)]
    return "\n".join(lines).rstrip() + "\n"


SCHEMA = "JSON Schema, which editors use for completion:"


def table(node: dict[str, Any], types: dict[str, Any], language: str) -> list[str]:
    """Describe the keys below a part of a schema as a table; nothing when it has none."""
    rows = []
    for place, key, child in keys(node, ()):
        meaning = sentence(translate(child.get("description", ""), language))
        if "examples" in child:
            meaning += " " + joined(translate("For example:", language), ", ".join(map(code, child["examples"])))
        rows.append(
            f"| {cell('.'.join([*place, f'**{key}**']))} | {cell(values(child, types, language))} | {cell(meaning)} |"
        )
    headings = " | ".join(translate(word, language) for word in ("Key", "Values", "Meaning"))
    return [f"| {headings} |", "|---|---|---|", *rows, ""] if rows else []


def explanation(module: str, language: str) -> str:
    """Return what the docstring of a module says below its first line; aligned text as it is."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    return "\n\n".join(explained(block, language) for block in text.partition("\n\n")[2].split("\n\n"))


def explained(block: str, language: str) -> str:
    """Return a block of a docstring in a language: a paragraph, code, or two columns, of which the second is words."""
    if block.startswith("```"):
        return block
    columns = r"(\|.*?(?<!\|)\|(?!\|) +)(\S.*?)( \|)$"
    if not block.startswith("|") and not re.search(r"\S {3,}\S", block):
        return translate(block, language)
    head, *lines = block.splitlines()
    if block.startswith("|"):
        head = re.sub(r"\w+(?: \w+)*", lambda found: translate(found[0], language), head)
        return "\n".join(
            [
                head,
                *(re.sub(columns, lambda row: row[1] + translate(row[2], language) + row[3], line) for line in lines),
            ]
        )
    rows = [re.split(r" {2,}", line, maxsplit=1) for line in lines]
    headings = [translate(word, language) for word in re.split(r" {2,}", head, maxsplit=1)]
    return "\n".join(rows_of(headings, [(code(left), translate(right, language)) for left, right in rows])).rstrip()


def keys(node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
    """Yield every key that a part of a schema defines, with its place."""
    if isinstance(node, list):
        for item in node:
            yield from keys(item, place)
    if not isinstance(node, dict):
        return
    for key, child in node.get("properties", {}).items():
        described = child if isinstance(child, dict) else {}
        yield place, key, described
        yield from keys(described, (*place, key))
    for pattern, child in node.get("patternProperties", {}).items():
        yield from keys(child, (*place, f"<{pattern}>"))
    for word in ("items", "additionalProperties", "allOf", "anyOf", "oneOf", "then", "else", "prefixItems"):
        yield from keys(node.get(word), (*place, "<name>") if word == "additionalProperties" else place)


WORDS = {
    "object": ("mapping", "映射"),
    "array": ("list", "列表"),
    "string": ("text", "文本"),
    "number": ("number", "数字"),
    "integer": ("whole number", "整数"),
    "boolean": ("`true` or `false`", "`true` 或 `false`"),
    "null": ("`null`", "`null`"),
    " or ": (" or ", "或"),
    " of ": (" of ", "，每项为"),
}
"""How pages say what a value may be: by the words of JSON Schema, English and Chinese."""
_WORD = re.compile(r"(`[^`]*`|\[[^\]]*\]\([^)]*\))|(\b(?:object|array|string|number|integer|boolean|null)\b| or | of )")
"""A word of those, outside of code and links."""


def values(node: dict[str, Any], types: dict[str, Any], language: str) -> str:
    """Describe in a language what a value may be."""
    chosen = language == "zh"
    return _WORD.sub(lambda found: found[1] or WORDS[found[2]][chosen], kind(node, types))


def joined(label: str, text: str) -> str:
    """Put a text behind its label: a Chinese colon needs no space."""
    return f"{label}{text}" if label.endswith("：") else f"{label} {text}"


def kind(node: dict[str, Any], types: dict[str, Any]) -> str:
    """Describe briefly what a value may be; types are linked to their explanation on the page."""
    if "$ref" in node:
        first, *rest = node["$ref"].removeprefix("#/$defs/").split("/")
        if not rest:
            return f"[{first}](#{first})"
        return kind(functools.reduce(lambda inner, part: inner[part], rest, types[first]), types)
    if "enum" in node:
        return ", ".join(code(json.dumps(value) if not isinstance(value, str) else value) for value in node["enum"])
    if "const" in node:
        return code(node["const"])
    if "type" in node:
        inner = node.get("items") or node.get("additionalProperties") or {}
        listed = kind(inner, types) if isinstance(inner, dict) and "properties" not in inner else ""
        of = f" of {listed}" if listed and node["type"] in ("array", "object") else ""
        return (" or ".join(node["type"]) if isinstance(node["type"], list) else str(node["type"])) + of
    options = [
        kind(option, types) for word in ("oneOf", "anyOf") for option in node.get(word, []) if isinstance(option, dict)
    ]
    return " or ".join(dict.fromkeys(option for option in options if option))
