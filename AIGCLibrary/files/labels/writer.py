"""Writes labels into files, for tests: the carriers that generators use (TC260-PG-20257A to 202510A)."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from AIGCLibrary.content.sniff import HEAD, sniff
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.labels.value import NAMESPACE
from AIGCLibrary.files.labels.xmp import IPTC
from AIGCLibrary.files.local import LocalReader

_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:TC260="{namespace}" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"{source}>{label}'
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def write_label(source: Path, target: Path, fields: Mapping[str, Any], *, source_type: str | None = None) -> None:
    """Write a copy of a file that carries a label.

    Args:
        source: The file, without a label.
        target: The copy.
        fields: Fields of the label; right or wrong, they are written as they are.
        source_type: Code of an IPTC digital source type for images, for example `trainedAlgorithmicMedia`.

    Raises:
        ConfigError: The format cannot carry a label, or not here.

    Example:
        ```python
        write_label(Path("plain.mp4"), Path("labelled.mp4"), {"Label": "1", "ContentProducer": "…", "ProduceID": "…"})
        ```
    """
    with LocalReader(source) as reader:
        media_type = sniff(reader.read(0, HEAD)) or "unknown"
    value = json.dumps(dict(fields), ensure_ascii=False, separators=(",", ":"))
    if media_type.startswith("image/"):
        _image(source, target, media_type, packet(value, source_type))
    elif media_type == "audio/wav":
        _wav(source, target, value)
    elif media_type.startswith(("video/", "audio/")):
        _remuxed(source, target, value)
    elif media_type in ("text/plain", "text/markdown"):
        text = source.read_text(encoding="utf-8")
        lines = "".join(f"  {name}: {json.dumps(str(field), ensure_ascii=False)}\n" for name, field in fields.items())
        target.write_text(f"---\nAIGC:\n{lines}---\n{text}", encoding="utf-8")
    else:
        raise ConfigError(f"A label cannot be written into '{source.name}' ({media_type}).")


def packet(value: str | None, source_type: str | None = None) -> str:
    """Write the XMP packet that carries a label and a digital source type."""
    label = f"<TC260:AIGC>{escape(value)}</TC260:AIGC>" if value else ""
    source = f' Iptc4xmpExt:DigitalSourceType="{IPTC}{source_type}"' if source_type else ""
    return _PACKET.format(namespace=NAMESPACE, label=label, source=source)


def _image(source: Path, target: Path, media_type: str, xmp: str) -> None:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    with Image.open(source) as image:
        if media_type == "image/png":
            info = PngInfo()
            info.add_itxt("XML:com.adobe.xmp", xmp)
            image.save(target, "PNG", pnginfo=info)
        elif media_type in ("image/jpeg", "image/webp", "image/avif"):
            image.save(target, image.format, xmp=xmp.encode(), quality=90)
        elif media_type == "image/tiff":
            image.save(target, "TIFF", tiffinfo={700: xmp.encode()})
        elif media_type == "image/gif":
            image.save(target, "GIF")
            _gif_extension(target, xmp.encode())
        else:
            raise ConfigError(f"A label cannot be written into '{source.name}' ({media_type}).")


def _gif_extension(target: Path, xmp: bytes) -> None:
    """Put the XMP application extension before the trailer: the packet, then the magic trailer of 258 bytes."""
    data = target.read_bytes()
    trailer = b"\x01" + bytes(range(0xFF, -1, -1)) + b"\x00"
    target.write_bytes(data[:-1] + b"\x21\xff\x0bXMP DataXMP" + xmp + trailer + b"\x3b")


def _wav(source: Path, target: Path, value: str) -> None:
    data = value.encode() + b"\0"
    chunk = b"AIGC" + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
    shutil.copyfile(source, target)
    with target.open("r+b") as file:
        file.seek(0, 2)
        if file.tell() % 2:
            file.write(b"\0")
        file.write(chunk)
        size = file.tell()
        file.seek(4)
        file.write((size - 8).to_bytes(4, "little"))


def _remuxed(source: Path, target: Path, value: str) -> None:
    import av

    options = {"movflags": "use_metadata_tags"} if target.suffix in (".mp4", ".m4a", ".mov") else {}
    with av.open(str(source)) as reader, av.open(str(target), "w", options=options) as writer:
        writer.metadata.update(reader.metadata)
        writer.metadata["AIGC"] = value
        streams = {stream: writer.add_stream_from_template(stream) for stream in reader.streams}
        for packet_in in reader.demux():
            if (
                packet_in.size
            ):  # the last of each stream is empty; in Matroska the first frames may have no decoding time
                packet_in.stream = streams[packet_in.stream]
                writer.mux(packet_in)
