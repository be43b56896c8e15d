"""Checks of the code blocks of all pages: YAML and JSON by their schemas, Python, TOML, commands, suites."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from sitegen.staging import DOCS, LEFT_OUT, ROOT

BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>\w+)[^\n]*\n(?P<text>.*?)^ *```", re.DOTALL | re.MULTILINE)
FORMAT_OF = {
    "environments": "environments",
    "targets": "locators",
    "providers": "provider",
    "rules": "rules",
    "slo": "slo",
    "nodes": "template",
    "strategies": "recovery",
    "options": "config",
}
"""Which format a YAML block is in, by its first known key."""
FRAGMENTS = ("auth", "inputs", "submit", "error", "headers")


@dataclass(frozen=True, slots=True)
class Block:
    """A code block of a page."""

    page: Path
    line: int
    kind: str
    text: str

    def problem(self, what: object) -> str:
        """Return a problem with the place of the block."""
        return f"{self.page.relative_to(ROOT)}:{self.line}: {what}"


_SEVERAL = "Several failures occurred:"
_NUMBERED = re.compile(r"^\d+\) ")
_NAMES = re.compile(
    r"There is no (target|template|environment|rule set|SLO|provider) '"
    r"|Target '[^']*' (takes no values|has no parameters)"
    r"|没有名为“[^”]*”的(元素|模板|环境|规则集|目标项|接口描述)"
)
"""What a dry run says of names that no file of this project has."""


def pages() -> list[Path]:
    """Return all written pages of the repository."""
    docs = (path for path in DOCS.rglob("*.md") if path.relative_to(DOCS).parts[0] not in LEFT_OUT)
    return sorted([*ROOT.glob("*.md"), *docs])


def blocks() -> Iterator[Block]:
    """Yield the code blocks of all pages."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            yield Block(page, text.count("\n", 0, match.start()) + 1, match["kind"], textwrap.dedent(match["text"]))


def all_problems() -> list[str]:
    """Return all problems, with those that only a dry run of Robot Framework finds."""
    return [*problems(), *suite_problems()]


def problems() -> list[str]:
    """Return the problems that can be found without running anything."""
    found = []
    for block in blocks():
        check = CHECKS.get(block.kind)
        try:
            found += [block.problem(what) for what in (check(block.text) if check else ())]
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a block is a problem of the page
            found.append(block.problem(f"{type(error).__name__}: {error}"))
    return found


def check_yaml(text: str) -> Iterator[str]:
    """Check YAML, and what is recognised as one of our formats by its schema."""
    from AIGCLibrary.yaml import parse_yaml

    parts = re.split(r"(?m)^# (?=\S+\.yaml)", text)
    for part in parts if len(parts) > 1 else [text]:
        try:
            content = yaml.safe_load(part if len(parts) == 1 else part.partition("\n")[2])
        except yaml.constructor.ConstructorError:
            content = None
        if not isinstance(content, dict):
            continue
        kind = next((name for key, name in FORMAT_OF.items() if key in content), None)
        whole = kind and not any(key in content for key in FRAGMENTS)
        if kind and whole:
            body = part if len(parts) == 1 else part.partition("\n")[2]
            parse_yaml(body, Path(f"{kind}.yaml"), kind)
    return iter(())


def check_python(text: str) -> Iterator[str]:
    """Check the syntax of Python."""
    ast.parse(text)
    return iter(())


def check_toml(text: str) -> Iterator[str]:
    """Check TOML."""
    tomllib.loads(text)
    return iter(())


def check_json(text: str) -> Iterator[str]:
    """Check JSON."""
    json.loads(text)
    return iter(())


def check_console(text: str) -> Iterator[str]:
    """Check that the commands and options of `aigc` in a console block exist."""
    for line in text.splitlines():
        command = re.sub(r"\s+#.*$", "", line.strip().removeprefix("$ "))
        if command.startswith("aigc "):
            yield from command_problems(shlex.split(command)[1:])


def command_problems(words: list[str]) -> Iterator[str]:
    """Check words after `aigc`: each subcommand and option exists."""
    from AIGCLibrary.cli.main import build_parser, find_commands

    parser = build_parser(find_commands()).children.get(words[0])
    if parser is None:
        yield f"'aigc {words[0]}' is not a command"
        return
    known = {option for action in parser._actions for option in action.option_strings}  # noqa: SLF001
    from sitegen.commands import parsers

    for _, child in parsers(parser):
        if child is not parser and child.prog.split()[-1] in words:
            known |= {option for action in child._actions for option in action.option_strings}  # noqa: SLF001
    for word in words[1:]:
        name = word.partition("=")[0]
        quoted = " " in name  # options of robot in one word
        if name.startswith("-") and name != "-" and not quoted and name not in known:
            yield f"'aigc {words[0]}' has no option '{name}'"


