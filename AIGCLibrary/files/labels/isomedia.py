"""The label in mp4, mov and m4a: metadata keys, and the odd places generators have been seen to use."""

import json
import re
from pathlib import Path

from AIGCLibrary.files.iso.boxes import Box, Malformed
from AIGCLibrary.files.iso.walker import IsoWalker
from AIGCLibrary.files.labels.marks import KEY, Marks
from AIGCLibrary.files.labels.value import parse
from AIGCLibrary.files.labels.xmp import labels_in, source_types

_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_OBJECT = re.compile(rb"\{[^{}]{0,4096}\"(?:Label|ContentProducer)\"[^{}]{0,4096}\}")


def read_iso(path: Path, marks: Marks) -> None:
    """Read the labels of an ISO base media file by its boxes; the media itself is skipped."""
    walker = IsoWalker(path.stat().st_size)
    try:
        with path.open("rb", buffering=0) as file:
            _skim(file, walker)
    except Malformed:
        pass  # reported by the validator; what was read so far still counts
    for top in walker.tops:
        if top.kind == b"moov" and top.data is not None:
            _movie(top.box(), marks)
        elif top.kind == b"uuid" and top.data and bytes(top.data[:16]) == _XMP_UUID:
            marks.labels += labels_in(bytes(top.data[16:]))
            marks.source_types += source_types(bytes(top.data[16:]))


def read_movie_marks(moov: Box) -> Marks:
    """Read the labels of a movie header."""
    marks = Marks()
    _movie(moov, marks)
    return marks


def _skim(file, walker: IsoWalker) -> None:  # type: ignore[no-untyped-def]
    """Feed the walker with what it keeps, and jump over what it does not."""
    while data := file.read(1 << 16):
        walker.feed(memoryview(data))
        following = walker.next_offset()
        if following is not None and following - walker.position > 1 << 20 and walker.tops[-1].data is None:
            walker.skip_to(following)
            file.seek(following)


def _movie(moov: Box, marks: Marks) -> None:
    try:
        children = list(moov.children())
    except Malformed:
        return
    for box in children:
        if box.kind == b"udta":
            _user_data(box, marks)
        elif box.kind == b"meta":
            _meta(box, "moov.meta", marks)
        elif box.kind == b"trak":
            for inner in box.children():
                if inner.kind == b"udta":
                    _user_data(inner, marks)


def _user_data(udta: Box, marks: Marks) -> None:
    try:
        for box in udta.children():
            if box.kind == b"meta":
                _meta(box, "moov.udta.meta", marks)
            elif box.kind == b"XMP_":
                marks.labels += labels_in(bytes(box.data))
                marks.source_types += source_types(bytes(box.data))
            elif box.kind == b"AIGC":
                marks.labels.append(parse(_json_in(bytes(box.data)), "moov.udta.AIGC", f"offset {box.offset}"))
    except Malformed:
        return


def _meta(meta: Box, place: str, marks: Marks) -> None:
    """Read a `meta` box: full box in mp4, plain box in QuickTime."""
    skip = 0 if bytes(meta.data[4:8]) in (b"hdlr", b"keys", b"ilst") else 4
    try:
        boxes = {box.kind: box for box in meta.children(skip)}
    except Malformed:
        return
    keys = _keys(boxes[b"keys"]) if b"keys" in boxes else []
    if b"ilst" not in boxes:
        return
    for item in boxes[b"ilst"].children():
        index = int.from_bytes(item.kind, "big")
        name = keys[index - 1] if 0 < index <= len(keys) else _freeform(item)
        value = item.child(b"data", 0) if name != item.name or keys else None
        data = bytes(value.data[8:]) if value else b""
        if name.rsplit(".", 1)[-1].upper() == KEY and data:
            marks.labels.append(parse(data.decode("utf-8", "replace"), f"{place} key {name}", f"offset {item.offset}"))
        elif not keys and (match := _OBJECT.search(bytes(item.data))) and b"ContentProducer" in match[0]:
            marks.labels.append(
                parse(
                    match[0].decode("utf-8", "replace"),
                    f"{place}.ilst without key",
                    f"offset {item.offset}",
                    conforming=False,
                )
            )


def _keys(box: Box) -> list[str]:
    names, at = [], 8
    for _ in range(min(box.u32(4), 1024)):
        size = box.u32(at)
        if size < 8:
            break
        names.append(bytes(box.data[at + 8 : at + size]).decode("utf-8", "replace"))
        at += size
    return names


def _freeform(item: Box) -> str:
    """Name of an iTunes `----` item."""
    if item.kind != b"----":
        return item.name
    name = item.child(b"name")
    return bytes(name.data[4:]).decode("utf-8", "replace") if name else item.name


def _json_in(data: bytes) -> str:
    start, end = data.find(b"{"), data.rfind(b"}")
    return data[start : end + 1].decode("utf-8", "replace") if 0 <= start < end else json.dumps(None)
