"""`aigc data`: plans templates, sweeps what runs left behind, drafts a template from OpenAPI, compares environments."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.project import add_config, add_language, find_config
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import series
from AIGCLibrary.yaml import parse_value

if TYPE_CHECKING:
    from AIGCLibrary.engine import Engine

NAME = "data"
HELP = "Plan test data, sweep what runs left, draft templates, compare environments"
EXITS = {
    0: "done; for compare: no difference",
    1: "environments differ, or something could not be removed or synchronised",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `list`, `plan`, `sweep`, `import`, `draft`, `compare` and `sync`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="List the templates and environments")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    _common(listing)

    plan = actions.add_parser("plan", help="Show what a template would do; sends nothing")
    plan.add_argument("template", metavar="TEMPLATE", help="name of the template")
    plan.add_argument("variables", nargs="*", metavar="NAME=VALUE", help="variables of the template")
    plan.add_argument("--svg", type=Path, metavar="FILE", help="also draw the graph")
    plan.add_argument("--json", action="store_true", help="print the plan as JSON")
    _common(plan)

    sweep = actions.add_parser("sweep", help="Remove what earlier runs left behind")
    sweep.add_argument("--run", metavar="ID", help="only of this run")
    sweep.add_argument("--older-than", metavar="TIME", help="only what is older, for example '2 h'; 1 h without --run")
    sweep.add_argument("--template", metavar="NAME", help="only of this template")
    sweep.add_argument("--force", action="store_true", help="also data of processes that are still running")
    sweep.add_argument("--dry-run", action="store_true", help="only show what would be removed")
    sweep.add_argument("--json", action="store_true", help="print JSON for a machine")
    sweep.add_argument("--url", metavar="URL", help="base URL, for data made without an environment")
    sweep.add_argument("--token-variable", metavar="NAME", help="environment variable with the bearer token for --url")
    _common(sweep)

    draft = actions.add_parser("import", help="Write a first template from an OpenAPI document")
    draft.add_argument("openapi", metavar="FILE_OR_URL", help="OpenAPI document in JSON or YAML")
    draft.add_argument("--output", type=Path, metavar="FILE", help="file to write; the terminal otherwise")
    draft.add_argument("--name", help="name of the template; that of the file otherwise")
    _common(draft)

    inputs = actions.add_parser("draft", help="Write a table of negative and boundary inputs")
    inputs.add_argument(
        "source", metavar="TEMPLATE_OR_OPENAPI", help="name or file of a template, or an OpenAPI document"
    )
    inputs.add_argument("variables", nargs="*", metavar="NAME=VALUE", help="variables of the template")
    inputs.add_argument("--negative", action="store_true", required=True, help="empty, too long, of a wrong type …")
    inputs.add_argument("--node", action="append", default=[], metavar="NAME", help="only fields of this node")
    inputs.add_argument("--name", help="name of the template; for OpenAPI, that of the file otherwise")
    inputs.add_argument("--output", type=Path, metavar="FILE", help="suite to write; the terminal otherwise")
    _common(inputs)

    comparing = (
        ("compare", "Show how two environments differ", "environment to compare it with"),
        ("sync", "Bring one into line with another", "environment to change"),
    )
    for name, words, second in comparing:
        both = actions.add_parser(name, help=words)
        both.add_argument("first", metavar="SOURCE" if name == "sync" else "FIRST", help="environment to read")
        both.add_argument("second", metavar="TARGET" if name == "sync" else "SECOND", help=second)
        both.add_argument("template", metavar="TEMPLATE", help="name of the template")
        both.add_argument("variables", nargs="*", metavar="NAME=VALUE", help="variables of the template")
        if name == "sync":
            both.add_argument("--apply", action="store_true", help="do it; otherwise it is only planned")
            both.add_argument("--confirm", metavar="TARGET", help="name of the target again, when it is protected")
            both.add_argument("--overwrite", action="store_true", help="the source wins where both sides changed")
        both.add_argument("--json", action="store_true", help="print the result as JSON")
        _common(both)


def _common(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--templates", action="append", default=[], metavar="PATH", help="more templates")
    parser.add_argument("--environments", type=Path, metavar="FILE", help="environments file")
    parser.add_argument("--environment", metavar="NAME", help="environment to use")
    parser.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 when something is left to do."""
    actions: dict[str, Callable[[argparse.Namespace, Engine], int]] = {
        "list": _list,
        "plan": _plan,
        "sweep": _sweep,
        "import": _import,
        "draft": _draft,
        "compare": _compare,
        "sync": _sync,
    }
    engine = _engine(args)
    try:
        return actions[args.action](args, engine)
    finally:
        engine.close()


def _engine(args: argparse.Namespace) -> "Engine":
    from AIGCLibrary.cli.masking import command_redactor
    from AIGCLibrary.config import Settings
    from AIGCLibrary.engine import Engine

    given = {"environments": args.environments, "environment": args.environment, "store": args.store}
    given["templates"] = args.templates or None
    settings = Settings.load(find_config(args.config), given)
    engine = Engine(settings, redactor=command_redactor())
    for path in args.templates:  # beside those of the settings, which an argument would replace
        engine.data.load(path)
    if settings.environment is None and engine.data.environments.default:
        engine.data.use(engine.data.environments.default)
    return engine


