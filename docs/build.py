"""Generates the reference from the code: `python docs/build.py [FOLDER]`, by default into `docs/reference`.

Keywords (libdoc, English and Chinese), error codes, settings, YAML formats, commands and events. Nothing of it is
written by hand or committed; `tests/unit/test_docs.py` checks that nothing is left out.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import functools
import importlib
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "AIGCLibrary"
CODE = re.compile(r"^AIGC\d{3}$")
CODE_TABLE = re.compile(r"^\|\s*(AIGC\d{3})\s*\|\s*(.*?)\s*\|", re.MULTILINE)
FAMILIES = {
    "0": "Input and configuration",
    "1": "Locators",
    "2": "Tasks",
    "3": "Files",
    "4": "Data, API and environments",
    "5": "Monitoring and SLOs",
    "6": "Recovery, plug-ins and MCP",
}


def build(folder: Path) -> list[Path]:
    """Write all pages into a folder; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"errors.md": errors(), "settings.md": settings(), "commands.md": commands(), "events.md": events()}
    pages |= {f"yaml-{name}.md": yaml_format(name, schema) for name, schema in schemas().items()}
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    libdocs = [keywords(folder / "AIGCLibrary.html", "en"), keywords(folder / "AIGCLibrary.zh-CN.html", "zh-CN")]
    return [*libdocs, *(folder / name for name in pages)]


def keywords(path: Path, language: str) -> Path:
    """Write the keyword page of a language with libdoc; the Chinese one leaves the English names out."""
    from robot.libdocpkg import LibraryDocumentation

    from AIGCLibrary.rf.translation import chinese_file, load_table

    library = LibraryDocumentation(f"AIGCLibrary::language={language}")
    if language != "en":
        names = {entry.get("name", "").replace(" ", "") for entry in load_table(chinese_file()).values()}
        library.keywords = [keyword for keyword in library.keywords if keyword.name.replace(" ", "") in names]
    library.save(str(path), "HTML")
    return path


@dataclass(frozen=True, slots=True)
class ErrorUse:
    """A place that raises a code: the error's class, and its message with `…` for what is filled in."""

    code: str
    kind: str
    text: str


def errors() -> str:
    """Describe the error codes by family, each with the messages that carry it."""
    uses: dict[str, list[ErrorUse]] = {}
    for use in error_uses():
        if use not in uses.setdefault(use.code, []):
            uses[use.code].append(use)
    lines = ["# Error codes", "", "Every message of the library ends with its code. The first digit is the area.", ""]
    for digit, family in FAMILIES.items():
        codes = sorted(code for code in uses if code[4] == digit)
        lines += [f"## {digit}xx {family}", ""] if codes else []
        for code in codes:
            lines += [f"### {code}", ""]
            told = {": ".join(filter(None, (use.kind, use.text))) for use in uses[code]}
            lines += [f"- {text}" for text in sorted(told)]
            lines += [""]
    return "\n".join(lines)


def error_uses() -> Iterator[ErrorUse]:
    """Find the codes in the source: in tables, as defaults of error classes, and where an error is made."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for code, text in CODE_TABLE.findall(ast.get_docstring(tree) or ""):
            yield ErrorUse(code, "", text)
        explained = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                purpose = (ast.get_docstring(node) or "").partition("\n")[0]
                given = [item.value for item in node.body if isinstance(item, ast.Assign) and is_code(item.value)]
                explained |= {id(item): ErrorUse(item.value, f"`{node.name}`", purpose) for item in given}
            elif isinstance(node, ast.Call):
                given = [item.value for item in node.keywords if item.arg == "code" and is_code(item.value)]
                kind = f"`{ast.unparse(node.func)}`"
                explained |= {id(item): ErrorUse(item.value, kind, message_of(node)) for item in given}
        yield from explained.values()
        module = f"`{path.relative_to(ROOT).with_suffix('').as_posix()}`"
        others = (node for node in ast.walk(tree) if is_code(node) and id(node) not in explained)
        yield from (ErrorUse(node.value, module, "") for node in others)


def is_code(node: ast.AST | None) -> bool:
    """Say whether a node is the text of an error code."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.match(node.value))


