"""Judges a run that is going on, for a keyword: the verdict, and the table as plain text."""

from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.compare.choose import earlier_runs
from AIGCLibrary.monitoring.compare.comparison import compare
from AIGCLibrary.monitoring.compare.evidence import Judgement
from AIGCLibrary.monitoring.compare.texts import COLUMNS, cells, worse
from AIGCLibrary.store import Store


def judged(store: Store, run_id: str, than: str, language: str) -> tuple[str, str]:
    """Compare a run with earlier ones.

    Args:
        store: Where the runs are.
        run_id: The run that is judged.
        than: See `choose.earlier_runs`.
        language: `en` or `zh`.

    Returns:
        The verdict, and a table of the measures that have pairs.

    Raises:
        WorseRunError: The run is worse.
    """
    found = compare(store, run_id, earlier_runs(store, run_id, than))
    if found.judgement is Judgement.WORSE:
        raise worse(found)
    lines = [Text(f"compare.overall.{found.judgement}").render(language)]
    lines.append(" | ".join(Text(f"compare.column.{name}").render(language) for name in COLUMNS))
    lines += [" | ".join(cells(measure, language)) for measure in found.measures if measure.n]
    return str(found.judgement), "\n".join(lines)
