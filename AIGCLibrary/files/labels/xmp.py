"""The labels in an XMP packet: TC260's AIGC property, IPTC's DigitalSourceType."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from AIGCLibrary.files.labels.value import NAMESPACE, Label, parse

_PREFIX = re.compile(r"xmlns:([A-Za-z0-9_.-]+)\s*=\s*[\"']" + re.escape(NAMESPACE) + r"[\"']")
_FOREIGN = re.compile(r"<([A-Za-z0-9_.-]+:(?:AIGC|Info))\b[^<>]*>")
_LI = re.compile(r"<(rdf:li)\b[^<>]*>")
_SOURCE = re.compile(
    r"DigitalSourceType\s*=\s*[\"']([^\"']*)[\"']|<[\w.-]+:DigitalSourceType"
    r"[^<>]{0,2000}?(?:rdf:resource=[\"']([^\"'<]{0,2000})[\"'][^<>]{0,2000}/>|>([^<]*)<)"
)
_MOST_NAMES = 50
"""Different names of elements, or prefixes of the namespace, that are looked for in a packet."""
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class SourceType:
    """An IPTC digital source type: its full address, or the bare code."""

    value: str

    @property
    def code(self) -> str:
        """The code, for example `trainedAlgorithmicMedia`."""
        return self.value.rstrip("/").rsplit("/", 1)[-1]

    @property
    def is_full(self) -> bool:
        """True when the whole address is there, as IPTC demands."""
        return self.value.startswith((IPTC, IPTC.replace("http:", "https:")))


def labels_in(xmp: bytes | str) -> list[Label]:
    """Return the AIGC labels of an XMP packet; those in a foreign namespace are marked so."""
    text = _text(xmp)
    labels = []
    for prefix in list(dict.fromkeys(_PREFIX.findall(text)))[:_MOST_NAMES]:
        name = re.escape(prefix) + ":AIGC"
        attributes = re.finditer(rf"\b{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", text)
        found = [
            (attribute.start(), attribute[1] if attribute[1] is not None else attribute[2]) for attribute in attributes
        ]
        found += [(at, value) for at, _, value in _elements(text, re.compile(rf"<({name})\b[^<>]*>"))]
        labels += [parse(_value(value), "XMP TC260:AIGC") for _, value in sorted(found)]
    if not labels:
        for _, name, inner in _elements(text, _FOREIGN):
            value = _value(inner)
            if '"Label"' in value or "ContentProducer" in value:
                labels.append(parse(value, f"XMP {name} (foreign namespace)", conforming=False))
    return labels


def source_types(xmp: bytes | str) -> list[SourceType]:
    """Return the digital source types of an XMP packet."""
    return [
        SourceType(next(g for g in m.groups() if g is not None).strip())
        for m in _SOURCE.finditer(_text(xmp))
        if any(m.groups())
    ]


def _elements(text: str, opening: re.Pattern[str]) -> Iterator[tuple[int, str, str]]:
    """Find elements by their opening tags; returns place, name and content of each, in time linear in the text."""
    at, open_ended = 0, set[str]()
    while (found := opening.search(text, at)) and len(open_ended) < _MOST_NAMES:
        name, at = found[1], found.end()
        end = -1 if name in open_ended else text.find(f"</{name}>", at)
        if end < 0:
            open_ended.add(name)
            continue
        yield found.start(), name, text[at:end]
        at = end


def _value(text: str) -> str:
    text = next((inner for _, _, inner in _elements(text, _LI)), text)
    return html.unescape(text.replace("<![CDATA[", "").replace("]]>", "")).strip()


def _text(xmp: bytes | str) -> str:
    return xmp[:LARGEST].decode("utf-8", errors="replace") if isinstance(xmp, bytes) else xmp[:LARGEST]
