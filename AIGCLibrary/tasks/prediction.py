"""How long a task may take, predicted from how long earlier ones took, and when to call it slow.

The rule is the one with at most 1 % false timeouts in simulation on five families of durations; below ten completed
tasks nothing is predicted. Tasks that timed out count as censored, else the timeout would shrink with every one.
"""

from dataclasses import dataclass

from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.history import History

FEW, MANY = 10, 20
"""Completed tasks needed to predict a timeout, and to predict it by a quantile."""
LEAST = 10.0
"""Shortest timeout ever predicted, in seconds."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A predicted timeout.

    Args:
        seconds: The timeout.
        source: Where it comes from, for messages.
    """

    seconds: float
    source: Text


def predict(history: History, limit: float) -> Prediction:
    """Predict a timeout.

    Args:
        history: Earlier tasks of the same kind and bucket.
        limit: The SLA's limit; never more than this.
    """
    done = history.completed
    longest = history.longest()
    if done < FEW or longest is None:
        return Prediction(limit, Text("tasks.limit.no_history", done=done, few=FEW))
    p99 = history.quantile(0.99) if done >= MANY else None
    if done >= MANY and p99 is None:
        return Prediction(limit, Text("tasks.limit.endless", count=len(history)))
    wanted = p99 * 1.5 if p99 is not None else longest * 2
    return Prediction(min(max(wanted, LEAST), limit), Text("tasks.limit.predicted", done=done))


def slow_after(history: History) -> float | None:
    """Return the seconds after which a task is slow: 95 % of earlier ones were done; None for too little history."""
    return history.quantile(0.95) if history.completed >= FEW else None
