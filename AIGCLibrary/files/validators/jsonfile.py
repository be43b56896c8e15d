"""Judges JSON and JSON Lines: strict syntax (RFC 8259), doubled keys, JSON Schema, values by expression."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.rules.constraint import Constraint
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.files.validators.json_pieces import PieceReader
from AIGCLibrary.files.work import STEP
from AIGCLibrary.http.json_schema import compiled
from AIGCLibrary.wording import NOT_MEASURED

MOST_TOLD = 20
_LETTER = 0.02
"""Work of parsing one byte of JSON."""
_NUMBER_LIMIT = 4000


class JsonValidator(Validator):
    """Judges JSON documents and JSON Lines."""

    name = "json"

    def inspect(self, path: Path) -> None:
        """Parse and judge the document, or each line of it."""
        self._rules: Mapping[str, Any] = self.examination.rules.get("json") or {}
        self._twins: list[str] = []
        lines = self.examination.media_type == "application/x-ndjson" or path.suffix in (".jsonl", ".ndjson")
        if lines:
            self._lines(path)
            return
        if path.stat().st_size > self.examination.limits.document_tree:
            self._pieces(path)
            return
        data = self._parse(path.read_bytes(), None)
        if data is not _BROKEN:
            facts = {"items": len(data) if isinstance(data, list | dict) else 1, "root": _type_name(data)}
            self.examination.section("json").update(facts)
            self._judge([(None, data)])

    def _pieces(self, path: Path) -> None:
        """Judge a large document without holding it in memory."""
        reader = PieceReader(self.examination)
        limit = self.examination.limits.document_tree
        why = (
            f"the document has more than {limit} bytes; raise `options.files.document_tree` to have it read as a whole"
        )
        self.examination.unmeasured.update({"json.schema": why, "json.values": why})
        try:
            if not reader.read(path):
                return
        except ValueError as error:
            reason = str(error).strip().splitlines()[0].strip("b'\"\\n ").rstrip(".")
            kind = FindingKind.TRUNCATED if "premature" in reason or "EOF" in reason else FindingKind.CORRUPT
            self.examination.report("json.syntax", f"The document cannot be read: {reason}.", kind, source="RFC 8259")
            return
        self.examination.section("json").update(items=reader.items if reader.root in ("object", "array") else 1,
                                                root=reader.root)  # fmt: skip
        self._twins = reader.twins
        self._report_twins()
        for demand in [name for name in ("schema", "values") if self._rules.get(name)]:
            self.examination.report(
                f"json.{demand}", f"The rule 'json.{demand}' was not checked: {why}.", FindingKind.TOO_LARGE,
                actual=NOT_MEASURED,
            )  # fmt: skip

    def _lines(self, path: Path) -> None:
        count = 0
        batch: list[tuple[int | None, Any]] = []
        held, most = 0, self.examination.limits.document_tree
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(most + 1), b""), 1):
                self.examination.tick(3 * STEP + _LETTER * len(line))
                if not line.strip():
                    continue
                if self.examination.exceeds(
                    "json.size",
                    f"Line {number} has more than {len(line) - 1} bytes",
                    "document_tree",
                    len(line),
                    "bytes",
                ):
                    return
                data = self._parse(line.rstrip(b"\r\n"), number)
                if data is _BROKEN:
                    return
                count += 1
                batch.append((number, data))
                held += len(line)
                if len(batch) >= 1000 or held >= most:
                    self._judge(batch)
                    batch, held = [], 0
        self._judge(batch)
        self.examination.section("json").update(items=count, root="lines")

    def _parse(self, data: bytes, line: int | None) -> Any:
        place = f"line {line}" if line else None
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"The text is not UTF-8: {error.reason}."
            self.examination.report(
                "json.encoding", message, place=place or f"offset {error.start}", source="RFC 8259, 8.1"
            )
            return _BROKEN
        if text.startswith("\ufeff"):
            message = "A byte order mark stands before the text."
            self.examination.report(
                "json.bom", message, severity=Severity.WARNING, place="offset 0", source="RFC 8259, 8.1"
            )
            text = text[1:]
        try:
            return json.loads(text, parse_constant=_no_constant, parse_int=_whole, object_pairs_hook=self._pairs)
        except json.JSONDecodeError as error:
            where = place or f"line {error.lineno}, column {error.colno}"
            cut = error.pos >= len(text.rstrip())
            kind = FindingKind.TRUNCATED if cut and text.strip() else FindingKind.CORRUPT
            near = _near(text, error.pos)
            message = f"{error.msg}: near '{near}'." if near else f"{error.msg}: the text is empty."
            self.examination.report("json.syntax", message, kind, actual=near or None, place=where, source="RFC 8259")
        except RecursionError:
            self.examination.report("json.depth", "The document is nested too deep to be read.", place=place)
        except ValueError as error:
            self.examination.report("json.syntax", f"{error}.", place=place, source="RFC 8259")
        return _BROKEN

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs) and len(self._twins) < MOST_TOLD:
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self._twins.append(key)
                seen.add(key)
        return made

    def _report_twins(self) -> None:
        for key in dict.fromkeys(self._twins):
            severity = Severity.ERROR if self._rules.get("duplicate_keys") is False else Severity.WARNING
            message = f"Key '{key}' stands twice in one object; readers keep one of them."
            self.examination.report(
                "json.duplicate_keys", message, FindingKind.RULE, severity=severity, actual=key, source="RFC 8259, 4"
            )
        self._twins.clear()

    def _judge(self, documents: list[tuple[int | None, Any]]) -> None:
        self._report_twins()
        schema = self._rules.get("schema")
        if schema is not None:
            validator = schema_validator(schema, self.examination.rules.directory)
            for line, data in documents:
                for number, error in enumerate(validator.iter_errors(data)):
                    if number >= MOST_TOLD:
                        break
                    where = "$" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.instance_path)
                    place = f"line {line}, {where}" if line else where
                    self.examination.report(
                        "json.schema", f"{where}: {error.message[:300]}.", FindingKind.RULE, place=place
                    )
        for expression, wanted in (self._rules.get("values") or {}).items():
            self._value(expression, Constraint(wanted, f"json.values.{expression}"), documents)

    def _value(self, expression: str, demand: Constraint, documents: list[tuple[int | None, Any]]) -> None:
        import jmespath

        for line, data in documents:
            value = jmespath.search(expression, data)
            if value is None or not demand.holds(value):
                shown = json.dumps(value, ensure_ascii=False)[:100]
                self.examination.report(
                    f"json.values.{expression}", f"'{expression}' is {shown}; expected {demand}.", FindingKind.RULE,
                    expected=str(demand), actual=shown, place=f"line {line}" if line else expression,
                )  # fmt: skip


class _Broken:
    """Stands for a document that could not be read, since null is one."""


_BROKEN = _Broken()


def schema_validator(schema: Any, directory: Path) -> Any:
    """Build the validator of a JSON Schema given in place or as a path from the rule file.

    Raises:
        ConfigError: The schema cannot be read, or is none.
    """
    base = None
    if isinstance(schema, str):
        path = next((p for p in (directory / schema, Path(schema)) if p.is_file()), None)
        if path is None:
            raise ConfigError(f"The JSON Schema '{schema}' does not exist, neither in '{directory}' nor from here.")
        try:
            schema, base = json.loads(path.read_text(encoding="utf-8")), path.resolve().as_uri()
        except ValueError as error:
            raise ConfigError(f"The JSON Schema '{path}' is not valid JSON: {error}.") from None
    return compiled(schema, base, formats=True)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _whole(text: str) -> int | float:
    """Read a whole number; Python refuses to convert very long ones, JSON does not."""
    return int(text) if len(text) <= _NUMBER_LIMIT else float(text)


def _near(text: str, position: int) -> str:
    return re.sub(r"\s+", " ", text[max(0, position - 20) : position + 20]).strip()


def _type_name(data: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(data), "number")
