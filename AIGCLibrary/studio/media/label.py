"""The AIGC content label of GB 45438-2025 (annex E) and the carriers it travels in.

Value: one JSON object with Label, ContentProducer, ProduceID, ReservedCode1, ContentPropagator, PropagateID,
ReservedCode2. Label "1" means: is generated. ContentProducer is the 27-character provider code of
TC260-PG-20252A: `00`, subject type, code type, 18 characters of social credit code, service type, model code.
"""

from __future__ import annotations

import hashlib
import json
from xml.sax.saxutils import escape

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.media.order import Order

KEY = "AIGC"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
    "<TC260:AIGC>{value}</TC260:AIGC>"
    "<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    "</Iptc4xmpExt:DigitalSourceType></rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
)


def credit_code(body: str) -> str:
    """A unified social credit code with its check digit (GB 32100-2015: weights 3^i, modulus 31).

    Args:
        body: The first 17 characters.
    """
    total = sum(_CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + _CREDIT_ALPHABET[(31 - total % 31) % 31]


def provider_code() -> str:
    """The studio's own (invented, well-formed) provider code."""
    return "00" + "1" + "1" + credit_code("91110000MA00DEM06") + "1" + "0001"


def label_value(order: Order) -> str | None:
    """The label as JSON text; None when the file goes unlabelled, a wrong one when that fault is ordered."""
    if order.has(OutputFault.UNLABELLED):
        return None
    label = {
        "Label": "1",
        "ContentProducer": provider_code(),
        "ProduceID": order.produce_id,
        "ReservedCode1": hashlib.sha256(f"{provider_code()}{order.produce_id}".encode()).hexdigest(),
        "ContentPropagator": provider_code()[:22] + "2" + "0001",
        "PropagateID": order.produce_id,
        "ReservedCode2": "",
    }
    if order.has(OutputFault.WRONG_LABEL):
        label |= {"Label": "AIGC", "ContentProducer": "0011" + "91110000MA00DEM06" + "?" + "10001"}
        del label["ProduceID"]
    return json.dumps(label, separators=(",", ":"))


def xmp_packet(value: str) -> str:
    """The XMP packet that carries the label, and IPTC's source type besides, in PNG and JPEG."""
    return _XMP.replace("{value}", escape(value, {'"': "&quot;"}))


def riff_chunk(value: str) -> bytes:
    """The RIFF chunk that carries the label in WAV: JSON and NUL, padded to an even length."""
    data = value.encode() + b"\0"
    return KEY.encode() + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
