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


def cells(one: MeasureResult, language: str) -> tuple[str, ...]:
    """Return a line of the table, in the order of `COLUMNS`."""
    return (
        Text(f"compare.measure.{one.name}").render(language),
        str(one.n),
        shown(one.earlier, "1") if one.is_share else EMPTY,
        value(one, language),
        Text(f"compare.judgement.{one.judgement}").render(language),
        EMPTY if one.needed is None else str(one.needed),
    )


def value(one: MeasureResult, language: str) -> str:
    """Return the value of the run: a share, or how many times as much as before."""
    return shown(one.latest, "1") if one.is_share else Text("compare.ratio", ratio=one.latest).render(language)


def worse(found: Comparison) -> WorseRunError:
    """Build the error that names the measures in which a run is worse."""
    than = ", ".join(found.than)
    missed = [one for one in found.measures if one.judgement is Judgement.WORSE]
    return WorseRunError(
        Text("compare.error.worse", run=found.run_id, than=than, what=listed([_fact(one) for one in missed])),
        hint=Text("compare.hint.worse", run=found.run_id, than=than),
        facts={"run": found.run_id, "than": list(found.than), "measures": [one.name for one in missed]},
    )


def _fact(one: MeasureResult) -> Text:
    measure = Text(f"compare.measure.{one.name}")
    if one.is_share:
        values = {"latest": shown(one.latest, "1"), "earlier": shown(one.earlier, "1")}
        return Text("compare.error.fact_share", measure=measure, n=one.n, **values)
    return Text("compare.error.fact_ratio", measure=measure, n=one.n, latest=Text("compare.ratio", ratio=one.latest))
