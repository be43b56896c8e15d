"""Decodes coded pictures (WebP, AV1, HEVC) straight with FFmpeg's decoders: strictly, in their own pixel format."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

from AIGCLibrary.files.iso.coded_items import CodedItem, fault_of, further_items, grid_of
from AIGCLibrary.files.iso.heif import Items
from AIGCLibrary.files.quality.floats import PLANAR, picture_of
from AIGCLibrary.files.quality.memory import ENOUGH

if TYPE_CHECKING:
    from PIL.Image import Image


WHOLE = {
    "image/tiff": "tiff", "image/vnd.adobe.photoshop": "psd", "image/qoi": "qoi", "image/x-exr": "exr",
    "image/vnd.radiance": "hdr", "image/x-dpx": "dpx", "image/sgi": "sgi", "image/jls": "jpegls",
    "image/jpeg": "mjpeg", "image/fits": "fits", "image/x-sun-raster": "sunrast", "image/x-xwindowdump": "xwd",
    "image/x-portable-arbitrarymap": "pam",
}  # fmt: skip
"""FFmpeg's decoder of whole files, by media type."""
DEEPEST = 16
"""Bytes a pixel of the largest pixel format."""


def decode_whole(data: bytes, decoder: str, limit: int) -> Any:
    """Decode a file that is one coded picture, of a format that Pillow does not know in all its shapes.

    Args:
        data: The file.
        decoder: One of `WHOLE`.
        limit: Bytes that decoding may take.

    Returns:
        The frame of PyAV; None when there is none.

    Raises:
        av.error.FFmpegError: It is damaged, too large, or of a shape that is not known.
    """
    return decode_picture(decoder, data, more={"max_pixels": str(limit // DEEPEST)})


def decode_picture(decoder: str, data: bytes, configuration: bytes = b"", more: Mapping[str, str] | None = None) -> Any:
    """Decode one picture.

    Args:
        decoder: Name of FFmpeg's decoder.
        data: The coded picture.
        configuration: What the decoder needs beforehand, as `hvcC`.
        more: Further options of the decoder.

    Returns:
        The frame of PyAV; None when the data holds no picture.

    Raises:
        av.error.FFmpegError: The data is damaged, or no decoder here knows its coding.
    """
    import av

    context: Any = av.CodecContext.create(decoder, "r")
    context.thread_type = "SLICE"  # threads of frames would keep several pictures
    if decoder == "libdav1d":
        context.thread_count = 1  # each thread keeps rows of its own, a quarter of a byte for each pixel of all
    context.options = {"err_detect": "explode", **(more or {})}
    if configuration:
        context.extradata = configuration
    frames = context.decode(av.Packet(data)) or context.decode(None)
    return next(iter(frames), None)


def factor_of(width: int, height: int) -> int:
    """Return by what the sides of a large picture are divided, so that enough is left to look at."""
    return max(1, min(width, height) // ENOUGH)


def smaller(frame: Any, factor: int) -> "Image":
    """Return a frame as a picture whose sides are divided by a factor; alpha is kept, but of floating point."""
    if frame.format.name in PLANAR:
        return picture_of(frame, factor)
    alpha = any(component.is_alpha for component in frame.format.components)
    width, height = max(1, frame.width // factor), max(1, frame.height // factor)
    small = frame.reformat(width=width, height=height, format="rgba" if alpha else "rgb24", interpolation="AREA")
    image: Image = small.to_image()
    if alpha and image.mode != "RGBA":
        from PIL import Image as Pillow

        plane = small.planes[0]
        image = Pillow.frombuffer("RGBA", (width, height), bytes(plane), "raw", "RGBA", plane.line_size, 1)
    return image


class CodedPicture:
    """The primary picture of an AVIF or HEIF, decoded item by item.

    Args:
        items: What the file holds.
        shown: The items that the primary picture is put together from.
        check: Raises when the work is to stop.
    """

    def __init__(self, items: Items, shown: list[CodedItem], check: Callable[[], None]) -> None:
        self._items, self._shown, self._check = items, shown, check
        self.pixel_format = ""

    def decode(self, file: BinaryIO, size: tuple[int, int]) -> "Image | None":
        """Decode it.

        Args:
            file: The file.
            size: Width and height as stored.

        Returns:
            A smaller copy; None when its parts do not lie beside one another.

        Raises:
            ValueError: The data of an item is damaged.
            av.error.FFmpegError: An item cannot be decoded.
        """
        factor = factor_of(*size)
        grid = grid_of(self._items, file)
        columns, rows = grid or (1, 1)
        if grid and columns * rows != len(self._shown):
            raise ValueError(f"the grid of {columns} x {rows} tiles has {len(self._shown)} of them")
        canvas: Image | None = None
        for number, item in enumerate(self._shown):
            self._check()
            part = smaller(self._frame(file, item), factor)
            if canvas is None:
                canvas = part if len(self._shown) == 1 else _canvas(part, size, factor)
            if len(self._shown) > 1:
                canvas.paste(part, (number % columns * part.width, number // columns * part.height))
        return canvas if grid or len(self._shown) == 1 else None

    def further(self, file: BinaryIO) -> Iterator[str]:
        """Return what is wrong with pictures that viewers do not show: thumbnails, depth, alpha."""
        for item in further_items(self._items, self._shown):
            if fault := fault_of(item, item.read(file)):
                yield f"Picture {item.number}, which is not the main one, is damaged: {fault}."

    def _frame(self, file: BinaryIO, item: CodedItem) -> Any:
        data = item.read(file)
        which = f"tile {self._shown.index(item) + 1} of {len(self._shown)}" if len(self._shown) > 1 else "its data"
        if fault := fault_of(item, data):
            raise ValueError(f"{which} is damaged: {fault}")
        delay = {"max_frame_delay": "1"} if item.decoder == "libdav1d" else None
        frame = decode_picture(item.decoder, data, item.configuration, delay)
        if frame is None or frame.is_corrupt:
            raise ValueError(f"{which} is damaged")
        self.pixel_format = frame.format.name
        return frame


def _canvas(part: "Image", size: tuple[int, int], factor: int) -> "Image":
    from PIL import Image

    return Image.new(part.mode, (max(1, size[0] // factor), max(1, size[1] // factor)))
