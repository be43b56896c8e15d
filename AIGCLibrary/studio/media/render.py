"""Turns orders into products on worker threads, equal orders only once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.blob import Blob
from AIGCLibrary.studio.media.audio import encode_audio
from AIGCLibrary.studio.media.bundle import pack_bundle
from AIGCLibrary.studio.media.filler import fill
from AIGCLibrary.studio.media.image import encode_image, thumbnail
from AIGCLibrary.studio.media.order import CancellationToken, Order, Product
from AIGCLibrary.studio.media.video import encode_video

FORMATS = {
    "png": ("image/png", ".png"),
    "jpeg": ("image/jpeg", ".jpg"),
    "mp4": ("video/mp4", ".mp4"),
    "m4a": ("audio/mp4", ".m4a"),
    "mp3": ("audio/mpeg", ".mp3"),
    "wav": ("audio/wav", ".wav"),
    "zip": ("application/zip", ".zip"),
}
OF_KIND = {"image": ("png", "jpeg"), "video": ("mp4",), "audio": ("m4a", "mp3", "wav"), "bundle": ("zip",)}


class Renderer:
    """Makes products in the background and keeps the latest ones.

    Args:
        workers: Threads that encode at once.
        keep: Products kept for equal orders.
    """

    def __init__(self, workers: int = 2, keep: int = 64) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="studio-render")
        self._keep = keep
        self._made: OrderedDict[Order, Future[Product]] = OrderedDict()
        self._lock = threading.Lock()
        self._stop = CancellationToken(threading.Event())

    def submit(self, order: Order) -> Future[Product]:
        """The product of an order, now or soon; the same future for an equal order."""
        with self._lock:
            future = self._made.get(order)
            if future is None or future.cancelled() or (future.done() and future.exception()):
                future = self._made[order] = self._pool.submit(make, order, self._stop)
            self._made.move_to_end(order)
            while len(self._made) > self._keep:
                self._made.popitem(last=False)
            return future

    def warm_up(self) -> None:
        """Load the codecs in the background, so that the first product does not wait for them."""
        self._pool.submit(_load)

    def close(self) -> None:
        """Stop encoding and wait for the threads."""
        self._stop.event.set()
        self._pool.shutdown(wait=True, cancel_futures=True)


def _load() -> None:
    import av  # noqa: F401
    from PIL import ImageDraw, ImageFont  # noqa: F401


def make(order: Order, stop: CancellationToken) -> Product:
    """Make the product of one order, faults included.

    Raises:
        Interrupted: The studio stops.
    """
    name = order.format or OF_KIND[order.kind][0]
    order = replace(order, format=name)
    media_type, extension = FORMATS[name]
    blob = (
        pack_bundle(order, stop) if name == "zip" else fill(_encode(order, stop), extension, order.size, order.faults)
    )
    if order.has(OutputFault.MISLABELLED):
        # The name and type promise one thing, the bytes are another: a picture, or a sound for a picture.
        other = replace(order, format="wav" if order.kind == "image" else "png", faults=(), seconds=2.0)
        blob = Blob.of(_encode(other, stop))
    if order.has(OutputFault.CORRUPT):
        blob = _corrupted(blob, name)
    if order.has(OutputFault.TRUNCATED):
        blob = blob.cut(blob.size * 6 // 10)
    digest = blob.sha256()
    if order.has(OutputFault.BAD_HASH):
        digest = digest[::-1]
    preview = b"" if order.kind == "audio" else thumbnail(order)
    return Product(blob, media_type, extension, digest, preview)


def _encode(order: Order, stop: CancellationToken) -> bytes:
    match order.format:
        case "mp4":
            return encode_video(order, stop)
        case "m4a" | "mp3" | "wav":
            return encode_audio(order, stop)
        case _:
            return encode_image(order)


def _corrupted(blob: Blob, name: str) -> Blob:
    """Overwrite what every careful reader must notice: the sample index of mp4, the data of the others."""
    if name in ("mp4", "m4a"):
        head = blob.read(0, min(blob.size, 1 << 22))
        at = head.find(b"stsz")
        if at > 0:
            # Sample sizes that run far past the file.
            return blob.overwritten(at + 16, b"\x7f\xff\xff\xf0" * 4)
    if name == "zip":
        return blob.overwritten(blob.read(0, 4096).find(b".png") + 200, b"\xa5" * 64)
    if name == "jpeg":
        return blob.overwritten(blob.read(0, 1 << 20).find(b"\xff\xc0") + 4, b"\x55\0\0\0\0")  # precision, size
    if name == "wav":
        return blob.overwritten(0, b"RIFX\0\0\0\0WAV?")
    if name == "mp3":
        return blob.overwritten(blob.size // 4, bytes(blob.size // 2))
    return blob.overwritten(blob.size // 2, b"\xa5" * 64)
