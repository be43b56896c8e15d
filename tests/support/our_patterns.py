"""Prints the regular expressions of the library as JSON: `python -m tests.support.our_patterns`.

Those that a module compiles when it is imported, those that stand as text in a call of `re`, and those of the YAML
files that are part of the library. What a function builds of parts at run time is not among them.
"""

import ast
import importlib
import json
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2] / "AIGCLibrary"


def of_modules() -> Iterator[tuple[str, re.Pattern]]:
    """Import all modules, and return what they compile."""
    found, compiled = [], re.compile

    def compile_and_note(pattern: str | bytes | re.Pattern, flags: int = 0) -> re.Pattern:
        made = compiled(pattern, flags)
        where = sys._getframe(1).f_globals.get("__name__", "")
        if where.startswith("AIGCLibrary"):
            found.append((where, made))
        return made

    re.compile = compile_and_note
    import AIGCLibrary

    for module in pkgutil.walk_packages(AIGCLibrary.__path__, "AIGCLibrary."):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
        except ImportError as missing:  # of what is not installed
            if (missing.name or "").startswith("AIGCLibrary"):
                raise
    re.compile = compiled
    yield from found


def of_calls() -> Iterator[tuple[str, re.Pattern]]:
    """Return what is given to functions of `re` as text."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
                given = node.args[0]
                if isinstance(given, ast.Constant) and isinstance(given.value, str | bytes):
                    yield str(path.relative_to(ROOT)), re.compile(given.value)


def of_files() -> Iterator[tuple[str, re.Pattern]]:
    """Return what may be regular expressions in YAML files of ours."""
    for path in sorted(ROOT.rglob("*.yaml")):
        todo = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        while todo:
            one = todo.pop()
            if isinstance(one, dict):
                todo += one.values()
            elif isinstance(one, list):
                todo += one
            elif isinstance(one, str) and re.search(r"\\[dswb]|\(\?|[.\])][*+]|\[\^", one):
                try:
                    yield str(path.relative_to(ROOT)), re.compile(one)
                except re.error:
                    continue


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    made = {
        (one.pattern if isinstance(one.pattern, str) else one.pattern.decode("latin-1"), one.flags): where
        for source in (of_files, of_calls, of_modules)
        for where, one in source()
    }
    print(json.dumps([[where, pattern, flags] for (pattern, flags), where in made.items()]))
