"""Nothing public is undocumented, and what the documentation shows works."""

import ast
import importlib.util
import inspect
import json
import re
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest
from robot.api import get_model
from robot.libdocpkg import LibraryDocumentation

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "AIGCLibrary"
FENCE = re.compile(r"```robot(?:framework)?\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
PAGES = sorted(
    path
    for folder in (ROOT, ROOT / "docs")
    for path in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
    if not {"reference", "texts"} & set(path.parts)
)


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    build.build(folder)
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.fixture(scope="module")
def library():
    return LibraryDocumentation("AIGCLibrary::language=en")


def test_every_keyword_is_on_the_keyword_page(reference, library):
    assert library.keywords
    missing = [keyword.name for keyword in library.keywords if f'"{keyword.name}"' not in reference["AIGCLibrary.html"]]
    assert missing == []


@pytest.fixture(scope="module")
def methods():
    """The methods of the keywords by keyword name, with their English documentation."""
    from AIGCLibrary import AIGCLibrary

    return {
        name: (method, inspect.getdoc(method) or "") for name, method in AIGCLibrary(language="en").keywords.items()
    }


def test_every_keyword_says_in_one_line_what_it_does(methods):
    assert [name for name, (_, doc) in methods.items() if not doc.partition("\n")[0].endswith((".", "?"))] == []


def test_every_argument_of_a_keyword_is_described(methods):
    silent = {}
    for name, (method, doc) in methods.items():
        missing = [argument for argument in inspect.signature(method).parameters if f"{argument}:" not in doc]
        if missing:
            silent[name] = missing
    assert silent == {}


def test_every_keyword_has_an_example(methods):
    assert [name for name, (_, doc) in methods.items() if not FENCE.search(doc)] == []


def test_every_error_code_is_in_the_reference(reference):
    used = {
        code
        for path in (*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.yaml"))
        for code in re.findall(r"\bAIGC\d{3}\b", path.read_text(encoding="utf-8"))
    }
    raised = set(re.findall(r"^### (AIGC\d{3})", reference["errors.md"], re.MULTILINE))
    assert used - raised == set()


def test_an_error_code_belongs_to_the_family_of_its_area():
    areas = {"locators": "1", "tasks": "2", "files": "3", "data": "4", "monitoring": "5", "recovery": "6"}
    strange = []
    for area, digit in areas.items():
        for path in (PACKAGE / area).rglob("*.py"):
            allowed = (digit, "6") if path.name == "plugin.py" else (digit,)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                given = node.value if isinstance(node, ast.keyword) and node.arg == "code" else None
                if isinstance(given, ast.Constant) and str(given.value)[4:5] not in (*allowed, "0", ""):
                    strange.append(f"{path.relative_to(ROOT)}: {given.value}")
    assert strange == []


def test_every_setting_is_in_the_reference(reference):
    from AIGCLibrary.config import Settings

    assert [
        name
        for name in Settings.__dataclass_fields__
        if name != "arguments" and f"| `{name}` |" not in reference["settings.md"]
    ] == []


def test_every_setting_can_be_given_in_the_config_file(build):
    from AIGCLibrary.config import Settings

    known = set(build.schemas()["config"]["properties"])
    assert set(Settings.__dataclass_fields__) - known <= {"run_id", "arguments"}


def test_every_import_argument_is_a_setting():
    from AIGCLibrary import AIGCLibrary
    from AIGCLibrary.config import Settings

    arguments = set(inspect.signature(AIGCLibrary.__init__).parameters) - {"self", "config"}
    assert arguments <= set(Settings.__dataclass_fields__)


def test_every_environment_variable_is_in_the_reference(reference):
    used = {
        name
        for path in PACKAGE.rglob("*.py")
        for name in re.findall(r"environ(?:\.\w+)?[\[(]\"(AIGC_[A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert {name for name in used if f"`{name}`" not in reference["settings.md"]} == set()


def test_every_key_of_every_yaml_format_is_in_the_reference(build, reference):
    missing = []
    for name, schema in build.schemas().items():
        page = reference[f"yaml-{name}.md"]
        missing += [f"{name}: {key}" for key in property_names(schema) if f"**{key}**" not in page]
    assert missing == []


def test_every_key_and_type_of_every_yaml_format_is_described(build):
    """The column Meaning is full, and an editor has something to show for every key."""
    silent = [f"{name}: {place}" for name, schema in build.schemas().items() for place in undescribed(schema)]
    assert silent == []


def undescribed(node, place=""):
    """The places below a part of a schema that have no sentence of their own; `$ref` does not lend one."""
    if isinstance(node, dict):
        for group in ("properties", "patternProperties", "$defs"):
            children = node.get(group, {})
            for key, child in children.items() if isinstance(children, dict) else ():
                if len(child.get("description", "")) < 10:
                    yield f"{place}.{key}"
        for key, child in node.items():
            if key != "if":  # a condition on keys that are described at their own place
                yield from undescribed(child, f"{place}.{key}" if key != "properties" else place)
    elif isinstance(node, list):
        for item in node:
            yield from undescribed(item, place)


def test_every_type_a_yaml_page_names_is_explained_on_it(build, reference):
    for name in build.schemas():
        page = reference[f"yaml-{name}.md"]
        linked, explained = re.findall(r"\]\(#([\w-]+)\)", page), re.findall(r"^## (\S+)$", page, re.MULTILINE)
        assert set(linked) <= set(explained), name
        assert len(explained) == len(set(explained)), name


def test_literals_of_expressions_are_explained_with_an_example(reference):
    page = reference["yaml-provider.md"]
    assert "``body.code != `0` ``" in page
    assert "| `4.5..5.5` | between both" in reference["yaml-rules.md"]


def test_the_example_for_apis_that_always_answer_200_reads_their_answers(reference, tmp_path):
    from AIGCLibrary.tasks.providers.loader import Providers

    blocks = re.findall(r"```yaml\n(.*?)```", reference["yaml-provider.md"], re.DOTALL)
    example = next(block for block in blocks if "50103" in block)
    file = tmp_path / "p.yaml"
    file.write_text(f"version: 1\nproviders:\n  p:\n{indent(example, '    ')}", encoding="utf-8")
    providers = Providers()
    providers.load(file)
    read = providers.reader("p").read
    answers = {50103: ("moderation", None), 40101: ("unauthorized", "unauthorized"), 50001: ("internal", "retry")}
    for code, expected in answers.items():
        found = read({"http": {"status": 200}, "headers": {}, "body": {"code": code, "msg": "不行", "data": None}})
        assert expected == (found.failure.error_class, found.trouble)


def property_names(node):
    if isinstance(node, dict):
        yield from node.get("properties", {}) if isinstance(node.get("properties"), dict) else ()
        for child in node.values():
            yield from property_names(child)
    elif isinstance(node, list):
        for child in node:
            yield from property_names(child)


def test_every_command_and_option_is_in_the_reference(build, reference):
    from AIGCLibrary.cli.main import build_parser, find_commands

    for name, parser in build_parser(find_commands()).children.items():
        assert f"## aigc {name}" in reference["commands.md"]
        assert parser.description, name
        for _, one in build.parsers(parser):
            assert f"# {one.prog}\n" in reference["commands.md"]
            options = [option for action in one._actions for option in action.option_strings]
            section = reference["commands.md"].partition(f"# {one.prog}\n")[2].partition("\n#")[0]
            assert [option for option in options if option not in section] == [], one.prog


def test_every_event_is_in_the_reference(reference):
    from AIGCLibrary import events

    names = [name for name, item in vars(events).items() if hasattr(item, "__dataclass_fields__")]
    assert names
    assert [name for name in names if f"## {name}" not in reference["events.md"]] == []


def examples():
    """All Robot examples in docstrings of the package: where -> text."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
                for number, text in enumerate(FENCE.findall(ast.get_docstring(node) or ""), 1):
                    found[f"{path.stem}.{getattr(node, 'name', 'module')} {number}"] = dedent(text)
    return found


def test_every_example_in_a_docstring_can_be_run(robot):
    """A dry run of all fragments in one suite: keywords exist, and take these arguments."""
    fragments = {name: text for name, text in examples().items() if "***" not in text}
    assert len(fragments) > 5
    settings = "*** Settings ***\nLibrary    Browser\nLibrary    RequestsLibrary\nLibrary    AIGCLibrary\n"
    tests = "\n".join(f"{name}\n    No Operation\n{indent(text.strip(), '    ')}\n" for name, text in fragments.items())
    run = robot(f"{settings}\n*** Test Cases ***\n{tests}", "--dryrun", "--log", "none", "--report", "none")
    failed = {name: test.message for name, test in run.tests.items() if test.status == "FAIL"}
    assert failed == {}, failed
    assert len(run.tests) == len(fragments)


def test_every_whole_suite_in_a_docstring_can_be_parsed():
    suites = {name: text for name, text in examples().items() if "***" in text}
    assert suites
    for name, text in suites.items():
        errors = [error for node in walk(get_model(text)) for error in getattr(node, "errors", ())]
        assert errors == [], name


def walk(model):
    yield model
    for name in getattr(model, "_fields", ()):
        children = getattr(model, name)
        for child in children if isinstance(children, list | tuple) else [children]:
            if hasattr(child, "_fields"):
                yield from walk(child)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    broken = [
        link
        for link in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists() and "reference/" not in link
    ]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_name_only_keywords_commands_and_codes_that_exist(page, reference, library):
    text = page.read_text(encoding="utf-8")
    codes = set(re.findall(r"\bAIGC\d{3}\b", text))
    assert codes - set(re.findall(r"^### (AIGC\d{3})", reference["errors.md"], re.MULTILINE)) == set()
    commands = set(re.findall(r"\baigc ([a-z]+)\b", text)) - {"is", "and"}
    known = set(re.findall(r"^## aigc ([a-z]+)", reference["commands.md"], re.MULTILINE))
    assert commands - known == set()


def load_names():
    from AIGCLibrary.rf.translation import chinese_file, load_table

    return [entry.get("name") for entry in load_table(chinese_file()).values()]


@pytest.mark.parametrize(("page", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh-CN")])
def test_the_readme_lists_every_keyword_and_no_other(page, language):
    english = {keyword.name for keyword in LibraryDocumentation("AIGCLibrary::language=en").keywords}
    expected = english if language == "en" else {name for name in load_names() if name}
    table = re.search(r"^\| (?:group|组) .*?\n\n", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)[
        0
    ]
    # Robot puts a space before a capital letter; a Chinese name with Latin letters is written without.
    listed = {name.replace(" ", "").lower() for name in re.findall(r"`([^`]+)`", table)}
    assert listed == {name.replace(" ", "").lower() for name in expected}


@pytest.fixture(scope="module")
def sitegen(build):
    """The generator's modules; `docs/build.py` puts their folder on the path."""
    from sitegen import checks, errors, search, staging, texts

    return {"checks": checks, "errors": errors, "search": search, "staging": staging, "texts": texts}


def test_every_error_code_has_cause_and_remedy_in_both_languages(sitegen):
    explained = sitegen["texts"].load("errors")
    used = {use.code for use in sitegen["errors"].error_uses()}
    assert used - set(explained) == set()
    assert set(explained) - used == set()
    for code, entry in explained.items():
        assert sorted(entry) == ["cause", "remedy", "title"], code
        for english, chinese in entry.values():
            assert english.isascii() or "…" in english, code
            assert re.search(r"[\u4e00-\u9fff]", chinese), code


def test_the_chinese_page_of_error_codes_shows_the_messages_in_chinese(sitegen):
    lines = sitegen["errors"].errors("zh").splitlines()
    english = [
        line
        for line in lines
        if re.search(r"[a-z]{2} [a-z]+ [a-z]{2}", line) and not re.search(r"[\u4e00-\u9fff]", line)
    ]
    assert english == []
    assert "没有名为“…”的接口描述。…" in lines


def test_every_text_of_the_reference_has_a_chinese_translation(reference, sitegen):
    assert "keywords-task.zh.md" in reference
    assert set() == sitegen["texts"].MISSED, "add it to docs/texts/zh-formats.yaml or zh-pages.yaml"


def test_every_page_has_a_chinese_twin():
    docs = ROOT / "docs"
    english = [page for page in docs.rglob("*.md") if ".zh." not in page.name and "example-plugin" not in page.parts]
    twins = {
        page: docs / "tutorial.zh" / page.name if page.parent.name == "tutorial" else page.with_suffix(".zh.md")
        for page in english
        if not {"reference", "tutorial.zh"} & set(page.parts)
    }
    assert [str(page.relative_to(ROOT)) for page, twin in twins.items() if not twin.exists()] == []


def test_every_code_block_of_the_pages_is_well_formed(sitegen):
    """YAML by our schemas, Python, TOML, JSON, commands and options; `docs/build.py` dry-runs the suites as well."""
    assert sitegen["checks"].problems() == []


def test_the_navigation_names_every_page(build):
    nav = (ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")]
    shown = [page for page in pages if ".zh" not in page and not page.startswith(("reference/", "example-plugin/"))]
    assert [page for page in shown if f" {page}\n" not in nav] == []


def keywords_of(page, names):
    """The keywords of each test of a tutorial page in their order, Chinese names as English ones."""
    model = get_model("\n".join(FENCE.findall(page.read_text(encoding="utf-8"))))
    blocks = (node for section in model.sections for node in getattr(section, "body", ()))
    found = []
    for block in blocks:
        if type(block).__name__ == "TestCase":
            calls = (node.keyword for node in walk(block) if type(node).__name__ == "KeywordCall")
            found.append([names.get(call.replace(" ", ""), call) for call in calls])
    return found


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "tutorial").glob("*.robot.md")), ids=lambda path: path.stem)
def test_the_chinese_tutorial_does_what_the_english_one_does(page, methods):
    from AIGCLibrary.rf.translation import chinese_file, load_table

    english = {method.__name__: name for name, (method, _) in methods.items()}
    table = load_table(chinese_file()).items()
    names = {entry["name"].replace(" ", ""): key for key, entry in table if key in english and "name" in entry}
    chinese = keywords_of(ROOT / "docs" / "tutorial.zh" / page.name, names)
    expected = [[call.lower().replace(" ", "_") for call in calls] for calls in keywords_of(page, {})]
    assert [[call.lower().replace(" ", "_") for call in calls] for calls in chinese] == expected


def test_the_site_holds_pages_and_what_they_show_and_nothing_of_its_generator(sitegen):
    is_shown = sitegen["staging"].is_shown
    shown = ("index.md", "how-to/tapes.zh.md", "images/report.png", "images/logo.svg", "assets/site.css")
    inner = ("build.py", "mkdocs.yml", "sitegen/staging.py", "__pycache__/build.cpython-311.pyc", "texts/errors.yaml")
    assert [place for place in shown if not is_shown(Path(place))] == []
    assert [place for place in inner if is_shown(Path(place))] == []


def test_a_line_break_of_the_source_leaves_no_blank_within_chinese(sitegen):
    joined = sitegen["staging"].joined
    kept = "\n- 一\n- 二\n```\n代码，\n不变\n```\na line\nof English"
    page = f"## 标题\n\n要等几分钟，\n拿到的是文件。\n它在循环\n线程里，\n`aigc` 会\n`写出`：{kept}"
    assert joined(page) == f"## 标题\n\n要等几分钟，拿到的是文件。它在循环线程里，`aigc` 会\n`写出`：{kept}"


def test_the_chinese_search_finds_words_between_the_zero_width_spaces_of_its_index(sitegen, tmp_path):
    text = "任务\u200b超时\u200b， 重试"
    entries = [{"location": "zh/a.html", "text": text}, {"location": "a.html", "text": "a timeout"}]
    for folder in ("search", "zh"):
        (tmp_path / folder).mkdir()
    index = {"config": {"lang": ["en", "zh"], "separator": r"[\s\-]+"}, "docs": entries}
    (tmp_path / "search" / "search_index.json").write_text(json.dumps(index), encoding="utf-8")
    sitegen["search"].divide(tmp_path)
    divided = json.loads((tmp_path / "zh" / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert divided["docs"] == [{"location": "a.html", "text": text}]
    assert {"任务", "超时", "重试"} <= set(re.split(divided["config"]["separator"], text))
