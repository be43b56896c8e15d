"""Writes cases as a Robot suite: a table of fields, values and expected outcomes over one keyword."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any

from AIGCLibrary.data.inputs.cases import InputCase
from AIGCLibrary.data.options import LEFT_OUT
from AIGCLibrary.i18n import Text

_CELL = "    "
_SPECIAL = re.compile(r"([$@&%](?=\{))")
_SHORTEST_REPEATED = 40
"""Characters from which a text of one letter is written as an expression."""


def written(
    cases: Sequence[InputCase], template: str, source: str, language: str = "en", templates: str | None = None
) -> str:
    """Return the text of the suite.

    Args:
        cases: What is tried.
        template: Name of the template the fields belong to.
        source: What they were made from, for the documentation.
        language: `en` or `zh`: names of tests and comments.
        templates: What the import has to name for the template to be known; None where nothing is needed.
    """
    names = _names(cases, language)
    cells = [
        (input_case.expected, input_case.field, *(() if input_case.value is LEFT_OUT else (cell(input_case.value),)))
        for input_case in cases
    ]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(2)]
    longest = max((_width(name) for name in names), default=0)
    table = [
        (
            f"{name}{' ' * (longest - _width(name))}{_CELL}{row[0]:<{widths[0]}}{_CELL}{row[1]:<{widths[1]}}"
            f"{_CELL.join(('', *row[2:]))}"
        ).rstrip()
        for name, row in zip(names, cells, strict=True)
    ]
    keyword = Text("data.inputs.keyword").render(language)
    documentation = Text("data.inputs.documentation", template=template, source=source).render(language)
    heads = chain(["Documentation"], repeat("...          "))
    return "\n".join(
        [
            "*** Settings ***",
            *(f"{head}{_CELL}{line}" for head, line in zip(heads, documentation.splitlines(), strict=False)),
            f"Library          AIGCLibrary{f'{_CELL}templates={templates}' if templates else ''}",
            f"Test Template    {keyword}",
            "",
            f"*** Test Cases ***{_CELL}EXPECTED{_CELL}FIELD{_CELL}VALUE",
            *table,
            "",
            "*** Keywords ***",
            keyword,
            f"{_CELL}[Arguments]{_CELL}${{expected}}{_CELL}${{field}}{_CELL}@{{value}}",
            f"{_CELL}Check Data Input{_CELL}{template}{_CELL}${{field}}{_CELL}@{{value}}{_CELL}expected=${{expected}}",
            "",
        ]
    )


def _names(cases: Sequence[InputCase], language: str) -> list[str]:
    """Return names of tests, each once."""
    names = [f"{input_case.field} {Text(f'data.inputs.{input_case.kind}').render(language)}" for input_case in cases]
    twice = {name for name, count in Counter(names).items() if count > 1}
    numbers: Counter[str] = Counter()
    for index, name in enumerate(names):
        if name in twice:
            numbers[name] += 1
            names[index] = f"{name} {numbers[name]}"
    return names


def _width(text: str) -> int:
    """Return the columns of a text: characters of Chinese take two."""
    return sum(2 if ord(char) >= 0x2E80 else 1 for char in text)


def cell(value: Any) -> str:
    """Return a value as a cell of a Robot table that keeps its type."""
    if value is None:
        return "${NONE}"
    if isinstance(value, bool):
        return "${TRUE}" if value else "${FALSE}"
    if isinstance(value, int | float):
        return f"${{{value}}}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list) and len(value) > 3 and all(item == value[0] for item in value):
        return f"${{{{ [{value[0]!r}] * {len(value)} }}}}"
    return f"${{{{ {value!r} }}}}"


def _text(value: str) -> str:
    if len(value) >= _SHORTEST_REPEATED and len(set(value)) == 1:
        return f"${{{{ {value[0]!r} * {len(value)} }}}}"
    plain = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    plain = _SPECIAL.sub(r"\\\1", plain).replace("=", "\\=")
    plain = re.sub(r" {2,}|^ | $", lambda spaces: f"${{SPACE * {len(spaces[0])}}}", plain)
    if not plain:
        return "${EMPTY}"
    return f"\\{plain}" if plain[0] == "#" else plain
