"""Judges SVG: well-formed XML, size by its view box, and nothing in it that runs or loads from elsewhere (SVG 2)."""

import re
from pathlib import Path
from typing import Any
from xml.parsers import expat

from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.files.work import STEP

_LENGTH = re.compile(r"\s*+([0-9.]++)\s*+(?:(px|pt|pc|mm|cm|in|q)\s*+)?", re.IGNORECASE)
_PIXELS = {"": 1, "px": 1, "pt": 4 / 3, "pc": 16, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96, "q": 96 / 101.6}
"""CSS pixels of a unit (CSS Values 3, 6.2)."""
_OUTSIDE = re.compile(r"""(?:url\(|@import)\s*+(?:['"]\s*+)?((?:[a-z][a-z0-9+.-]*:|//)[^'")\s]*)""", re.IGNORECASE)
_LINKS = ("href", "src", "data")
_RUNS = ("script", "foreignobject", "iframe", "object", "embed")
_PIECE = 1 << 16
_SOURCE = "SVG 2"
_DEEP, _NESTED = 1000, 10.0
"""Elements within each other beyond which each further one, which the parser keeps until it ends, is more work."""
_ATTRIBUTE = 9.0
"""Work of one attribute."""


class SvgValidator(Validator):
    """Judges SVG without ever following what it refers to."""

    name = "svg"

    def inspect(self, path: Path) -> None:
        """Parse the picture piece by piece."""
        self._depth = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        self._parser: Any = parser
        try:
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    self.examination.tick(_ATTRIBUTE * piece.count(b"="))  # those of one element are kept together
                    parser.Parse(piece, False)
                parser.Parse(b"", True)
        except expat.ExpatError as error:
            kind = (
                FindingKind.TRUNCATED if "no element" in str(error) or "unclosed" in str(error) else FindingKind.CORRUPT
            )
            self.examination.report(
                "svg.syntax", f"The picture is no well-formed XML: {error}.", kind, source="XML 1.0"
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.examination.tick(_NESTED if self._depth > _DEEP else STEP)
        plain = name.rpartition(":")[2].lower()
        if self._depth == 0:
            self._root(plain, attributes)
        self._depth += 1
        if plain in _RUNS:
            self._unsafe("svg.script", f"Element '{name}' can run code or show a foreign page")
        for key, value in attributes.items():
            self._attribute(plain, key.rpartition(":")[2].lower(), value)

    def _attribute(self, element: str, key: str, value: str) -> None:
        link = "".join(value.split()).lower()
        if key.startswith("on") or (key in _LINKS and link.startswith(("javascript:", "data:text/html"))):
            self._unsafe("svg.script", f"Attribute '{key}' runs code")
        elif key in _LINKS and element != "a" and link and not link.startswith(("#", "data:")):
            self._unsafe("svg.reference", f"Element '{element}' loads '{value[:80]}'")
        elif key not in _LINKS and not key.startswith("xmlns") and (found := _OUTSIDE.search(value)):
            self._refers(found[1])

    def _text(self, text: str) -> None:
        if found := _OUTSIDE.search(text):
            self._refers(found[1])

    def _refers(self, address: str) -> None:
        if not address.lower().startswith("data:"):
            self._unsafe("svg.reference", f"A style loads '{address[:80]}'")

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _entity(self, name: str, *_: Any) -> None:
        self._unsafe("svg.entity", f"Entity '{name}' is declared; entities can grow without bounds or read files")

    def _unsafe(self, rule: str, what: str) -> None:
        place = f"line {self._parser.CurrentLineNumber}"
        self.examination.report(rule, f"{what}.", FindingKind.UNSAFE, place=place, source=_SOURCE)

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        if name != "svg":
            self.examination.report("svg.syntax", f"The root element is '{name}'; expected 'svg'.", source=_SOURCE)
            return
        box = [float(n) for n in re.findall(r"-?[0-9.]+(?:e-?\d+)?", attributes.get("viewBox", "")) if n.strip("-.")]
        width, height = _pixels(attributes.get("width")), _pixels(attributes.get("height"))
        if len(box) == 4 and box[2] > 0 and box[3] > 0:
            ratio = box[2] / box[3]
            width = width or (height * ratio if height else box[2])
            height = height or width / ratio
        self.examination.note({"container": "svg"}, "header")
        if width and height:
            shown = {"width": round(width), "height": round(height), "resolution": f"{round(width)}x{round(height)}",
                     "aspect": round(width / height, 4)}  # fmt: skip
            self.examination.note(shown, "header")
        else:
            why = "the picture states neither a size nor a view box"
            names = ("width", "height", "resolution", "aspect")
            self.examination.unmeasured.update({f"media.{name}": why for name in names})


def _pixels(text: str | None) -> float | None:
    """Return a length in CSS pixels; None when it is not stated, or relative."""
    match = _LENGTH.fullmatch(text or "")
    try:
        return float(match[1]) * _PIXELS[(match[2] or "").lower()] or None if match else None
    except ValueError:
        return None
