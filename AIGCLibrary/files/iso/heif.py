"""The items of AVIF and HEIF pictures (ISO/IEC 23008-12; ISO/IEC 23000-22 MIAF; AV1 Image File Format 1.1)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from AIGCLibrary.files.iso.boxes import Box, Malformed
from AIGCLibrary.files.iso.walker import IsoWalker

_TRANSFORMS = (b"clap", b"irot", b"imir")
_ESSENTIAL = (b"av1C", b"hvcC", b"lsel", b"a1op", *_TRANSFORMS)
_CODED = {b"av01": b"av1C", b"hvc1": b"hvcC"}
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")


@dataclass(slots=True)
class Items:
    """What the `meta` box of a picture says.

    Args:
        kinds: Item type by item id.
        properties: The properties of the file, in order.
        held: For each item, its properties as (essential, index from 1).
        auxiliary: Item id → id of the item it belongs to.
        extents: Item id → its pieces as (construction method, offset, length).
        parts: Item id → ids of the items it is put together from, in order.
        data_offset: Where the content of `idat` begins in the file.
    """

    primary: int | None = None
    kinds: dict[int, bytes] = field(default_factory=dict)
    properties: list[Box] = field(default_factory=list)
    held: dict[int, list[tuple[bool, int]]] = field(default_factory=dict)
    auxiliary: dict[int, int] = field(default_factory=dict)
    extents: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    data_offset: int = 0

    def of(self, item: int) -> list[tuple[bool, Box]]:
        """Return the properties of an item, each with whether it is essential."""
        return [(essential, self.properties[index - 1]) for essential, index in self.held.get(item, []) if index]


def check_items(walker: IsoWalker) -> Items | None:
    """Check the item structure of a picture.

    Returns:
        The items; None of a sequence of pictures that has none.

    Raises:
        Malformed: It is broken.
    """
    head = walker.find(b"ftyp")
    if head is None or not head.data:
        raise Malformed("there is no 'ftyp'", 0)
    brands = {bytes(head.data[at : at + 4]) for at in (0, *range(8, len(head.data), 4))}
    major = bytes(head.data[:4])
    meta = walker.find(b"meta")
    if major in (b"avis", b"msf1") and walker.find(b"moov") is None:
        raise Malformed("the sequence has no 'moov'", walker.position)
    if meta is None or meta.data is None:
        if walker.find(b"moov") is None:
            raise Malformed("there is no 'meta'", walker.position)
        return None
    box = meta.box()
    _handler(box)
    sequence = major in (b"avis", b"msf1")
    items = _read(box)
    if items.primary is None and not sequence:
        raise Malformed("there is no primary item ('pitm')", box.offset)
    if items.primary is not None and items.kinds and items.primary not in items.kinds:
        raise Malformed(f"the primary item {items.primary} does not exist", box.offset)
    _check_extents(items, walker.position, box)
    shown = [items.primary, *(item for item, other in items.auxiliary.items() if other == items.primary)]
    for item in shown:
        if item is not None and item in items.kinds:
            _check_item(items, item, box, strict=b"miaf" in brands)
    return items


def _handler(meta: Box) -> None:
    first = next(iter(meta.children(4)), None)
    if first is None or first.kind != b"hdlr":
        raise Malformed("the first box in 'meta' is not 'hdlr'", meta.offset)
    first.need(24)
    if bytes(first.data[8:12]) != b"pict":
        raise Malformed(f"the handler is '{bytes(first.data[8:12]).decode('latin-1')}', not 'pict'", first.offset)
    if bytes(first.data[24:]).count(b"\0") > 1:
        raise Malformed("the handler's name has more than one NUL", first.offset)


def _read(meta: Box) -> Items:
    items = Items()
    for box in meta.children(4):
        if box.kind == b"pitm":
            items.primary = box.u16(4) if box.version == 0 else box.u32(4)
        elif box.kind == b"iinf":
            for entry in box.children(6 if box.version == 0 else 8):
                _entry(entry, items)
        elif box.kind == b"iref":
            _references(box, items)
        elif box.kind == b"iloc":
            _locations(box, items)
        elif box.kind == b"iprp":
            _properties(box, items)
        elif box.kind == b"idat":
            items.data_offset = box.body
    return items


def _entry(box: Box, items: Items) -> None:
    if box.kind != b"infe" or box.version < 2:
        return
    at = 4 if box.version == 2 else 6
    item = box.u16(4) if box.version == 2 else box.u32(4)
    box.need(at + 8)
    if item in items.kinds:
        raise Malformed(f"item {item} is described twice", box.offset)
    items.kinds[item] = bytes(box.data[at + 4 : at + 8])


def _references(box: Box, items: Items) -> None:
    wide = box.version != 0
    for child in box.children(4):
        source = child.u32(0) if wide else child.u16(0)
        at = 4 if wide else 2
        for number in range(child.u16(at)):
            place = at + 2 + number * (4 if wide else 2)
            target = child.u32(place) if wide else child.u16(place)
            if child.kind == b"auxl":
                items.auxiliary[source] = target
            elif child.kind == b"dimg":
                items.parts.setdefault(source, []).append(target)


def _locations(box: Box, items: Items) -> None:
    """Read `iloc`: for each item its extents as (construction method, offset, length)."""
    sizes, more = box.u16(4) >> 8, box.u16(4) & 0xFF
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if box.version in (1, 2) else 0
    at = 8 if box.version < 2 else 10
    count = box.u16(6) if box.version < 2 else box.u32(6)

    def number(size: int) -> int:
        nonlocal at
        box.need(at + size)
        value = int.from_bytes(box.data[at : at + size], "big")
        at += size
        return value

    for _ in range(count):
        item = number(2 if box.version < 2 else 4)
        method = number(2) & 15 if box.version in (1, 2) else 0
        number(2)  # data reference
        base = number(base_size)
        extents = []
        for _extent in range(number(2)):
            number(index_size)
            offset = number(offset_size)
            extents.append((method, base + offset, number(length_size)))
        if item in items.extents:
            raise Malformed(f"item {item} is located twice", box.offset)
        items.extents[item] = extents


def _properties(box: Box, items: Items) -> None:
    seen = set()
    for child in box.children():
        if child.kind == b"ipco":
            items.properties = list(child.children())
        elif child.kind == b"ipma":
            if (key := (child.version, child.flags)) in seen:
                raise Malformed("there is more than one 'ipma' of the same version and flags", child.offset)
            seen.add(key)
            _associations(child, items)
    for item, held in items.held.items():
        for _, index in held:
            if index > len(items.properties):
                raise Malformed(f"item {item} has property {index} of {len(items.properties)}", box.offset)


def _associations(box: Box, items: Items) -> None:
    wide_items, wide_indexes = box.version >= 1, bool(box.flags & 1)
    at, highest_item, highest_index = 8, 0, 0
    for _ in range(box.u32(4)):
        item = box.u32(at) if wide_items else box.u16(at)
        at += 4 if wide_items else 2
        box.need(at + 1)
        count = box.data[at]
        at += 1
        if item in items.held:
            raise Malformed(f"item {item} has its properties twice", box.offset)
        held = []
        for _index in range(count):
            value = box.u16(at) if wide_indexes else int.from_bytes(box.data[at : at + 1], "big")
            box.need(at + 1)
            at += 2 if wide_indexes else 1
            top = 0x8000 if wide_indexes else 0x80
            held.append((bool(value & top), value & (top - 1)))
            highest_index = max(highest_index, value & (top - 1))
        items.held[item] = held
        highest_item = max(highest_item, item)
    if wide_items and highest_item < 0x10000:
        raise Malformed("'ipma' has a wide version, and no item needs it", box.offset)
    if (box.flags & ~1) or (wide_indexes and highest_index <= 127):
        raise Malformed("'ipma' has flags that no property needs", box.offset)


def _check_item(items: Items, item: int, meta: Box, *, strict: bool) -> None:
    held = items.of(item)
    kinds = [box.kind for _, box in held]
    kind = items.kinds[item]
    for essential, box in held:
        if box.kind in _ESSENTIAL and not essential:
            raise Malformed(f"property '{box.name}' of item {item} is not marked essential", box.offset)
        if box.kind == b"a1lx" and essential:
            raise Malformed(f"property 'a1lx' of item {item} is marked essential", box.offset)
    for needed in _needed(kind, strict=strict):
        if needed not in kinds:
            raise Malformed(f"item {item} has no '{needed.decode()}'", meta.offset)
    _check_order(kinds, item, meta)
    colours = [bytes(box.data[:4]) for _, box in held if box.kind == b"colr"]
    for colour in set(colours):
        if colours.count(colour) > 1:
            raise Malformed(
                f"item {item} has more than one '{colour.decode('latin-1')}' colour description", meta.offset
            )


def _needed(kind: bytes, *, strict: bool) -> Iterator[bytes]:
    if kind in _CODED:
        yield _CODED[kind]
        yield b"ispe"
        if strict:
            yield b"pixi"


def _check_order(kinds: list[bytes], item: int, meta: Box) -> None:
    places = [kinds.index(transform) for transform in _TRANSFORMS if transform in kinds]
    if places != sorted(places):
        raise Malformed(f"the transformations of item {item} are not in the order clap, irot, imir", meta.offset)
    if places and b"ispe" in kinds and min(places) < kinds.index(b"ispe"):
        raise Malformed(f"item {item} is transformed before its size ('ispe')", meta.offset)


def _check_extents(items: Items, length: int, meta: Box) -> None:
    for item, extents in items.extents.items():
        for method, offset, count in extents:
            if method == 0 and offset + count > length:
                raise Malformed(f"item {item} ends at offset {offset + count}, the file at {length}", meta.offset)
