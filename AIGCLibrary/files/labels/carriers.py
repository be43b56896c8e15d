"""Finds the labels of a file wherever its format carries them (TC260-PG-20257A to 202510A)."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from AIGCLibrary.files.labels.marks import KEY, Marks
from AIGCLibrary.files.labels.value import Label, parse
from AIGCLibrary.files.labels.xmp import LARGEST, labels_in, source_types

_GLUED = re.compile(rb"AIGC\s*+(\{[^}]{0,4096}+\})")
_PROPERTY = re.compile(
    r"<property\b(?:(?!\bname=\"AIGC\")[^<>])*+name=\"AIGC\"[^<>]*+>\s*+<vt:lpwstr>([^<]*+)</vt:lpwstr>"
)
_ENTRY = re.compile(rb"/AIGC\s*+\(((?:\\.|[^\\)])*+)(\)?)", re.DOTALL)
"""A text without its end goes on to the end of the file, where nothing else is looked for."""
_HEAD = 1 << 20


def read_marks(path: Path, media_type: str | None) -> Marks:
    """Read the labels of a file.

    Args:
        path: The file.
        media_type: Its type by content.
    """
    kind = media_type or ""
    marks = Marks()
    if kind in ("video/mp4", "video/quicktime", "audio/mp4"):
        from AIGCLibrary.files.labels.isomedia import read_iso

        read_iso(path, marks)
    elif kind in ("audio/wav", "video/x-msvideo"):
        _riff(path, marks)
    elif kind.startswith(("video/", "audio/")):
        _tags(path, marks)
    elif kind.startswith("image/"):
        _image(path, kind, marks)
    elif kind == "application/zip":
        _office(path, marks)
    elif kind == "application/pdf":
        _pdf(path, marks)
    else:
        _text(path, marks)
    return marks


def _tags(path: Path, marks: Marks) -> None:
    from AIGCLibrary.files.probe import all_tags

    for place, tags in all_tags(path):
        marks.labels += [parse(value, f"{place} tag {name}") for name, value in tags.items() if name.upper() == KEY]


def _riff(path: Path, marks: Marks) -> None:
    """Chunk `AIGC` at the top of WAV, within LIST INFO of AVI."""
    with path.open("rb") as file:
        size = path.stat().st_size
        _riff_chunks(file, 12, size, marks)


def _riff_chunks(file, at: int, end: int, marks: Marks, depth: int = 0) -> None:  # type: ignore[no-untyped-def]
    for _ in range(10_000):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(8)
        size = int.from_bytes(head[4:8], "little")
        if head[:4] == b"AIGC":
            marks.labels.append(
                parse(file.read(min(size, 65536)).decode("utf-8", "replace"), "RIFF chunk AIGC", f"offset {at}")
            )
        elif head[:4] == b"LIST" and depth < 2 and file.read(4) == b"INFO":
            _riff_chunks(file, at + 12, min(at + 8 + size, end), marks, depth + 1)
        elif head[:4] in (b"id3 ", b"ID3 "):
            marks.labels += [
                parse(value, "ID3 TXXX AIGC", f"offset {at}") for value in _id3_texts(file.read(min(size, LARGEST)))
            ]
        elif head[:4] == b"_PMX":
            xmp = file.read(min(size, LARGEST))
            marks.labels += labels_in(xmp)
            marks.source_types += source_types(xmp)
        at += 8 + size + size % 2


def _id3_texts(data: bytes) -> Iterator[str]:
    """Return the texts of TXXX frames named AIGC, in any of ID3's encodings."""
    for match in re.finditer(rb"TXXX", data):
        size = int.from_bytes(data[match.end() : match.end() + 4], "big")
        body = data[match.end() + 6 : match.end() + 6 + min(size, 8192)]
        if not body:
            continue
        encoding = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(body[0], "latin-1")
        name, _, value = body[1:].decode(encoding, "replace").partition("\0")
        if name.strip("\ufeff").upper() == KEY:
            yield value.strip("\ufeff\0")


