"""Tries one input: what a node needs is prepared, its body is sent with one value changed, and all is removed."""

import copy
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from AIGCLibrary.data.errors import InputError, PreparationError, TemplateError
from AIGCLibrary.data.inputs.sources import body_of
from AIGCLibrary.data.model import Node, Template
from AIGCLibrary.data.options import LEFT_OUT
from AIGCLibrary.data.values import TemplateValue
from AIGCLibrary.errors import near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.units import is_whole

log = logging.getLogger("aigc.data")

OUTCOMES = (
    "accepted",
    "unchanged",
    "bad_input",
    "not_found",
    "conflict",
    "quota",
    "unauthorized",
    "internal",
    "operation",
)
"""What can become of an input; `unchanged` is accepted, and the answer holds the very value."""
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class InputOutcome:
    """What the product made of an input.

    Args:
        field: Node and place in its body.
        outcome: One of `OUTCOMES`.
        status: HTTP status of the answer; None where it is not known.
        answer: What the product said, or the value it keeps.
    """

    field: str
    outcome: str
    status: int | None
    answer: Any

    def fulfils(self, expected: tuple[str, ...]) -> bool:
        """Return whether this is one of the expected outcomes."""
        return self.outcome in expected or (self.outcome == "unchanged" and "accepted" in expected)


def expectations(expected: str) -> tuple[str, ...]:
    """Return the outcomes that a text such as `accepted|bad_input` names.

    Raises:
        InputError: One is unknown.
    """
    names = tuple(name.strip() for name in expected.split("|"))
    unknown = next((name for name in names if name not in OUTCOMES), None)
    if unknown is not None:
        raise InputError(f"expected={expected}: there is no outcome '{unknown}'. {near_matches(unknown, OUTCOMES)}")
    return names


def trial_of(template: Template, field: str, value: Any) -> tuple[Template, str, tuple[str, ...]]:
    """Return a template that makes only one node and what it needs, with one value of its body changed.

    Args:
        template: The template.
        field: Node and place in its body, for example `script.settings.width`.
        value: The value, taken as it is: expressions in it are text. `LEFT_OUT` takes the field away.

    Returns:
        The template, the name of the node, and the place in its body.

    Raises:
        TemplateError: The template does not have the node, or does not send the field.
    """
    name, *place = field.split(".")
    node = template.nodes.get(name)
    if node is None:
        raise TemplateError(f"Template '{template.name}' has no node '{name}'. {near_matches(name, template.nodes)}")
    if not place or not isinstance(body_of(node), Mapping):
        raise TemplateError(
            f"'{field}' is not a field of template '{template.name}': "
            + (f"the creation of '{name}' sends no fields." if place else "write node.field."),
            hint=Text("data.hint.input_field"),
        )
    needed = _closure(template, name)
    nodes = {node: template.nodes[node] for node in template.nodes if node in needed}
    nodes[name] = _changed(node, tuple(place), value)
    edges = {node: template.edges[node] for node in nodes}
    return replace(template, nodes=nodes, edges=edges, outputs={}), name, tuple(place)