def _list(args: argparse.Namespace, engine: "Engine") -> int:
    from AIGCLibrary.cli.terminal import language, print_json, show, table, text

    lang = language(args.language)
    if args.json:
        print_json(_listed(engine, lang))
        return 0
    templates = table(
        *(text(f"data.{name}", lang) for name in ("template", "variables", "description")),
        title=text("data.templates", lang),
    )
    for name in engine.data.templates.names():
        found = engine.data.templates.get(name)
        if not found.abstract:
            described = found.description.get(lang) or found.description.get("en", "")
            templates.add_row(name, ", ".join(found.variables), described)
            for variant in found.variants:
                template = engine.data.templates.get(f"{name}:{variant}")
                templates.add_row(template.title, ", ".join(template.variables), template.description.get(lang) or "")
    show(templates)
    if engine.data.environments.names():
        environments = table(
            *(text(f"data.{name}", lang) for name in ("environment", "protected", "file")),
            title=text("data.environments", lang),
        )
        for name in engine.data.environments.names():
            protected = engine.data.environments.protected(name)
            environments.add_row(
                name, text("data.yes", lang) if protected else "", str(engine.data.environments.file_of(name))
            )
        show(environments)
    return 0


def _listed(engine: "Engine", lang: str) -> dict[str, Any]:
    """Return templates and environments as plain data."""
    known = [engine.data.templates.get(name) for name in engine.data.templates.names()]
    places = engine.data.environments
    return {
        "templates": [
            {
                "name": template.name,
                "variables": list(template.variables),
                "variants": list(template.variants),
                "description": template.description.get(lang) or template.description.get("en", ""),
            }
            for template in known
            if not template.abstract
        ],
        "environments": [
            {"name": name, "protected": places.protected(name), "file": str(places.file_of(name))}
            for name in places.names()
        ],
    }


def _plan(args: argparse.Namespace, engine: "Engine") -> int:
    from AIGCLibrary.cli.terminal import console, language, print_json
    from AIGCLibrary.data.drawing import plan_svg, plan_tree

    plan = engine.loop.run(engine.data.plan(args.template, _variables(args.variables)))
    lang = language(args.language)
    if args.svg:
        args.svg.write_text(plan_svg(plan, lang), encoding="utf-8")
    if args.json:
        print_json(plan.as_dict())
    else:
        console().print(plan_tree(plan, lang))
    return 0


def _sweep(args: argparse.Namespace, engine: "Engine") -> int:
    from AIGCLibrary.cli.data_sweep import sweep

    return sweep(args, engine, time.time())


def _draft(args: argparse.Namespace, engine: "Engine") -> int:
    from AIGCLibrary.cli.data_inputs import draft_inputs

    return draft_inputs(args, engine, _variables(args.variables))


def _import(args: argparse.Namespace, engine: "Engine") -> int:
    from AIGCLibrary.cli.data_inputs import name_of, read_openapi
    from AIGCLibrary.cli.terminal import language, text
    from AIGCLibrary.data.openapi.draft import draft

    source = str(args.openapi)
    name = args.name or name_of(source)
    written = draft(read_openapi(source, engine), name)
    if args.output is None:
        print(written, end="")
    else:
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(written, encoding="utf-8")
        engine.data.load(args.output)
        template = engine.data.templates.get(name)
        names = series(template.nodes)
        print(text("data.drafted", language(args.language), file=args.output, n=len(template.nodes), names=names))
    return 0


def _compare(args: argparse.Namespace, engine: "Engine") -> int:
    from AIGCLibrary.data.tables import drift_rows, drift_summary

    drift = engine.loop.run(engine.data.compare(args.first, args.second, args.template, _variables(args.variables)))
    _show(args, drift.as_dict(), drift_rows, drift_summary, drift)
    return int(bool(drift.differences))


def _sync(args: argparse.Namespace, engine: "Engine") -> int:
    from AIGCLibrary.data.sync_plan import Step
    from AIGCLibrary.data.tables import sync_rows, sync_summary

    work = engine.data.sync(
        args.first,
        args.second,
        args.template,
        _variables(args.variables),
        dry_run=not args.apply,
        confirm=args.confirm,
        overwrite=args.overwrite,
    )
    result = engine.loop.run(work)
    _show(args, result.as_dict(), sync_rows, sync_summary, result)
    return int(any(action.step in (Step.CONFLICT, Step.FAILED) for action in result.actions))


def _show(
    args: argparse.Namespace,
    data: dict[str, Any],
    rows_of: Callable[[Any, str], tuple[list[str], list[list[Any]]]],
    summary_of: Callable[[Any, str], str],
    result: Any,
) -> None:
    from AIGCLibrary.cli.terminal import console, language, print_json, show
    from AIGCLibrary.data.tables import rich_table

    lang = language(args.language)
    if args.json:
        print_json(data)
        return
    heads, rows = rows_of(result, lang)
    if rows:
        show(rich_table("", heads, rows))
    console().print(summary_of(result, lang))


def _variables(pairs: list[str]) -> dict[str, Any]:
    """Read `name=value`; values are read as in a template, so that numbers and lists are what they look like."""
    given = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise ConfigError(f"'{pair}' is not a variable; write name=value.", code="AIGC012")
        given[name] = parse_value(value, name)
    return given
