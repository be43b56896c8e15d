"""`aigc report`: makes the reports of a run again, from its output.xml and the store, also of a run that was killed."""

import argparse
import sys
from pathlib import Path

from AIGCLibrary.cli.slo import add_store_arguments

NAME = "report"
HELP = "Make log.html, report.html, slo.html and metrics.html of a run again"
EXITS = {0: "the pages were written"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "output",
        type=Path,
        nargs="?",
        help="Robot's output file or its folder; without it only slo.html is made, from the store",
    )
    add_store_arguments(parser)
    parser.add_argument(
        "--directory", type=Path, metavar="DIR", help="where slo.html goes without an output.xml; results otherwise"
    )


def run(args: argparse.Namespace) -> int:
    """Make what can be made."""
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.errors import ConfigError
    from AIGCLibrary.i18n import Text
    from AIGCLibrary.monitoring.runs import OUTPUTS, open_store, open_store_of, output_of
    from AIGCLibrary.rf.run_of import run_in

    language_ = language(args.language)
    if args.output is not None and args.output.is_dir():
        args.output = output_of(args.output) or args.output / OUTPUTS[0]
    if args.output is not None and not args.output.is_file():
        raise ConfigError(f"There is no file '{args.output}'.", hint=Text("cli.hint.report_output"))
    if args.store or args.output is None:
        store = open_store(args.store)
    else:
        store = open_store_of(args.output, args.run or run_in(args.output))
    try:
        make = _from_store if args.output is None else _from_output
        made = make(args, store, language_)
    finally:
        store.close()
    for path in made:
        print(path)
    return 0


def _from_store(args: argparse.Namespace, store: "object", language: str) -> list[Path]:
    from AIGCLibrary.monitoring.report.page import write_page
    from AIGCLibrary.monitoring.runs import wanted_run
    from AIGCLibrary.store import Store

    assert isinstance(store, Store)  # noqa: S101 - named so, because the import is heavy
    folder = args.directory or Path("results")
    log = "log.html" if (folder / "log.html").is_file() else None
    return [write_page(store, wanted_run(store, args.run), folder / "slo.html", language=language, log_name=log)]


def _from_output(args: argparse.Namespace, store: "object", language: str) -> list[Path]:
    from AIGCLibrary.i18n import Text
    from AIGCLibrary.monitoring.report.facts import run_facts
    from AIGCLibrary.monitoring.runs import wanted_run
    from AIGCLibrary.rf.reports import make_reports, rebuild
    from AIGCLibrary.rf.run_of import run_in
    from AIGCLibrary.rf.salvage import is_whole, salvage
    from AIGCLibrary.store import Store

    assert isinstance(store, Store)  # noqa: S101 - named so, because the import is heavy
    output: Path = args.output
    if output.suffix == ".xml" and not is_whole(output):
        try:
            output = salvage(output, output.with_name(f"{output.stem}-salvaged.xml"))
        except ValueError as error:  # the run was killed before Robot wrote anything: the store knows more
            print(Text("cli.report.from_store", why=str(error)).render(language), file=sys.stderr)
            args.directory = args.directory or output.parent
            return _from_store(args, store, language)
    run_id = wanted_run(store, args.run or run_in(output))
    merged = run_facts(store, run_id).processes > 1
    made = [output] if output != args.output else []
    made += rebuild(output, store, run_id, language=language)
    return made + make_reports(output, store, run_id, language=language, log_name="log.html", merged=merged)