def _closure(template: Template, name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += template.edges[node]
    return found


def _changed(node: Node, place: tuple[str, ...], value: Any) -> Node:
    """Return a node with another body; it is made as such, neither found nor waited for as a task."""
    create = node.create
    old = (create.json or create.content) if create else None
    assert create is not None  # noqa: S101 - it has a body
    assert old is not None  # noqa: S101 - it has a body
    compiled = copy.deepcopy(old.compiled)
    _put(compiled, place, value, node.name)
    kept = tuple((at, expression) for at, expression in old.expressions if tuple(map(str, at))[: len(place)] != place)
    body = TemplateValue(old.raw, compiled, kept)
    changed = replace(create, json=body) if create.json else replace(create, content=body)
    return replace(node, create=changed, reuse=False, schema=None, task=None, update=None)


def _put(body: Any, place: tuple[str, ...], value: Any, node: str) -> None:
    holder = body
    for number, step in enumerate(place[:-1]):
        key: Any = int(step) if isinstance(holder, list) and is_whole(step) else step
        keys = range(len(holder)) if isinstance(holder, list) else holder
        if key not in keys or not isinstance(holder[key], dict | list):
            at = ".".join((node, *place[: number + 1]))
            raise TemplateError(
                f"The creation of '{node}' sends no mapping '{at}'. Add it to the template first.",
                hint=Text("data.hint.input_field"),
            )
        holder = holder[key]
    last: Any = int(place[-1]) if isinstance(holder, list) and is_whole(place[-1]) else place[-1]
    if value is not LEFT_OUT:
        holder[last] = value
    elif isinstance(holder, dict):
        if last not in holder:
            raise TemplateError(f"The creation of '{node}' does not send '{'.'.join(place)}'; nothing can be left out.")
        del holder[last]
    else:
        del holder[last]


def outcome_of_failure(failure: PreparationError, field: str, node: str) -> InputOutcome | None:
    """Return what a failed preparation says of the input; None when it says nothing of it."""
    facts = failure.facts
    key = str(facts.get("node", ""))
    mine = key == node or key.startswith(f"{node}[")
    refused = facts.get("status") is not None and facts.get("method") not in (None, "GET")
    kind = str(facts.get("class", ""))
    if not mine or not (refused or kind == "operation") or kind not in OUTCOMES:
        return None
    status = facts.get("status")
    return InputOutcome(
        field, kind, status if isinstance(status, int) else None, facts.get("excerpt") or failure.message
    )


def outcome_of_success(data: Any, field: str, node: str, place: tuple[str, ...], value: Any) -> InputOutcome:
    """Return what an accepted input became: the very value, or another one, or nothing that the answer shows."""
    made = data.get(node)
    made = made[0] if isinstance(made, list) and made else made
    kept = kept_value(made, place)
    return InputOutcome(field, "unchanged" if kept == value and type(kept) is type(value) else "accepted", None, kept)


def kept_value(made: Any, place: tuple[str, ...]) -> Any:
    """Return the value of a field in the answer, also from under the usual wrappers; None where it is not shown."""
    for holder in (
        made,
        *((made.get(member) for member in ("data", "result", "attributes")) if isinstance(made, dict) else ()),
    ):
        found = holder
        for step in place:
            found = found.get(step) if isinstance(found, dict) else None
        if found is not None:
            return found
    return None


def judge(outcome: InputOutcome, expected: tuple[str, ...], value: Any) -> None:
    """Raise when an outcome is none of the expected ones.

    Raises:
        InputError: With the value, what was expected, and what the product did (AIGC419).
    """
    if outcome.fulfils(expected):
        return
    sent = "left out" if value is LEFT_OUT else f"= {_short(value)}"
    status = f" (HTTP {outcome.status})" if outcome.status else ""
    said = f": {_short(outcome.answer)}" if outcome.answer is not None else ""
    if outcome.outcome == "accepted" and "unchanged" in expected:
        what = (
            f"was accepted, but the answer holds {_short(outcome.answer)}"
            if said
            else "was accepted, but no answer shows what was kept"
        )
    elif outcome.outcome in ("accepted", "unchanged"):
        what = "was accepted"
    else:
        what = f"ended as {outcome.outcome}{status}{said}"
    raise InputError(
        f"Input '{outcome.field}' {sent} {what}; expected {' or '.join(expected)}.",
        hint=Text("data.hint.input"),
        facts={
            "field": outcome.field,
            "outcome": outcome.outcome,
            "status": outcome.status,
            "expected": list(expected),
        },
    )


def _short(value: Any) -> str:
    shown = repr(value)
    return (
        shown
        if len(shown) <= _SHOWN
        else f"{shown[:_SHOWN]}… ({len(value) if isinstance(value, str) else len(shown)} characters)"
    )
