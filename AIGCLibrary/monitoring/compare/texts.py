"""What a comparison says, in words: cells of its table and the error of a run that is worse."""

from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.i18n import Text, listed
from AIGCLibrary.monitoring.compare.comparison import Comparison, MeasureResult
from AIGCLibrary.monitoring.compare.evidence import Judgement
from AIGCLibrary.monitoring.units import shown

EMPTY = "–"
COLUMNS = ("measure", "pairs", "earlier", "latest", "judgement", "needed")


class WorseRunError(MonitoringError):
    """A run is worse than an earlier one."""

    code = "AIGC512"


def cells(measure_result: MeasureResult, language: str) -> tuple[str, ...]:
    """Return a line of the table, in the order of `COLUMNS`."""
    return (
        Text(f"compare.measure.{measure_result.name}").render(language),
        str(measure_result.n),
        shown(measure_result.earlier, "1") if measure_result.is_share else EMPTY,
        value(measure_result, language),
        Text(f"compare.judgement.{measure_result.judgement}").render(language),
        EMPTY if measure_result.needed is None else str(measure_result.needed),
    )


def value(measure_result: MeasureResult, language: str) -> str:
    """Return the value of the run: a share, or how many times as much as before."""
    return (
        shown(measure_result.latest, "1")
        if measure_result.is_share
        else Text("compare.ratio", ratio=measure_result.latest).render(language)
    )


def worse(found: Comparison) -> WorseRunError:
    """Build the error that names the measures in which a run is worse."""
    than = ", ".join(found.than)
    missed = [measure for measure in found.measures if measure.judgement is Judgement.WORSE]
    return WorseRunError(
        Text(
            "compare.error.worse",
            run=found.run_id,
            than=than,
            what=listed([_fact(measure_result) for measure_result in missed]),
        ),
        hint=Text("compare.hint.worse", run=found.run_id, than=than),
        facts={
            "run": found.run_id,
            "than": list(found.than),
            "measures": [measure_result.name for measure_result in missed],
        },
    )


def _fact(measure_result: MeasureResult) -> Text:
    measure = Text(f"compare.measure.{measure_result.name}")
    if measure_result.is_share:
        values = {"latest": shown(measure_result.latest, "1"), "earlier": shown(measure_result.earlier, "1")}
        return Text("compare.error.fact_share", measure=measure, n=measure_result.n, **values)
    return Text(
        "compare.error.fact_ratio",
        measure=measure,
        n=measure_result.n,
        latest=Text("compare.ratio", ratio=measure_result.latest),
    )
