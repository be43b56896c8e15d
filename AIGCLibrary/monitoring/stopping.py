"""Stops ordering once a breach is proven: `stop: proven` of an objective saves what the rest of a bad build would cost.

The proof is a sequential test, which may be asked before every order: a build that keeps its objective is stopped in at
most 1 % of runs (`live`, `stats.Evidence`). The verdict of the samples so far has to agree, so that a run that was
stopped is in breach in all reports, too.
"""

from collections.abc import Callable, Iterable

from AIGCLibrary.i18n import Text
from AIGCLibrary.monitoring.live import LiveEvidence
from AIGCLibrary.monitoring.objectives import Objective
from AIGCLibrary.monitoring.slo import evaluate
from AIGCLibrary.monitoring.summary import counted_text, line_text
from AIGCLibrary.monitoring.units import shown
from AIGCLibrary.monitoring.verdict import Status, Verdict
from AIGCLibrary.store import Store


class StopRule:
    """Decides whether a run may order more.

    Args:
        objectives: Returns what the run is held to; those with `stop: proven` count.
        store: Where the samples of all processes of the run are.
        run_id: The run.
    """

    def __init__(self, objectives: Callable[[], Iterable[Objective]], store: Store, run_id: str) -> None:
        self._objectives = objectives
        self._store = store
        self._run_id = run_id
        self._evidence: dict[Objective, LiveEvidence] = {}
        self.stopped: Text | None = None

    def look(self) -> Text | None:
        """Return why nothing more is ordered; None while more may be. Once it is decided it stays so."""
        if self.stopped is None:
            wanted = [objective for objective in self._objectives() if objective.stops]
            if wanted:
                self._store.flush()
            self.stopped = next((found for objective in wanted if (found := self._proven(objective)) is not None), None)
        return self.stopped

    def _proven(self, objective: Objective) -> Text | None:
        live = self._evidence.setdefault(objective, LiveEvidence(objective, self._run_id))
        if not live.look(self._store).broken:
            return None
        (status,) = evaluate(self._store, [objective], run_id=self._run_id)
        return _sentence(status) if status.verdict is Verdict.BREACH else None


def _sentence(status: Status) -> Text:
    objective = status.objective
    return Text(
        "monitoring.stopped",
        name=objective.name,
        value=shown(status.value or 0.0, objective.unit),
        counted=counted_text(status),
        line=line_text(status),
    )