def _image(path: Path, kind: str, marks: Marks) -> None:
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                if kind == "image/png":
                    image.load()  # texts may stand behind the picture
                packets = [image.info[name] for name in ("xmp", "XML:com.adobe.xmp") if image.info.get(name)]
                if 700 in (tags := getattr(image, "tag_v2", {})):
                    packets = [tags[700]]
                for xmp in packets[:1]:
                    marks.labels += labels_in(xmp)
                    marks.source_types += source_types(xmp)
                if isinstance(value := image.info.get(KEY), str):
                    marks.labels.append(parse(value, "PNG text AIGC"))
                marks.labels += _exif(image)
    except Exception:  # noqa: BLE001 - what cannot be decoded has been reported; the bytes are searched below
        packets = []
    if kind in ("image/gif", "image/avif", "image/heic", "image/heif") and not packets:
        _packet_in(path.read_bytes()[: 16 << 20], marks)
    if kind == "image/jpeg" and not marks.labels:
        with path.open("rb") as file:
            marks.labels += [
                parse(match[1].decode("utf-8", "replace"), "JPEG segment", f"offset {match.start()}", conforming=False)
                for match in _GLUED.finditer(file.read(_HEAD))
            ][:1]


def _exif(image) -> list[Label]:  # type: ignore[no-untyped-def]
    """EXIF UserComment (0x9286), behind its eight bytes of encoding."""
    value = image.getexif().get_ifd(0x8769).get(0x9286)
    if value is None:
        return []
    text = value if isinstance(value, str) else bytes(value)[8:].decode("utf-8", "replace")
    if KEY not in text and "ContentProducer" not in text:
        return []
    return [parse(text[text.find("{") :], "EXIF UserComment")]


def _packet_in(data: bytes, marks: Marks) -> None:
    start = data.find(b"<x:xmpmeta")
    end = data.find(b"</x:xmpmeta>", start)
    if start >= 0 and end > start:
        marks.labels += labels_in(data[start : end + 12])
        marks.source_types += source_types(data[start : end + 12])


def _office(path: Path, marks: Marks) -> None:
    """Property AIGC in docProps/custom.xml of docx, pptx and xlsx."""
    import html

    from AIGCLibrary.files.local import LocalReader
    from AIGCLibrary.files.zips.directory import read_directory
    from AIGCLibrary.files.zips.extract import read_entry

    try:
        with LocalReader(path) as reader:
            entries = {entry.name: entry for entry in read_directory(reader).entries}
        entry = entries.get("docProps/custom.xml")
        if entry is None or entry.size > LARGEST:
            return
        text = read_entry(path, entry).decode("utf-8", "replace")
    except ValueError:
        return
    for match in _PROPERTY.finditer(text):
        marks.labels.append(parse(html.unescape(match[1]), "docProps/custom.xml AIGC"))


def _pdf(path: Path, marks: Marks) -> None:
    """Entry /AIGC of the document information; uncompressed, as the guide's examples have it."""
    with path.open("rb") as file:
        data = file.read(64 << 20)
    for match in _ENTRY.finditer(data):
        if not match[2]:
            break
        raw = re.sub(rb"\\([()\\])", rb"\1", match[1])
        text = raw.decode("utf-16") if raw[:2] in (b"\xfe\xff", b"\xff\xfe") else raw.decode("utf-8", "replace")
        marks.labels.append(parse(text, "PDF /Info /AIGC", f"offset {match.start()}"))
    _packet_in(data, marks)


def _text(path: Path, marks: Marks) -> None:
    """Front matter of Markdown; a JSON document that is the label, or has it; an XMP sidecar."""
    with path.open("rb") as file:
        text = file.read(_HEAD).decode("utf-8", "replace").lstrip("\ufeff")
    if "<x:xmpmeta" in text or "<?xpacket" in text:
        marks.labels += labels_in(text)
        marks.source_types += source_types(text)
        return
    if text.startswith("---"):
        front = text.split("\n---", 1)[0][3:]
        marks.labels += _block(front, "front matter")
    if not marks.labels and re.search(r"^AIGC:\s*$", text, re.MULTILINE):
        block = text[re.search(r"^AIGC:\s*$", text, re.MULTILINE).start() :]  # type: ignore[union-attr]
        marks.labels += _block(block, "body of the text", conforming=False)
    if text.startswith(("{", "[")) and not marks.labels:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(data, Mapping) and (KEY in data or "ContentProducer" in data):
            value = data.get(KEY, data)
            marks.labels.append(
                parse(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), "JSON")
            )


def _block(text: str, carrier: str, *, conforming: bool = True) -> list[Label]:
    import yaml

    try:
        data = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - BaseLoader makes nothing but texts
    except yaml.YAMLError:
        return []
    if not isinstance(data, Mapping) or KEY not in data:
        return []
    value = data[KEY]
    return [
        parse(
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), carrier, conforming=conforming
        )
    ]
