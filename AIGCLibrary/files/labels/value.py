"""The value of the implicit AIGC label (GB 45438-2025, annex E): what it says, and whether it is right.

Provider code (TC260-PG-20252A): `00`, subject type, kind of code, 18 characters of social credit code (GB 32100,
check digit modulo 31), service type (1 generation, 2 propagation), model code of four characters or `00000`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.files.finding import Finding, FindingKind, Severity

FIELDS = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
REQUIRED = ("Label", "ContentProducer", "ProduceID")
MEANINGS = {"1": "generated", "2": "possibly generated", "3": "suspected to be generated"}
SOURCE = "GB 45438-2025, annex E"
NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE = re.compile(r"^00[0-9][0-9][0-9A-Z]{18}[0-9][0-9A-Z]{4}$")
_PLAIN = re.compile(r'^[\x21\x23-\x5b\x5d-\x7e"]*$')
LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Label:
    """One label as it is in a file.

    Args:
        fields: Its fields; texts.
        raw: The value as written.
        carrier: Where it stands, for example `mp4 keys`, `XMP TC260:AIGC`.
        place: Offset or line, where known.
        problem: Why it could not be read.
        conforming: The place is the one the practice guides name.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    raw: str = ""
    carrier: str = ""
    place: str | None = None
    problem: str | None = None
    conforming: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the label as JSON data."""
        return {
            "carrier": self.carrier,
            "place": self.place,
            "fields": dict(self.fields),
            "provider": provider(str(self.fields.get("ContentProducer", ""))),
            "meaning": MEANINGS.get(str(self.fields.get("Label"))),
            "problem": self.problem,
        }


def parse(raw: str, carrier: str, place: str | None = None, *, conforming: bool = True) -> Label:
    """Read a value: the fields themselves, or wrapped as `{"AIGC": {…}}`, or as JSON within JSON."""
    text = raw.strip().strip("\0").strip()
    try:
        data = json.loads(text)
        doubled = isinstance(data, str)
        if doubled:
            data = json.loads(data)
        if isinstance(data, Mapping) and isinstance(data.get("AIGC"), str | Mapping):
            inner = data["AIGC"]
            data = json.loads(inner) if isinstance(inner, str) else inner
    except (ValueError, RecursionError) as error:
        return Label({}, raw, carrier, place, f"it is no JSON: {error}", conforming)
    if not isinstance(data, Mapping):
        return Label({}, raw, carrier, place, "it is no JSON object", conforming)
    problem = "it is JSON within a JSON text" if doubled else None
    return Label(dict(data), raw, carrier, place, problem, conforming)


def credit_code_is_right(code: str) -> bool:
    """Return whether the check digit of a social credit code is right (GB 32100-2015)."""
    if len(code) != 18 or any(c not in _ALPHABET for c in code):
        return False
    total = sum(_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return _ALPHABET[(31 - total % 31) % 31] == code[17]


def provider(code: str) -> dict[str, str] | None:
    """Take a provider code apart; None when it is a name or no code."""
    if not _CODE.match(code):
        return None
    return {
        "subject_type": code[2],
        "code_type": code[3],
        "credit_code": code[4:22],
        "service": {"1": "generation", "2": "propagation"}.get(code[22], code[22]),
        "model": code[23:],
    }


def check(label: Label) -> Iterator[Finding]:
    """Return what is wrong with a label."""
    if label.problem is not None:
        severity = Severity.ERROR if not label.fields else Severity.WARNING
        yield _finding(label, "value", f"The AIGC label cannot be read as it must be: {label.problem}.", severity)
    if not label.fields:
        return
    if not label.conforming:
        yield _finding(label, "carrier", f"The AIGC label stands where no reader looks for it: {label.carrier}.")
    yield from _check_names(label)
    for name in FIELDS:
        if name in label.fields:
            yield from _check_text(label, name, label.fields[name])
    value = label.fields.get("Label")
    if value and str(value) not in MEANINGS:
        yield _finding(
            label, "Label", f"Label is '{value}'; it must be 1, 2 or 3.", expected="1, 2 or 3", actual=str(value)
        )
    yield from _check_identities(label)


def _check_names(label: Label) -> Iterator[Finding]:
    unknown = [name for name in label.fields if name not in FIELDS]
    if unknown:
        yield _finding(label, "fields", f"The AIGC label has unknown fields: {', '.join(unknown)}.", Severity.WARNING)
    for name in REQUIRED:
        if not label.fields.get(name):
            yield _finding(label, name, f"The AIGC label has no {name}.", expected="a value", actual="none")


def _check_identities(label: Label) -> Iterator[Finding]:
    for name, service in (("ContentProducer", "1"), ("ContentPropagator", "2")):
        yield from _check_provider(label, name, str(label.fields.get(name) or ""), service)
    for name in ("ProduceID", "PropagateID"):
        text = str(label.fields.get(name) or "")
        if len(text) > 3 and set(text) <= set("0-"):
            yield _finding(label, name, f"{name} is all zeros: it identifies nothing.", Severity.WARNING, actual=text)


_JSON_KINDS = {
    dict: "a JSON object",
    list: "a JSON array",
    int: "a JSON number",
    float: "a JSON number",
    bool: "true or false",
}


def _check_text(label: Label, name: str, value: Any) -> Iterator[Finding]:
    if not isinstance(value, str):
        yield _finding(
            label,
            name,
            f"{name} is {json.dumps(value, ensure_ascii=False)[:60]}; it must be a text.",
            Severity.WARNING,
            expected="a JSON string",
            actual=_JSON_KINDS.get(type(value), "null"),
        )
    elif len(value) > LONGEST:
        yield _finding(label, name, f"{name} has {len(value)} characters.", expected=f"<= {LONGEST}")
    elif not _PLAIN.match(value):
        yield _finding(
            label,
            name,
            f"{name} '{value[:60]}' has characters beyond printable ASCII without space.",
            Severity.WARNING,
            expected="0x21, 0x23-0x5B, 0x5D-0x7E",
        )


def _check_provider(label: Label, name: str, code: str, service: str) -> Iterator[Finding]:
    if not code or not code.startswith("00") or len(code) < 20 or not code.isascii() or " " in code:
        return  # a name, which is allowed
    if len(code) != 27:
        yield _finding(
            label,
            name,
            f"{name} '{code}' looks like a provider code, which has 27 characters, but has {len(code)}.",
            expected="27 characters",
            actual=f"{len(code)} characters",
            source="TC260-PG-20252A",
        )
        return
    parts = provider(code)
    if parts is None or (parts["code_type"] == "1" and not credit_code_is_right(parts["credit_code"])):
        yield _finding(
            label,
            name,
            f"{name} '{code}' is no provider code: its check digit or its form is wrong.",
            actual=code,
            source="TC260-PG-20252A; GB 32100-2015",
        )
    elif code[22] not in ("1", "2") or code[22] != service:
        yield _finding(
            label,
            name,
            f"{name} '{code}' has the service type {code[22]}; expected {service}.",
            Severity.INFO,
            expected=f"service type {service}",
            actual=f"service type {code[22]}",
            source="TC260-PG-20252A",
        )


def _finding(
    label: Label,
    part: str,
    message: str,
    severity: Severity = Severity.ERROR,
    *,
    expected: str | None = None,
    actual: str | None = None,
    source: str = SOURCE,
) -> Finding:
    place = f"{label.carrier}, {label.place}" if label.place else label.carrier
    return Finding(
        f"labels.aigc.{part}",
        message,
        FindingKind.LABEL_INVALID,
        severity,
        expected,
        actual,
        None,
        place or None,
        source,
    )
