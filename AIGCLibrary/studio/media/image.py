"""Writes real PNG and JPEG pictures with the AIGC label in their XMP packet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.media.label import label_value, xmp_packet
from AIGCLibrary.studio.media.order import Order
from AIGCLibrary.studio.media.picture import Painter

if TYPE_CHECKING:
    from PIL.Image import Image


def encode_image(order: Order, picture: Image | None = None) -> bytes:
    """Make the PNG or JPEG of an order.

    Args:
        order: What to make; `format` decides between `png` (the default) and `jpeg`.
        picture: A picture painted already.
    """
    from PIL.PngImagePlugin import PngInfo

    if picture is None:
        painter = Painter(order)
        picture = painter.black() if order.has(OutputFault.BLACK) else painter.frame(0.42)
    value = label_value(order)
    target = io.BytesIO()
    if order.format == "jpeg":
        extra = {"xmp": xmp_packet(value).encode()} if value else {}
        picture.save(target, "JPEG", quality=90, **extra)
    else:
        info = PngInfo()
        if value:
            info.add_itxt("XML:com.adobe.xmp", xmp_packet(value))
        picture.save(target, "PNG", pnginfo=info, compress_level=4)
    return target.getvalue()


def thumbnail(order: Order) -> bytes:
    """A small JPEG for the library page."""
    painter = Painter(order)
    picture = painter.black() if order.has(OutputFault.BLACK) else painter.frame(0.42)
    picture = picture.copy()
    picture.thumbnail((480, 270))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=82)
    return target.getvalue()
