"""`aigc draft suite`: a first suite for a product, from its provider, a rule set and a page."""

import argparse
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.project_files import SCHEMAS
from AIGCLibrary.cli.task_inputs import INPUT, task_input
from AIGCLibrary.cli.terminal import language, text
from AIGCLibrary.cli.urls import check_url
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.http.redirects import origin
from AIGCLibrary.i18n import Text

if TYPE_CHECKING:
    from AIGCLibrary.cli.draft_suite import DraftPage
    from AIGCLibrary.tasks.providers.model import Provider

NAME = "draft"
HELP = "Write a first suite for a product"
EXITS = {0: "the suite was written, and a dry run knows all its names", 1: "a dry run of the suite reports an error"}
_SUITES = "suites"
_LOCATORS = Path("resources", "locators")
_PROVIDERS = Path("resources", "providers")
_UNNAMED = "product"
_NO_NAME = re.compile(r"\W+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `suite`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="suite")
    suite = actions.add_parser("suite", help="a suite that submits a task, waits for it, and verifies its result")
    suite.add_argument("output", type=Path, help="where the suite is written, for example suites/first.robot")
    suite.add_argument("--provider", required=True, metavar="NAME|FILE", help="a preset, or an own provider file")
    suite.add_argument("--url", help="base URL of the product's API; the provider's own when left out")
    suite.add_argument("--kind", default="image", help="kind of task (default: image)")
    suite.add_argument("--input", action="append", default=[], metavar="NAME=VALUE", help=INPUT)
    suite.add_argument("--rules", metavar="NAME|FILE", help="rule set for the files; that of the kind when left out")
    suite.add_argument("--page", metavar="URL", help="a page of the product: its targets are drafted and looked for")
    add_language(suite)


def run(args: argparse.Namespace) -> int:
    """Write the suite, and the locator file of its page; then check the suite in a dry run.

    Raises:
        ConfigError: The suite is there already, or an argument is wrong.
    """
    from AIGCLibrary.cli.check import dry_run
    from AIGCLibrary.cli.draft_suite import DraftOrder, check_order, suite_text
    from AIGCLibrary.files.rules.book import RuleBook
    from AIGCLibrary.tasks.providers.loader import Providers

    lang = language(args.language)
    output: Path = args.output
    if output.suffix != ".robot":
        raise ConfigError(f"'{output}' is not a suite: expected a name that ends with .robot.", code="AIGC010")
    if output.exists():
        raise ConfigError(f"'{output}' already exists.", code="AIGC017", hint=Text("cli.hint.draft_exists"))
    for url in filter(None, (args.url, args.page)):
        if check_url(url):
            raise ConfigError(f"The URL '{origin(url)}' contains a password or key.", hint=Text("cli.hint.draft_login"))
    providers, rules = Providers(), RuleBook()
    provider_files, names = _file(args.provider, providers.load)
    rule_files, rule_names = _file(args.rules, rules.load)
    rule_name = rule_names[0] if rule_names else args.rules or (args.kind if args.kind in rules.names() else None)
    rules.get(rule_name)  # an unknown name is reported before anything is written
    name = names[0] if names else args.provider
    inputs = dict(task_input(option) for option in args.input)
    order = DraftOrder(providers.get(name, args.kind), args.kind, inputs, rule_name)
    url = args.url or (None if provider_files else _own_address(order.provider, _project(output)))
    check_order(order, url)
    if url:
        file, name = _at_url(url, name, providers.names(), output, lang)
        providers.load(file)
        provider_files = (*provider_files, file)
        order = replace(order, provider=providers.get(name, args.kind))
    page = _page(args.page, output) if args.page else None
    content = suite_text(order, {"providers": provider_files, "rules": rule_files}, output, page, lang)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(content, encoding="utf-8", newline="\n")
    problems, failed = dry_run([output], [], lang)
    for problem in problems:
        print(f"{problem.file}:{problem.line}: {problem.message}")
    print(text("draft.done", lang, suite=output))
    return 1 if problems or failed else 0


def _file(given: str | None, load) -> tuple[tuple[Path, ...], list[str]]:  # type: ignore[no-untyped-def]
    """Return the file that an argument names, and the names it defines; none where it is a name itself."""
    if given is None or not given.endswith((".yaml", ".yml")):
        return (), []
    return (Path(given),), load(Path(given))


def _project(output: Path) -> Path:
    """Return the folder of the project: the one above the nearest `suites`, else that of the suite."""
    return next((folder.parent for folder in output.parents if folder.name == _SUITES), output.parent)


def _own_address(provider: "Provider", project: Path) -> str | None:
    """Return the address of a preset where the project's environments would send its requests to another product."""
    from AIGCLibrary.data.environments import PLACES

    url = provider.base_url
    return url if url and "{" not in url and any((project / place).is_file() for place in PLACES) else None


def _at_url(url: str, provider: str, taken: Collection[str], output: Path, lang: str) -> tuple[Path, str]:
    """Write a provider file for the product at a URL, unless there is one; return it and the provider's name.

    A session would do as well, but requests of a session do not carry the provider's credentials.

    Raises:
        ConfigError: There is a file that describes something else.
    """
    import yaml

    name = _NO_NAME.sub("_", output.stem).strip("_").lower() or _UNNAMED
    name = f"{name}_product" if name in taken else name
    project = _project(output)
    file = project / _PROVIDERS / f"{name}.yaml"
    own = {"extends": provider, "base_url": url, "own_address": True}
    if file.exists():
        there = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("providers") or {}
        if (there.get(name) or {}).get("base_url") != url:
            problem = f"'{file}' already exists."
            raise ConfigError(problem, code="AIGC017", hint=Text("cli.hint.draft_provider_exists"))
        return file, name
    file.parent.mkdir(parents=True, exist_ok=True)
    head = f"# yaml-language-server: $schema=../../{SCHEMAS}/provider.schema.json\n" * (project / SCHEMAS).is_dir()
    head += f"# {text('draft.address', lang)}\n"
    content = yaml.safe_dump({"version": 1, "providers": {name: own}}, allow_unicode=True, sort_keys=False)
    file.write_text(head + content, encoding="utf-8", newline="\n")
    return file, name


def _page(url: str, output: Path) -> "DraftPage":
    """Draft the locator file of a page, unless there is one."""
    from AIGCLibrary.cli.draft_suite import DraftPage
    from AIGCLibrary.cli.locators import browser_page
    from AIGCLibrary.locators.catalogue import Catalogue
    from AIGCLibrary.locators.starter import draft, page_name

    file = _project(output) / _LOCATORS / f"{page_name(url)}.yaml"
    if not file.exists():
        with browser_page(url) as driver:
            draft(driver, page_name(url), file)
    targets = Catalogue()
    targets.load(file)
    return DraftPage(url, file, tuple(targets.names()))
