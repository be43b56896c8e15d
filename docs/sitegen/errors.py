"""The page of error codes: cause and remedy from `docs/texts/errors.yaml`, messages and classes from the source."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sitegen.texts import LANGUAGES, load, translate

ROOT = Path(__file__).resolve().parents[2]
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
    "7": "Tapes",
}


@dataclass(frozen=True, slots=True)
class ErrorUse:
    """A place that raises a code: the error's class, and its message with `…` for values."""

    code: str
    kind: str
    text: str


def errors(language: str = "en") -> str:
    """Describe the error codes by family: title, cause, remedy, and the classes and messages that carry the code."""
    uses: dict[str, list[ErrorUse]] = {}
    for use in error_uses():
        if use not in uses.setdefault(use.code, []):
            uses[use.code].append(use)
    lines = [f"# {translate('Error codes', language)}", "", translate(INTRO, language), ""]
    for digit, family in FAMILIES.items():
        codes = sorted(code for code in uses if code[4] == digit)
        lines += [f"## {digit}xx {translate(family, language)}", ""] if codes else []
        for code in codes:
            lines += entry(code, uses[code], language)
    return "\n".join(lines)


INTRO = (
    "Every error message of the library ends with its code. The first digit is the area. A hint below the message says "
    "what to do in the case at hand; this page says it for the code in general."
)


def entry(code: str, uses: list[ErrorUse], language: str) -> list[str]:
    """Describe one code."""
    explained = {key: texts[LANGUAGES.index(language)] for key, texts in load("errors").get(code, {}).items()}
    lines = [f"### {code}", ""]
    if explained:
        lines += [f"**{explained['title']}**", ""]
        lines += [f"- {translate('Cause', language)}{colon(language)}{explained['cause']}"]
        lines += [f"- {translate('Remedy', language)}{colon(language)}{explained['remedy']}", ""]
    classes = sorted({use.kind for use in uses if use.kind and "/" not in use.kind and "." not in use.kind})
    if classes:
        lines += [f"{translate('Class', language)}{colon(language)}{', '.join(classes)}", ""]
    written = {use.text for use in uses if use.kind and len(use.text.strip("….: ")) > 12 and "…" in use.text}
    messages = [message if language == "en" else chinese_message(message) for message in sorted(written)]
    if messages:
        lines += [f"{translate('Messages', language)}{colon(language)}", "", "```text", *messages, "```", ""]
    return lines


def chinese_message(text: str) -> str:
    """Return the Chinese of a message, with `…` for values: numbers take their places while it is translated."""
    from AIGCLibrary.i18n import CHINESE, in_language

    pieces = text.split("…")
    marks = [str(number) for number in range(7001, 7000 + len(pieces))]
    filled = "".join(part for pair in zip(pieces, [*marks, ""], strict=True) for part in pair)
    return re.sub("|".join(marks) or "$^", "…", in_language(filled, CHINESE))


def colon(language: str) -> str:
    """Return the colon of a language, with the blank after it."""
    return "：" if language == "zh" else ": "


@functools.cache
def error_uses() -> tuple[ErrorUse, ...]:
    """Find the codes in the source: in tables, as defaults of error classes, and where an error is created."""
    return tuple(found_uses())


def found_uses() -> Iterator[ErrorUse]:
    """Yield the codes of all source files."""
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
    """Return whether a node is the text of an error code."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(CODE.match(node.value))


def message_of(call: ast.Call) -> str:
    """Return the message of an error as written, with `…` for values."""
    parts = [part for argument in call.args for part in text_parts(argument)]
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def text_parts(node: ast.AST) -> Iterator[str]:
    """Yield the literal pieces of a text expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from (part for value in node.values for part in text_parts(value))
    elif isinstance(node, ast.FormattedValue):
        yield "…"
    elif isinstance(node, ast.BinOp):
        yield from (*text_parts(node.left), *text_parts(node.right))