def message_of(call: ast.Call) -> str:
    """Give the message of an error as written, with `…` for values."""
    parts = [part for argument in call.args for part in text_parts(argument)]
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def text_parts(node: ast.AST) -> Iterator[str]:
    """Give the literal pieces of a text expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part for value in node.values for part in text_parts(value))
    elif isinstance(node, ast.FormattedValue):
        yield "…"
    elif isinstance(node, ast.BinOp):
        yield from (*text_parts(node.left), *text_parts(node.right))


def settings() -> str:
    """Describe the settings: import argument, YAML key, environment variable, default."""
    from AIGCLibrary.config import _ENVIRONMENT, Settings

    described = argument_docs(Settings.__doc__ or "")
    lines = ["# Settings", "", "Where a setting is given more than once, the nearest to the test wins:", ""]
    lines += ["import argument > `AIGC_*` environment variable > config file > default", ""]
    lines += ["| Setting | Environment variable | Default | Meaning |", "|---|---|---|---|"]
    for field in dataclasses.fields(Settings):
        if field.name == "arguments":
            continue  # where the others came from
        variable = f"`AIGC_{field.name.upper()}`" if field.name in _ENVIRONMENT else ""
        default = "" if field.default in (None, dataclasses.MISSING, (), "") else f"`{field.default}`"
        lines.append(f"| `{field.name}` | {variable} | {default} | {cell(described.get(field.name, ''))} |")
    lines += ["", "`AIGC_CONFIG` names a config file for all suites. For the commands and the browser:", ""]
    lines += ["| Environment variable | Meaning |", "|---|---|"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items()]
    return "\n".join([*lines, ""])


VARIABLES = {
    "AIGC_CONFIG": "Config file (`aigc.yaml`)",
    "AIGC_RUN": "Another name of AIGC_RUN_ID: the launches on several machines that are one run",
    "AIGC_BROWSER": "The browser's program, instead of an installed one",
    "AIGC_DASHBOARD_TOKEN": "What a visitor of the dashboard must know; needed where it listens beyond this machine",
    "AIGC_BROWSER_ARGS": "More arguments for the browser, separated by spaces",
}


def argument_docs(docstring: str) -> dict[str, str]:
    """Read the `Args:` of a docstring."""
    section = inspect.cleandoc(docstring).partition("Args:\n")[2].split("\n\n")[0]
    entries = re.split(r"\n(?=\S)", textwrap.dedent(section))
    pairs = (entry.partition(":") for entry in entries if ":" in entry)
    return {name.strip().lstrip("*"): " ".join(text.split()) for name, _, text in pairs}


def commands() -> str:
    """Describe the commands and their subcommands by their own help."""
    from AIGCLibrary.cli.main import build_parser, find_commands

    parser = build_parser(find_commands())
    lines = ["# Commands", "", "`aigc`, or `python -m AIGCLibrary` where scripts are not on the PATH.", ""]
    for child in parser.children.values():
        for depth, one in parsers(child):
            lines += [f"{'#' * depth} {one.prog}", "", "```text", one.format_help().rstrip(), "```", ""]
    return "\n".join(lines)


def parsers(parser: argparse.ArgumentParser, depth: int = 2) -> Iterator[tuple[int, argparse.ArgumentParser]]:
    """Give a parser and those of its subcommands, with the depth of their headings."""
    yield depth, parser
    for action in parser._actions:  # noqa: SLF001 - argparse lists its subcommands nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for child in dict.fromkeys(action.choices.values()):
                yield from parsers(child, depth + 1)


def events() -> str:
    """Describe the events of the bus and their fields."""
    from AIGCLibrary import events as module

    lines = [
        "# Events",
        "",
        "What the abilities tell each other and plug-ins; `context.engine.bus.on(Event, function)`.",
        "",
    ]
    for name, item in sorted(vars(module).items()):
        if not (inspect.isclass(item) and dataclasses.is_dataclass(item) and item.__module__ == module.__name__):
            continue
        described = argument_docs(item.__doc__ or "")
        lines += [f"## {name}", "", inspect.cleandoc(item.__doc__ or "").partition("\n\n")[0], ""]
        lines += [
            f"- `{field.name}`: {described.get(field.name, '')}".rstrip(": ") for field in dataclasses.fields(item)
        ]
        lines += [""]
    return "\n".join(lines)


def schemas() -> dict[str, dict[str, Any]]:
    """Read the JSON Schemas of our YAML formats; by name."""
    files = sorted((PACKAGE / "schemas").glob("*.schema.json"))
    return {path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8")) for path in files}


EXPLAINED = {
    ("provider", "expression"): "AIGCLibrary.tasks.providers.expressions",
    ("rules", "demand"): "AIGCLibrary.files.rules.constraint",
}
"""Types of values whose whole explanation is that of a module."""


def yaml_format(name: str, schema: dict[str, Any]) -> str:
    """Describe a YAML format: every key, what it means, what it may be; then the types, once each."""
    types = schema.get("$defs", {})
    lines = [f"# {schema.get('title', name)}", "", schema.get("description", ""), ""]
    lines += [f"Schema: `AIGCLibrary/schemas/{name}.schema.json`, for completion in editors.", ""]
    lines += table({key: value for key, value in schema.items() if key != "$defs"}, types)
    for key, node in types.items():
        lines += [f"## {key}", "", sentence(node.get("description", ""))]
        lines += ["", f"May be: {kind(node, types)}."] if kind(node, types) else []
        lines += ["", f"For example: {', '.join(code(one) for one in node['examples'])}."] if "examples" in node else []
        module = EXPLAINED.get((name, key))
        lines += ["", explanation(module)] if module else []
        lines += ["", *table(node, types)]
    return "\n".join(lines).rstrip() + "\n"


def table(node: dict[str, Any], types: dict[str, Any]) -> list[str]:
    """Give the keys below a part of a schema as a table; nothing when it has none."""
    rows = []
    for place, key, child in keys(node, ()):
        meaning = sentence(child.get("description", ""))
        if "examples" in child:
            meaning += f" For example: {', '.join(code(one) for one in child['examples'])}"
        rows.append(f"| {cell('.'.join([*place, f'**{key}**']))} | {cell(kind(child, types))} | {cell(meaning)} |")
    return ["| Key | May be | Meaning |", "|---|---|---|", *rows, ""] if rows else []


def explanation(module: str) -> str:
    """Give what the docstring of a module says below its first line; lined-up text as it stands."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    blocks = text.partition("\n\n")[2].split("\n\n")
    return "\n\n".join(f"```text\n{block}\n```" if re.search(r"\S {3,}\S", block) and "|" not in block else block
                       for block in blocks)  # fmt: skip


def sentence(text: str) -> str:
    """End a description with a full stop."""
    return text if not text or text.endswith((".", "…")) else f"{text}."


def code(text: object) -> str:
    """Show a text as code, also when backticks are in it."""
    return f"`` {text} ``" if "`" in str(text) else f"`{text}`"


def keys(node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, dict[str, Any]]]:
    """Give every key a part of a schema knows, with the place it is at."""
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


def kind(node: dict[str, Any], types: dict[str, Any]) -> str:
    """Say in a few words what a value may be; types are linked to their explanation on the page."""
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


def cell(text: str) -> str:
    """Make a text fit into a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for page in build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "reference"):
        print(page)
