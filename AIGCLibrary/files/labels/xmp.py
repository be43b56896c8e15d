"""The labels in an XMP packet: TC260's AIGC property, IPTC's DigitalSourceType."""

import html
import re
from dataclasses import dataclass

from AIGCLibrary.files.labels.value import NAMESPACE, Label, parse

_PREFIX = re.compile(r"xmlns:([A-Za-z0-9_.-]+)\s*=\s*[\"']" + re.escape(NAMESPACE) + r"[\"']")
_FOREIGN = re.compile(r"<([A-Za-z0-9_.-]+:(?:AIGC|Info))\b[^>]*>(.*?)</\1>", re.DOTALL)
_LI = re.compile(r"<rdf:li[^>]*>(.*?)</rdf:li>", re.DOTALL)
_SOURCE = re.compile(
    r"DigitalSourceType\s*=\s*[\"']([^\"']*)[\"']|<[\w.-]+:DigitalSourceType[^>]*?(?:rdf:resource=[\"']([^\"']*)[\"'][^>]*/>|>([^<]*)<)"
)
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class SourceType:
    """An IPTC digital source type: its full address, or the bare code somebody wrote."""

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
    """Give the AIGC labels of an XMP packet; those in a foreign namespace are marked so."""
    text = _text(xmp)
    labels = []
    for prefix in dict.fromkeys(_PREFIX.findall(text)):
        name = re.escape(prefix) + ":AIGC"
        for match in re.finditer(
            rf"<{name}\b[^>]*?>(.*?)</{name}>|\b{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", text, re.DOTALL
        ):
            value = next(group for group in match.groups() if group is not None)
            labels.append(parse(_value(value), "XMP TC260:AIGC"))
    if not labels:
        for match in _FOREIGN.finditer(text):
            value = _value(match[2])
            if '"Label"' in value or "ContentProducer" in value:
                labels.append(parse(value, f"XMP {match[1]} (foreign namespace)", conforming=False))
    return labels


def source_types(xmp: bytes | str) -> list[SourceType]:
    """Give the digital source types of an XMP packet."""
    return [
        SourceType(next(g for g in m.groups() if g is not None).strip())
        for m in _SOURCE.finditer(_text(xmp))
        if any(m.groups())
    ]


def _value(text: str) -> str:
    item = _LI.search(text)
    text = item[1] if item else text
    return html.unescape(text.replace("<![CDATA[", "").replace("]]>", "")).strip()


def _text(xmp: bytes | str) -> str:
    return xmp[:LARGEST].decode("utf-8", errors="replace") if isinstance(xmp, bytes) else xmp[:LARGEST]
