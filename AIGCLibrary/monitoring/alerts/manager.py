"""AlertManager: from conditions to pending, firing and resolved alerts, and to messages in the outbox.

                 condition holds            held for `for`             gone for `keep_firing_for`
    (nothing) ───────────────────► pending ───────────────► firing ─────────────────────────────► resolved
                                     │ gone: forgotten         │ every `repeat`: reported again

All state is in the store, so that the one process that checks may die and another continues.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import delete, select, update

from AIGCLibrary.i18n import CHINESE, ENGLISH, Text
from AIGCLibrary.monitoring.alerts.rules import Rule, Rules, When
from AIGCLibrary.monitoring.alerts.texts import message
from AIGCLibrary.monitoring.runs import run_title
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import alert, outbox


class AlertState(StrEnum):
    """Where an alert stands."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Condition:
    """What was found when an objective was checked.

    Args:
        slo: Name of the objective.
        when: Kind of the condition.
        holds: Whether it is so.
        text: What to report of it.
    """

    slo: str
    when: When
    holds: bool
    text: Text


class AlertManager:
    """Keeps the alerts of one run.

    Args:
        store: Where their state is.
        run_id: The run.
        rules: What slo.yaml says.
        language: Language of the messages, `en` or `zh`.
        facts: What every message states beside the alerts and the run, for example the environment.
    """

    def __init__(
        self, store: Store, run_id: str, rules: Rules, language: str = ENGLISH, facts: Mapping[str, str] | None = None
    ) -> None:
        self._store = store
        self._run_id = run_id
        self._rules = rules
        self._language = language
        self._facts = dict(facts or {})

    def update(self, conditions: Iterable[Condition], now: float, *, over: bool = False) -> float | None:
        """Take in what was found, and queue what is to be reported.

        Args:
            conditions: All conditions of this check.
            now: Seconds since 1970.
            over: The run is over. Nothing will change any more, so nothing is waited for: neither `for` nor
                `group_wait` may keep what a short run found from being reported.

        Returns:
            When the next wait ends, in seconds since 1970; None when nothing waits.
        """
        found = list(conditions)
        known = {row["id"]: row for row in self._rows()}
        for index, rule in enumerate(self._rules.rules):
            wanted = [
                candidate for candidate in found if candidate.when is rule.when and fnmatchcase(candidate.slo, rule.slo)
            ]
            for condition in wanted:
                key = self._key(index, condition.slo)
                known[key] = self._step(known.get(key), key, index, rule, condition, now, over=over)
        rules = self._rules.rules
        # Of a run whose suites bring different files of objectives, one may have more rules than another.
        rows = [row for row in known.values() if row and row["labels"]["rule"] < len(rules)]
        self._tell(rows, now, over=over)
        waits = (_wait_end(row, rules[row["labels"]["rule"]]) for row in rows if not row.get("muted"))
        return min((end for end in waits if end is not None and end > now), default=None)

    def firing(self) -> list[dict[str, Any]]:
        """Return the alerts that fire."""
        return [row for row in self._rows() if row["state"] == AlertState.FIRING]

    def _step(
        self,
        row: dict[str, Any] | None,
        key: str,
        index: int,
        rule: Rule,
        condition: Condition,
        now: float,
        *,
        over: bool,
    ) -> dict[str, Any]:
        state = row["state"] if row else None
        changed: dict[str, Any] = {"updated_at": now}
        if condition.holds:
            changed |= {"active_at": now, "message": str(condition.text), "texts": _texts(condition.text)}
            if state in (None, AlertState.RESOLVED):
                state, changed["since"] = AlertState.PENDING, now
                changed["last_sent_at"] = None
            since = changed.get("since", row["since"] if row else now)
            if state == AlertState.PENDING and (over or now - since >= rule.hold):
                state, changed["since"] = AlertState.FIRING, now
        elif state == AlertState.PENDING:
            self._store.execute(delete(alert).where(alert.c.id == key))
            return {}
        elif state == AlertState.FIRING and row and now - (row["active_at"] or now) >= rule.keep:
            state, changed["since"] = AlertState.RESOLVED, now
        if state is None:
            return {}
        changed |= {"state": str(state), "muted": self._muted(condition.slo, now)}
        merged = {**(row or {"last_sent_at": None}), **changed}
        merged |= {"id": key, "run_id": self._run_id, "name": condition.slo}
        merged["labels"] = {"when": str(rule.when), "rule": index}
        # When it was last sent is kept as it is in the store: another process may have sent it since it was read here.
        self._store.upsert(alert, **{name: value for name, value in merged.items() if name != "last_sent_at"})
        if row and "last_sent_at" in changed:
            self._store.upsert(alert, id=key, last_sent_at=None)
        return merged

    def _muted(self, slo: str, now: float) -> str | None:
        if any(silence.covers(slo, now) for silence in self._rules.silences):
            return "silenced"
        firing = [row["name"] for row in self._rows() if row["state"] == AlertState.FIRING]
        for rule in self._rules.inhibitions:
            causes = [name for name in firing if fnmatchcase(name, rule.when) and name != slo]
            if causes and fnmatchcase(slo, rule.mute):
                return "inhibited"
        return None

    def _tell(self, rows: list[dict[str, Any]], now: float, *, over: bool) -> None:
        """Queue one message a rule for all that is to be reported now."""
        groups: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            rule = self._rules.rules[row["labels"]["rule"]]
            if not row.get("muted") and _due(row, rule, now, over=over) and self._claimed(row, now):
                groups[row["labels"]["rule"], row["state"]].append(row)
        for (index, state), members in groups.items():
            rule = self._rules.rules[index]
            facts = {"run": run_title(self._store, self._run_id), **self._facts}
            title, body = message(state, members, facts, self._language)
            for channel in self._rules.names(rule):
                payload = {"title": title, "body": body, "state": state, "run_id": self._run_id, **_machine(members)}
                self._store.insert(outbox, at=now, channel=channel, payload=payload, attempts=0, leased_until=0.0)

    def _claimed(self, row: dict[str, Any], now: float) -> bool:
        """Note that an alert is sent now; False where another process has sent it since it was read here."""
        unchanged = alert.c.last_sent_at.is_not_distinct_from(row.get("last_sent_at"))
        claim = update(alert).where(alert.c.id == row["id"], unchanged).values(last_sent_at=now)
        return self._store.execute(claim) == 1

    def _rows(self) -> list[dict[str, Any]]:
        return self._store.query(select(alert).where(alert.c.run_id == self._run_id))

    def _key(self, index: int, slo: str) -> str:
        return hashlib.sha256(f"{self._run_id}\0{index}\0{slo}".encode()).hexdigest()[:40]


def _due(row: dict[str, Any], rule: Rule, now: float, *, over: bool) -> bool:
    """Return whether an alert is to be reported: firing after its group's wait, again after `repeat`, at its end."""
    sent, since = row.get("last_sent_at"), row["since"]
    if row["state"] == AlertState.FIRING:
        return bool(over or now - since >= rule.group_wait if sent is None else now - sent >= rule.repeat)
    return row["state"] == AlertState.RESOLVED and sent is not None and bool(sent < since)


def _wait_end(row: dict[str, Any], rule: Rule) -> float | None:
    """Return when an alert that waits has waited long enough: for `for`, or for others of its group."""
    if row["state"] == AlertState.PENDING:
        return float(row["since"] + rule.hold)
    if row["state"] == AlertState.FIRING and row.get("last_sent_at") is None:
        return float(row["since"] + rule.group_wait)
    return None


def _texts(text: Text) -> dict[str, str]:
    return {language: text.render(language) for language in (ENGLISH, CHINESE)}


def _machine(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"alerts": [{"slo": row["name"], "when": row["labels"]["when"], "since": row["since"]} for row in rows]}
