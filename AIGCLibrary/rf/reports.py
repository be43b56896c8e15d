"""The reports beside Robot's own, made after a run from its output file and the store."""

import io
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from robot.api import ExecutionResult, ResultVisitor

from AIGCLibrary.rf.metrics_numbers import KeywordNumbers
from AIGCLibrary.rf.result import failed_keyword
from AIGCLibrary.rf.slo_report import SLOReport
from AIGCLibrary.store import Store

log = logging.getLogger("aigc.report")


def make_reports(
    output: Path,
    store: Store,
    run_id: str,
    *,
    language: str = "en",
    log_name: str | None = None,
    merged: bool = False,
    seen: tuple[Any, KeywordNumbers] | None = None,
    clean: Callable[[str], str] = str,
) -> list[Path]:
    """Make slo.html and metrics.html beside an output file; one that cannot be made does not keep back the other.

    Args:
        output: Robot's output.xml or output.json.
        store: Where the samples are.
        run_id: The run.
        language: `en` or `zh`.
        log_name: File name of log.html; None when there is none.
        merged: The output was merged from several processes: its ids are other ones than those in the store.
        seen: Top suite and keywords, where a listener saw them: the output file need not be read.
        clean: Masks secrets, which an output file lost already.

    Returns:
        The files made.
    """
    made: list[Path] = []

    def attempt(name: str, make: Callable[[Path], Path]) -> None:
        try:
            made.append(make(output.parent / name))
        except Exception as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            log.warning("%s could not be created: %s", name, text)
            log.debug("%s could not be created", name, exc_info=error)

    def slo(target: Path) -> Path:
        from AIGCLibrary.monitoring.report.page import write_page

        places = _places(output) if merged else None
        pages = [name for name in ("report.html",) if (output.parent / name).is_file()]
        pages.append("metrics.html")
        return write_page(store, run_id, target, language=language, log_name=log_name, places=places, pages=pages)

    def metrics(target: Path) -> Path:
        from AIGCLibrary.rf.metrics_report import make_metrics, write_metrics

        log = log_name or "log.html"
        return (
            write_metrics(*seen, target, log_name=log, clean=clean, language=language)
            if seen
            else make_metrics(output, target, log_name=log, language=language)
        )

    attempt("slo.html", slo)
    attempt("metrics.html", metrics)
    return made


def rebuild(output: Path, store: Store, run_id: str, *, language: str = "en") -> list[Path]:
    """Make log.html and report.html again, with the SLO table of the whole run in them."""
    from robot.rebot import rebot

    folder = output.parent
    modifier = SLOReport(run_id=run_id, store=store, language=language)
    code = rebot(
        str(output),
        outputdir=str(folder),
        log="log.html",
        report="report.html",
        prerebotmodifier=modifier,
        processemptysuite=True,
        stdout=io.StringIO(),
        consolecolors="off",
        loglevel="TRACE:INFO",
    )
    if code > 250:
        raise ValueError(f"'{output}' could not be turned into log.html and report.html (rebot says {code})")
    return [folder / "log.html", folder / "report.html"]


def _places(output: Path) -> dict[str, str]:
    """Return the ids of tests in an output file, of the failing keyword where a test failed, by full name."""
    found: dict[str, str] = {}

    class FirstPlaces(ResultVisitor):
        def visit_test(self, test: Any) -> None:
            keyword = failed_keyword(test) if test.failed else None
            found[test.full_name] = keyword.id if keyword else test.id

    ExecutionResult(output).visit(FirstPlaces())
    return found
