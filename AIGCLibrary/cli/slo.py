"""`aigc slo`: judges a run as a gate for CI, and hands objectives and samples to other systems."""

import argparse
from pathlib import Path

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.slo_check import check

NAME = "slo"
HELP = "Judge the objectives of a run, export them, push samples"
EXITS = {0: "done; no objective fails its gate", 1: "an objective fails its gate, or there is nothing to judge"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `check`, `export` and `push`."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    judge = actions.add_parser(
        "check", help="Judge a run: exit code 1 when an objective fails its gate or nothing was measured"
    )
    add_store_arguments(judge)
    judge.add_argument("--slo", type=Path, metavar="FILE", help="objectives (default: those the run used)")
    judge.add_argument("--gate", choices=("breach", "unproven"), help="overrides the gate of every objective")
    judge.add_argument(
        "--allow-empty", action="store_true", help="exit 0 for a run without samples; `no_samples: pass` in slo.yaml"
    )
    judge.add_argument("--json", action="store_true", help="print the verdicts as JSON")
    judge.add_argument("--junit", type=Path, metavar="FILE", help="also write the verdicts as JUnit XML")
    judge.add_argument(
        "--summary", type=Path, metavar="FILE", help="also append them as Markdown: for GITHUB_STEP_SUMMARY"
    )

    export = actions.add_parser("export", help="Write objectives for other systems")
    export.add_argument("--format", choices=("prometheus-rules", "openslo"), required=True, help="format to write")
    export.add_argument("--slo", type=Path, metavar="FILE", help="objectives; the built-in ones otherwise")
    export.add_argument("--output", type=Path, metavar="FILE", help="file to write; the terminal otherwise")
    push = actions.add_parser("push", help="Send the samples of a run, with their times")
    add_store_arguments(push)
    push.add_argument("--to", metavar="URL", help="for example http://127.0.0.1:8428/api/v1/import/prometheus")
    push.add_argument("--otlp", metavar="URL", help="for example http://127.0.0.1:4318/v1/metrics")


def add_store_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which store and run is meant."""
    parser.add_argument("--store", metavar="URL", help="store; AIGC_STORE, else results/aigc.db")
    parser.add_argument("--run", metavar="ID", help="run; the latest one otherwise")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Judge, print, and return the exit code."""
    return {"check": check, "export": _export, "push": _push}[args.action](args)


def _export(args: argparse.Namespace) -> int:
    from AIGCLibrary.monitoring.export.openslo import openslo
    from AIGCLibrary.monitoring.export.rules import prometheus_rules
    from AIGCLibrary.monitoring.objectives import built_in, load_objectives

    objectives = load_objectives(args.slo) if args.slo else built_in()
    items = objectives.items.values()
    text = prometheus_rules(items) if args.format == "prometheus-rules" else openslo(items)
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _push(args: argparse.Namespace) -> int:
    import asyncio

    from AIGCLibrary.cli.terminal import language, text
    from AIGCLibrary.errors import ConfigError
    from AIGCLibrary.http.network import NetworkTransport
    from AIGCLibrary.monitoring.export.push import push, push_otlp
    from AIGCLibrary.monitoring.runs import open_store, wanted_run

    if not (args.to or args.otlp):
        raise ConfigError("Say where the samples go: --to URL, --otlp URL, or both.")
    transport = NetworkTransport()

    async def send(url: str) -> None:
        try:
            await push(store, run_id, url, transport)
        finally:
            await transport.close()

    store = open_store(args.store)
    try:
        run_id = wanted_run(store, args.run)
        if args.to:
            asyncio.run(send(args.to))
        if args.otlp:
            push_otlp(store, run_id, args.otlp, transport)
    finally:
        store.close()
    print(text("slo.sent", language(), run=run_id))
    return 0
