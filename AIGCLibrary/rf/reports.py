"""The reports beside Robot's own, made after a run from its output file and the store."""

import logging
from collections.abc import Callable
from pathlib import Path

from AIGCLibrary.store import Store

log = logging.getLogger("aigc.report")


def make_reports(
    output: Path, store: Store, run_id: str, *, language: str = "en", log_name: str | None = None
) -> list[Path]:
    """Make metrics.html beside an output file; one report that cannot be made does not keep the others from it.

    Args:
        output: Robot's output.xml or output.json.
        store: Where the samples are.
        run_id: The run.
        language: `en` or `zh`.
        log_name: File name of log.html; None when there is none.

    Returns:
        The files made.
    """
    del store, run_id, language
    made: list[Path] = []

    def attempt(name: str, make: Callable[[Path], Path]) -> None:
        try:
            made.append(make(output.parent / name))
        except Exception as error:  # noqa: BLE001 - a report must not keep the others from being made
            log.warning("'%s' could not be made: %s: %s", name, type(error).__name__, error)

    def metrics(target: Path) -> Path:
        from AIGCLibrary.rf.metrics_report import make_metrics

        return make_metrics(output, target, log_name=log_name or "log.html")

    attempt("metrics.html", metrics)
    return made
