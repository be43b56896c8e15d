"""Decodes JPEG XL and rare TIFF with imagecodecs and tifffile, the packages of the extra `pictures`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.quality.floats import from_planes

if TYPE_CHECKING:
    from PIL.Image import Image

_GREY, _COLOURS = (1, 2), (3, 4)
"""Samples a pixel, with and without alpha."""


def jxl_picture(path: Path, factor: int) -> "Image | None":
    """Decode a JPEG XL to a picture whose sides are divided by a factor; None when no decoder is installed.

    Raises:
        ValueError: It is damaged.
    """
    try:
        import imagecodecs
    except ImportError:
        return None
    try:
        return _picture(imagecodecs.jpegxl_decode(path.read_bytes()), factor)
    except RuntimeError as error:
        raise ValueError(f"the decoder of JPEG XL reports {error}") from None


def tiff_picture(path: Path, factor: int) -> "Image | None":
    """Decode the first picture of a TIFF likewise; None when its decoder is not installed or does not know it."""
    try:
        import tifffile
    except ImportError:
        return None
    try:
        with tifffile.TiffFile(path) as file:
            page: Any = file.pages[0]
            pixels = page.asarray(maxworkers=1)
            pixels = pixels.transpose(1, 2, 0) if page.axes == "SYX" else pixels
    except Exception:  # noqa: BLE001 - tifffile and imagecodecs raise whatever comes up in shapes they do not know
        return None
    return _picture(pixels, factor)


def _picture(pixels: Any, factor: int) -> "Image | None":
    """Return an array of rows, columns and samples as a picture; None when it has another shape."""
    import numpy as np
    from PIL import Image

    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    if pixels.ndim != 3 or pixels.shape[2] not in (*_GREY, *_COLOURS) or pixels.dtype.kind not in "buif":
        return None
    pixels = pixels[::factor, ::factor]
    kept = pixels[..., : 1 if pixels.shape[2] in _GREY else 3]
    if kept.dtype == np.uint8:
        return Image.fromarray(np.ascontiguousarray(kept[..., 0] if kept.shape[2] == 1 else kept))
    planes = [np.ascontiguousarray(kept[..., at], dtype=np.float32) for at in range(kept.shape[2])]
    return from_planes([Image.fromarray(plane) for plane in planes])
