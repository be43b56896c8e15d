"""Which strategies belong to which cause, and what the messages of other keywords mean: read from YAML."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import near_matches
from AIGCLibrary.patterns import BoundedPattern
from AIGCLibrary.recovery.model import Applicability, Cause
from AIGCLibrary.yaml import YamlDocument, load_yaml

log = logging.getLogger("aigc.recovery")


@dataclass(frozen=True, slots=True)
class CauseRow:
    """What is done about one cause.

    Args:
        retry: The keyword may be tried again.
        attempts: How often at most.
        escalate: An assistant may be asked.
        auto_fix: Names of strategies, the first come first.
    """

    retry: bool = False
    attempts: int = 1
    escalate: bool = False
    auto_fix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageRule:
    """What a message means.

    Args:
        pattern: Searched in the message; its named groups are values for the texts.
        cause: The verdict.
        advice: Name of the built-in texts, if any.
        group: Rules of one group compete; the last match in the text wins.
        texts: Own texts by `cause` and `fix`, then by language.
        keyword: Name of the only keyword it holds for, in lower case with spaces; None for all.
    """

    pattern: re.Pattern[str] | BoundedPattern
    cause: Cause
    advice: str | None = None
    group: str | None = None
    applicability: Applicability = Applicability.NEEDS_VALUES
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keyword: str | None = None

    def matches(self, message: str) -> list[re.Match[str]]:
        """Return all matches in a message; none where an own expression takes too long."""
        try:
            return list(self.pattern.finditer(message))
        except TimeoutError:
            log.warning(
                "The expression '%s' of a rule of recovery takes too long and was skipped.", self.pattern.pattern
            )
            return []

    def holds_for(self, keyword: str) -> bool:
        """Return whether a failure of a keyword may be explained by it."""
        return self.keyword is None or keyword.lower().replace("_", " ").rpartition(".")[2] == self.keyword


@dataclass(frozen=True, slots=True)
class Table:
    """Strategies by cause, rules for messages in the order they are tried, causes by error code.

    `repeatable` and `before_acting` hold the names of keywords that may be run again, in lower case with spaces.
    """

    rows: Mapping[str, CauseRow]
    rules: tuple[MessageRule, ...]
    codes: Mapping[str, Cause] = field(default_factory=dict)
    repeatable: frozenset[str] = frozenset()
    before_acting: frozenset[str] = frozenset()

    def may_repeat(self, keyword: str, cause: Cause) -> bool:
        """Return whether a keyword that failed for this cause may be run again without doing anything twice."""
        name = keyword.replace("_", " ").lower()
        return name in self.repeatable or (name in self.before_acting and cause in _BEFORE_ACTING)

    def row(self, cause: str) -> CauseRow:
        """Return the row of a cause; an empty one where there is none."""
        return self.rows.get(cause, CauseRow())


def load_table(own: Path | None = None, strategies: Iterable[str] = ()) -> Table:
    """Read the built-in table and lay the user's own file over it.

    Args:
        own: File with the same keys.
        strategies: Names of the strategies there are; others are refused, unless nothing is given here.

    Raises:
        ConfigError: A file breaks the schema or names an unknown cause or strategy.
    """
    built_in = Path(str(resources.files("AIGCLibrary") / "defaults" / "recovery.yaml"))
    rows: dict[str, CauseRow] = {}
    rules: list[MessageRule] = []
    codes: dict[str, Cause] = {}
    names: dict[str, set[str]] = {"always": set(), "before_acting": set()}
    for path in (built_in, own):
        if path is None:
            continue
        document = load_yaml(path, schema="recovery")
        rows |= _rows(document, set(strategies))
        rules = [*_rules(document, own=path is own), *rules]
        for code, cause in (document.data.get("codes") or {}).items():
            codes[code] = _cause(document, ("codes", code), cause)
        for group, keywords in (document.data.get("repeatable") or {}).items():
            names[group] |= {str(keyword).lower() for keyword in keywords}
    return Table(rows, tuple(rules), codes, frozenset(names["always"]), frozenset(names["before_acting"]))


_BEFORE_ACTING = (Cause.LOCATOR_LOST, Cause.LOCATOR_HIDDEN, Cause.LOCATOR_COVERED, Cause.LOCATOR_DISABLED, Cause.TIMING)


def _rows(document: YamlDocument, known: set[str]) -> dict[str, CauseRow]:
    rows = {}
    for name, entry in (document.data.get("strategies") or {}).items():
        _cause(document, ("strategies", name), name)
        for index, strategy in enumerate(entry.get("auto_fix", ())):
            if known and strategy not in known:
                raise document.error(
                    ("strategies", name, "auto_fix", index),
                    f"there is no recovery strategy '{strategy}'. {near_matches(strategy, known)}",
                )
        rows[name] = CauseRow(
            entry.get("retry", False),
            entry.get("attempts", 1),
            entry.get("escalate", False),
            tuple(entry.get("auto_fix", ())),
        )
    return rows


def _rules(document: YamlDocument, *, own: bool) -> list[MessageRule]:
    rules = []
    kind: Any = BoundedPattern if own else re.compile
    for index, entry in enumerate(document.data.get("messages") or ()):
        try:
            pattern = kind(entry["match"], re.MULTILINE)
        except re.error as error:
            raise document.error(("messages", index, "match"), f"not a regular expression: {error}.") from None
        rules.append(
            MessageRule(
                pattern,
                _cause(document, ("messages", index, "cause"), entry["cause"]),
                entry.get("advice"),
                entry.get("group"),
                Applicability(entry.get("applicability", Applicability.NEEDS_VALUES)),
                {name: _texts(entry[f"{name}_text"]) for name in ("cause", "fix") if f"{name}_text" in entry},
                entry.get("keyword"),
            )
        )
    return rules


def _cause(document: YamlDocument, where: tuple[str | int, ...], name: str) -> Cause:
    try:
        return Cause(name)
    except ValueError:
        raise document.error(where, f"unknown cause '{name}'. {near_matches(name, list(Cause))}") from None


def _texts(value: Any) -> dict[str, str]:
    return {"en": value} if isinstance(value, str) else dict(value)
