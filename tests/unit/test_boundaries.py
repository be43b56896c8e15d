"""The walls of the house, read from the imports: who may import whom, no circles, no file too large."""

import ast
import re
import subprocess
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "AIGCLibrary"
ROBOT = {"robot", "robotlibcore", "assertionengine", "Browser", "RequestsLibrary"}
CAPABILITIES = ("locators", "tasks", "files", "data", "monitoring", "recovery", "plugins")
SIBLINGS = ("locators", "tasks", "files", "data")
GROUND = [
    "events",
    "errors",
    "config",
    "loop",
    "redaction",
    "harmless",
    "i18n",
    "sentences",
    "repetition",
    "wording",
    "patterns",
    "clock",
    "units",
    "process",
    "yaml",
    "content",
    "http",
    "jinja",
    "_version",
    "schemas",
    "locales",
    "defaults",
    "store",
    "driver",
    "tape",
    "misbehave",
]
ROBOT_SIDE = ("library", "listener", "keywords", "rf")

# What each part of the package may import besides itself and the ground. Annotations count: a reader follows an import
# under TYPE_CHECKING like any other. `engine` is the composition root; nothing below it knows it.
ALLOWED = {
    "library": {"keywords", "rf", "engine"},
    "listener": {"keywords", "rf", "engine", *CAPABILITIES},
    "keywords": {"rf", "engine", *CAPABILITIES},
    "rf": {"engine", *CAPABILITIES},
    "engine": {*CAPABILITIES, "runtime"},
    "runtime": set(),
    "cli": {"engine", "studio", "rf", *CAPABILITIES},
    "studio": set(),
    **{name: {"runtime", "plugins"} for name in CAPABILITIES},
    "recovery": {"runtime", "plugins", "monitoring"},
    **{name: set() for name in GROUND},
}


def paths():
    """All modules of the package: dotted name -> file."""
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


MODULES = dict(paths())


@cache
def read(name):
    """A module's tree and its number of non-blank lines."""
    text = MODULES[name].read_text(encoding="utf-8")
    return ast.parse(text), sum(1 for line in text.splitlines() if line.strip())


def is_typing_only(node):
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


@cache
def imports(name, *, at_start_only=False):
    """Names a module imports, for annotations too; only those at run time when only the start counts."""
    return tuple(each_import(name, at_start_only))


def each_import(name, at_start_only):
    (tree, _), path = read(name), MODULES[name]
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    skipped: set[int] = set()
    if at_start_only or path.stem == "__init__":  # the public names that a package loads lazily are no dependency
        skipped |= {id(inner) for node in ast.walk(tree) if is_typing_only(node) for inner in ast.walk(node)}
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        skipped |= {id(inner) for function in functions for inner in ast.walk(function)}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield full if full in MODULES else base
        elif isinstance(node, ast.Call) and "import_module" in ast.dump(node.func):
            yield from (one.value for one in node.args if isinstance(one, ast.Constant))


def part(name):
    return name.split(".")[1] if "." in name else ""


def test_only_the_robot_side_imports_robot():
    broken = [
        f"{name} imports {used}"
        for name in MODULES
        if part(name) not in (*ROBOT_SIDE, "cli")
        for used in imports(name)
        if used.split(".")[0] in ROBOT
    ]
    assert broken == []


def test_the_command_line_uses_only_robots_run_and_result_api():
    broken = [
        f"{name} imports {used}"
        for name in MODULES
        if part(name) == "cli"
        for used in imports(name)
        if used.split(".")[0] in ROBOT
        and not used.startswith(("robot.api", "robot.run", "robot.rebot", "robot.libdoc", "robot.result"))
    ]
    assert broken == []


@pytest.mark.parametrize("name", sorted(name for name, path in MODULES.items() if path.stem == "__init__"))
def test_a_package_says_what_it_is_for_and_names_files_that_are_there(name):
    (tree, _), path = read(name), MODULES[name]
    text = ast.get_docstring(tree) or ""
    assert text.partition("\n")[0].endswith((".", "?", ":"))
    named = re.findall(r"^ *([\w/]+\.py)|`(\w+\.py)`|[,;] (\w+\.py)", text, re.MULTILINE)
    missing = [one for found in named for one in found if one and not list(path.parent.rglob(one))]
    assert missing == []


def test_every_part_of_the_house_has_its_place():
    parts = {part(name) for name in MODULES} - {"", "__main__"}
    assert parts - set(ALLOWED) == set()


def test_imports_point_down():
    broken = []
    for name in MODULES:
        home = part(name)
        if home in ("", "__main__"):
            continue
        for used in imports(name):
            other = part(used) if used.startswith(f"{PACKAGE}.") else ""
            if other and other != home and other not in GROUND and other not in ALLOWED[home]:
                broken.append(f"{name} imports {used}")
    assert broken == []


@pytest.mark.parametrize("name", SIBLINGS)
def test_capabilities_do_not_import_each_other(name):
    others = tuple(f"{PACKAGE}.{other}" for other in SIBLINGS if other != name)
    broken = [
        f"{module} imports {used}"
        for module in MODULES
        if part(module) == name
        for used in imports(module)
        if used.startswith(others)
    ]
    assert broken == []


def test_the_ground_stands_on_nothing_above_it():
    broken = [
        f"{name} imports {used}"
        for name in MODULES
        if part(name) in GROUND
        for used in imports(name)
        if used.startswith(f"{PACKAGE}.") and part(used) not in GROUND
    ]
    assert broken == []


@pytest.mark.parametrize("at_start_only", [True, False], ids=["when loaded", "for a reader"])
def test_no_circles(at_start_only):
    graph = {name: {used for used in imports(name, at_start_only=at_start_only) if used in MODULES} for name in MODULES}
    for name, used in graph.items():
        # A package re-exports its modules; that a module imports its own package's parent is no circle.
        used -= {name, *(parent for parent in used if name.startswith(f"{parent}."))}
    assert circles(graph) == []


def circles(graph):
    """Circles of a graph, each as `a -> b -> a`."""
    state, found = {}, []

    def visit(name, trail):
        state[name] = "open"
        for used in sorted(graph[name]):
            if state.get(used) == "open":
                found.append(" -> ".join([*trail[trail.index(used) :], used]))
            elif used not in state:
                visit(used, [*trail, used])
        state[name] = "done"

    for name in sorted(graph):
        if name not in state:
            visit(name, [name])
    return found


def test_circles_are_found():
    chain = {a: {b} for a, b in pairwise("abca")}
    assert circles(chain) == ["a -> b -> c -> a"]


def test_no_file_is_too_large():
    assert {name: lines for name in MODULES if (lines := read(name)[1]) > 400} == {}


def test_the_median_file_fits_on_two_screens():
    assert median(lines for name in MODULES if (lines := read(name)[1]) > 2) <= 130


def test_every_module_says_in_its_first_sentence_what_it_is_for():
    silent = [name for name in MODULES if read(name)[1] and not ast.get_docstring(read(name)[0])]
    assert silent == []


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"av", "PIL", "aiohttp", "sqlalchemy", "rich", "jmespath", "robot", "yaml", "jinja2"}
    start = {used.split(".")[0] for used in imports(PACKAGE, at_start_only=True)}
    assert start & heavy == set()


def test_the_command_line_starts_light():
    """`aigc --help` and a mistyped command answer at once: nothing heavy is loaded to find the subcommands."""
    heavy = ["av", "PIL", "aiohttp", "sqlalchemy", "rich", "jmespath", "robot", "requests", "jinja2", "numpy"]
    program = (
        "import sys; from AIGCLibrary.cli.main import build_parser, find_commands; build_parser(find_commands());"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
