"""Packs a real zip: labelled PNG frames and a manifest with every name, size and hash."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.blob import Blob, Tape
from AIGCLibrary.studio.media.filler import PATTERN
from AIGCLibrary.studio.media.image import encode_image
from AIGCLibrary.studio.media.order import CancellationToken, Order
from AIGCLibrary.studio.media.picture import Painter

_DATE = (2026, 1, 1, 0, 0, 0)  # fixed, so that equal orders make equal files


def pack_bundle(order: Order, stop: CancellationToken) -> Blob:
    """Make the zip of an order; a big one gets `assets/texture.bin`, stored, of the missing size.

    Raises:
        Interrupted: The studio stops.
    """
    painter = Painter(order)
    tape = Tape()
    entries: list[dict[str, object]] = []
    with zipfile.ZipFile(tape, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(order.frames):
            stop.check()
            frame = replace(order, seed=order.seed + number, format="png")
            picture = painter.black() if order.has(OutputFault.BLACK) else painter.frame(number / order.frames)
            data = encode_image(frame, picture)
            name = f"frames/frame_{number + 1:04d}.png"
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED, 1)
            size = {"width": order.width, "height": order.height}
            entries.append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **size})
        missing = order.size - tape.tell()
        if missing > 0:
            entries.append(_texture(archive, missing, stop))
        if order.has(OutputFault.ZIP_SLIP):
            archive.writestr(zipfile.ZipInfo("../../escaped.txt", _DATE), "This file must not leave the folder.\n")
            archive.writestr(zipfile.ZipInfo("/tmp/absolute.txt", _DATE), "Nor this one.\n")  # noqa: S108
        manifest = {
            "version": 1,
            "content_id": order.produce_id,
            "prompt": order.prompt,
            "style": order.style,
            "frame_count": order.frames,
            "total_size": sum(int(str(entry["size"])) for entry in entries),
            "files": entries,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        archive.writestr(zipfile.ZipInfo("manifest.json", _DATE), text, zipfile.ZIP_DEFLATED)
    return tape.blob()


def _texture(archive: zipfile.ZipFile, size: int, stop: CancellationToken) -> dict[str, object]:
    info = zipfile.ZipInfo("assets/texture.bin", _DATE)
    digest = hashlib.sha256()
    with archive.open(info, "w", force_zip64=True) as writer:
        for _turn in range(size // len(PATTERN)):
            stop.check()
            writer.write(PATTERN)
            digest.update(PATTERN)
        rest = PATTERN[: size % len(PATTERN)]
        writer.write(rest)
        digest.update(rest)
    return {"name": info.filename, "size": size, "sha256": digest.hexdigest()}