CHECKS = {
    "yaml": check_yaml,
    "python": check_python,
    "toml": check_toml,
    "json": check_json,
    "console": check_console,
}


def suite_problems() -> list[str]:
    """Dry-run all Robot Framework blocks: keywords exist and take these arguments, sections are well-formed."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        places = write_suites(Path(folder))
        command = [
            sys.executable,
            "-m",
            "robot",
            "--dryrun",
            "--output",
            "out.json",
            "--log",
            "NONE",
            "--report",
            "NONE",
        ]
        command += ["--pythonpath", str(ROOT), "--consolecolors", "off", "--variable", "STUDIO_URL:http://127.0.0.1:1"]
        command += ["--variable", "STUDIO_TOKEN:x", "--variable", "HEADLESS:True", "suites"]
        environment = {**os.environ, "STUDIO_TOKEN": "x"}
        run = subprocess.run(  # noqa: S603
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        errors = [line for line in run.stderr.splitlines() if "ERROR" in line]
        found += [f"{named(line, places)}" for line in errors]
        path = Path(folder) / "out.json"
        if not path.exists():
            return [*found, run.stdout[-2000:] + run.stderr[-2000:]]
        found += [
            f"{places[suite]}: {message}" for suite, message in failures(json.loads(path.read_text(encoding="utf-8")))
        ]
    return found


def named(line: str, places: dict[str, str]) -> str:
    """Replace the name of a temporary suite by the place of its block."""
    return next((f"{place}: {line}" for name, place in places.items() if f"{name}.robot" in line), line)


def write_suites(folder: Path) -> dict[str, str]:
    """Write each Robot Framework block as a suite: fragments get a test around them; return places by suite."""
    places = {}
    suites = folder / "suites"
    suites.mkdir()
    pages_seen: dict[Path, list[Block]] = {}
    for block in blocks():
        if block.kind == "robotframework":
            pages_seen.setdefault(block.page, []).append(block)
    for page, found in pages_seen.items():
        for number, text in enumerate(suites_of(page, [block.text for block in found])):
            name = f"Page{len(places)}x"
            places[name] = f"{page.relative_to(ROOT)}:{found[number].line}"
            (suites / f"{name}.robot").write_text(text, encoding="utf-8")
    for name in ("resources", "keywords"):
        (folder / name).symlink_to(ROOT / name)
    return places


def suites_of(page: Path, texts: list[str]) -> Iterator[str]:
    """Yield the suites of a page: a `.robot.md` page is one suite, other pages have a suite or a fragment a block."""
    chinese = page.name.endswith((".zh.md", ".zh-CN.md")) or "tutorial.zh" in page.parts
    if page.name.endswith(".robot.md"):
        yield "\n".join(texts).replace("${CURDIR}", str(page.parent))
        return
    for text in texts:
        if "***" in text:
            yield (
                text
                if "Test Cases" in text or "用例 ***" in text
                else f"{text}\n*** Test Cases ***\nX\n    No Operation\n"
            )
            continue
        library = "Library    AIGCLibrary    language=zh-CN" if chinese else "Library    AIGCLibrary"
        head = f"*** Settings ***\nLibrary    Browser\nLibrary    RequestsLibrary\n{library}\n\n*** Test Cases ***\nX\n"
        yield head + textwrap.indent(text, "    ")


def is_about_names(message: str) -> bool:
    """Report whether a failure of the dry run is only about names: those of pages are of the reader's project."""
    lines = [_NUMBERED.sub("", line) for line in message.splitlines() if line and line != _SEVERAL]
    return bool(lines) and all(_NAMES.match(line) for line in lines)


def failures(result: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the failed tests of Robot's JSON output, with the name of their suite."""

    def walk(suite: dict[str, object]) -> Iterator[tuple[str, str]]:
        for test in suite.get("tests", []):  # type: ignore[attr-defined]
            if test["status"] == "FAIL" and not is_about_names(test.get("message", "")):
                yield str(suite["name"]).replace(" ", ""), test.get("message", "")
        for child in suite.get("suites", []):  # type: ignore[attr-defined]
            yield from walk(child)

    yield from walk(result.get("suite", result))  # type: ignore[arg-type]
