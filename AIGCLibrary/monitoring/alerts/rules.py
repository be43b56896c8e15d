"""What slo.yaml says of alerts: rules, silences, inhibitions and channels."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.monitoring.units import to_base


class When(StrEnum):
    """What fires an alert."""

    BREACH = "breach"
    """Proven worse than the limit, by a test that may be looked at any time."""
    AT_RISK = "at_risk"
    """The limit holds, proven, but the target is missed."""
    NO_DATA = "no_data"
    """Nothing was measured."""
    BURN = "burn"
    """The error budget over runs burns too fast."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of `alerts`; times in seconds.

    Args:
        slo: Name or pattern of objectives.
        when: What fires it.
        hold: How long the condition must last first.
        keep: How long it continues after the last sign.
        group_wait: How long to wait for others, so that one message covers all.
        repeat: How often it is reported again while it lasts.
        to: Names of channels.
    """

    slo: str = "*"
    when: When = When.BREACH
    hold: float = 0.0
    keep: float = 0.0
    group_wait: float = 5.0
    repeat: float = 4 * 3600.0
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Silence:
    """Alerts of a pattern that are not reported for a time, in seconds since 1970."""

    slo: str
    start: float
    end: float
    reason: str = ""

    def covers(self, slo: str, now: float) -> bool:
        """Return whether an alert is silenced now."""
        return self.start <= now < self.end and fnmatchcase(slo, self.slo)


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert of `when` fires, those of `mute` are not reported."""

    when: str
    mute: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All that slo.yaml says of alerts."""

    rules: tuple[Rule, ...] = ()
    silences: tuple[Silence, ...] = ()
    inhibitions: tuple[Inhibition, ...] = ()
    channels: Mapping[str, tuple[str, ...]] | None = None

    def names(self, rule: Rule) -> list[str]:
        """Return the channels of a rule by name and number, such as `qa/0`; their addresses are secrets."""
        channels = self.channels or {}
        return [f"{name}/{index}" for name in rule.to for index in range(len(channels[name]))]

    def address(self, name: str) -> str:
        """Return the URL of a channel, environment variables filled in.

        Args:
            name: As `names` returns it.

        Raises:
            ConfigError: The channel does not exist any more, or a variable is not set.
        """
        group, _, index = name.rpartition("/")
        urls = (self.channels or {}).get(group, ())
        if not index.isdigit() or int(index) >= len(urls):
            raise ConfigError(f"There is no channel '{name}' under notify. {near_matches(group, self.channels or {})}")
        return expand(urls[int(index)])


def read_rules(data: Mapping[str, Any]) -> Rules:
    """Build the rules from the data of a slo.yaml that fits its schema.

    Raises:
        ConfigError: A rule names a channel that does not exist.
    """
    channels = {name: tuple(urls) for name, urls in (data.get("notify") or {}).items()}
    rules = []
    for entry in data.get("alerts") or ():
        for name in entry["to"]:
            if name not in channels:
                raise ConfigError(
                    f"An alert goes to '{name}', which is not under notify. {near_matches(name, channels)}"
                )
        rules.append(
            Rule(
                slo=entry.get("slo", "*"),
                when=When(entry.get("when", "breach")),
                hold=to_base(entry.get("for", 0), "s"),
                keep=to_base(entry.get("keep_firing_for", 0), "s"),
                group_wait=to_base(entry.get("group_wait", 5), "s"),
                repeat=to_base(entry.get("repeat", "4 h"), "s"),
                to=tuple(entry["to"]),
            )
        )
    silences = tuple(
        Silence(silence["slo"], _time(silence.get("from")), _time(silence["until"]), silence.get("reason", ""))
        for silence in data.get("silences") or ()
    )
    inhibitions = tuple(Inhibition(inhibition["when"], inhibition["mute"]) for inhibition in data.get("inhibit") or ())
    return Rules(tuple(rules), silences, inhibitions, channels)


def expand(url: str) -> str:
    """Fill environment variables into a channel URL: `%{NAME}`.

    Raises:
        ConfigError: A variable is not set.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in os.environ:
            raise ConfigError(f"A channel under notify needs the environment variable '{name}', which is not set.")
        return os.environ[name]

    return re.sub(r"%\{(\w+)\}", value, url)


def _time(text: str | None) -> float:
    if text is None:
        return 0.0
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"'{text}' is not an ISO 8601 time such as 2026-11-30T08:00+08:00.") from None
    return (found if found.tzinfo else found.astimezone(UTC)).timestamp()
