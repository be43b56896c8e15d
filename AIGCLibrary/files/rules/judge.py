"""Holds the demands on single values against the facts of a file."""

from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.files.finding import Finding, FindingKind
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.rules.vocabulary import WORDS, Word
from AIGCLibrary.files.units import show
from AIGCLibrary.units import format_size


def judge(
    rules: RuleSet,
    facts: Mapping[str, Any],
    words: Mapping[str, Word] = WORDS,
    *,
    prefix: str = "",
) -> Iterator[Finding]:
    """Report every demand that does not hold; what a missing fact means is decided by `missing_facts`.

    Args:
        rules: The demands.
        facts: What is known of the file, in sections.
        words: The rules to look at.
        prefix: Section of the rules, for their ids: `archive.`.
    """
    for name, word in words.items():
        demand = rules.demand(name)
        if demand is None:
            continue
        value = look_up(facts, word.fact)
        rule = f"{prefix}{name}"
        if value is not None and not demand.holds(value):
            shown = format_size(value) if word.unit == "bytes" else _with_unit(value, word.unit)
            yield Finding(
                rule,
                f"The {word.title} is {shown}; expected {demand}.",
                word.kind,
                expected=_without(str(demand), word.unit),
                actual=show(value),
                unit=word.unit,
                place=_place(facts, name),
            )


def judge_type(rules: RuleSet, media_type: str | None) -> Iterator[Finding]:
    """Report a file of another type than demanded."""
    demand = rules.demand("type")
    if demand is not None and not demand.holds(media_type or "unknown"):
        yield Finding(
            "type",
            f"The content is {media_type or 'of an unknown type'}; expected {demand}.",
            FindingKind.TYPE,
            expected=str(demand),
            actual=media_type or "unknown",
            place="offset 0",
        )


def look_up(facts: Mapping[str, Any], path: str) -> Any:
    """Return a fact by its dotted name; None when it is not known."""
    node: Any = facts
    for key in path.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _with_unit(value: object, unit: str | None) -> str:
    return f"{show(value)} {unit}" if unit and not isinstance(value, bool) else show(value)


def _without(demand: str, unit: str | None) -> str:
    """Take the unit off a demand: it is shown beside it."""
    return demand.removesuffix(f" {unit}") if unit else demand


def _place(facts: Mapping[str, Any], name: str) -> str | None:
    spans = look_up(facts, f"quality.{name}_spans")
    return ", ".join(f"{start:.2f}-{end:.2f} s" for start, end in spans[:10]) if spans else None
