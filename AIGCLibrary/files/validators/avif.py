"""Judges AVIF and HEIF: the item structure strictly, then every pixel where a decoder is there."""

from pathlib import Path
from typing import TYPE_CHECKING

from AIGCLibrary.files.finding import Severity
from AIGCLibrary.files.iso.boxes import Malformed
from AIGCLibrary.files.iso.coded_items import shown_items
from AIGCLibrary.files.iso.heif import Items, check_items
from AIGCLibrary.files.iso.item_facts import describe_picture
from AIGCLibrary.files.iso.malformed import report_malformed
from AIGCLibrary.files.iso.walker import IsoWalker
from AIGCLibrary.files.quality.coded import CodedPicture
from AIGCLibrary.files.validators.image import ImageValidator

if TYPE_CHECKING:
    from PIL.Image import Image


class AvifValidator(ImageValidator):
    """Judges AVIF, HEIC and HEIF."""

    name = "avif"
    feeds = True

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._walker = IsoWalker(self.examination.length)
        self._malformed = False
        self._items: Items | None = None

    def feed(self, data: memoryview) -> None:
        """Walk the boxes."""
        if not self._malformed:
            try:
                self._walker.feed(data)
            except Malformed as error:
                self._report(error)

    def finish(self) -> None:
        """Check the items."""
        if not self._malformed:
            try:
                self._walker.finish()
                self._items = check_items(self._walker)
                if self._items is not None:
                    self.examination.note(describe_picture(self._items), "header")
            except Malformed as error:
                self._report(error)

    def inspect(self, path: Path) -> None:
        """Decode the picture, when its structure is right."""
        if self._malformed:
            return
        if self.examination.media_type == "image/avif":
            super().inspect(path)
        else:
            self._decode_hevc(path)

    def _decode_hevc(self, path: Path) -> None:
        """Decode a HEIC: the coded picture, or its tiles one by one; the size is known from its properties."""
        import av

        media = self.examination.section("media")
        self.examination.note({"container": "heif"}, "header")
        shown = shown_items(self._items) if self._items is not None else []
        if self._items is None or not shown or None in (media.get("stored_width"), media.get("stored_height")):
            self._not_decoded("no decoder here knows how its picture is put together")
            return
        limit = self.examination.limits.picture_memory
        needed = max(item.memory for item in shown)
        if needed > limit:
            self._by_head_only((media["width"], media["height"]), needed)
            return
        try:
            picture = CodedPicture(self._items, shown, self.examination.stop.check)
            with path.open("rb") as file:
                small = picture.decode(file, (media["stored_width"], media["stored_height"]))
                for message in picture.further(file):
                    self.examination.report("image.further", message, severity=Severity.WARNING)
        except (av.error.DecoderNotFoundError, av.error.PatchWelcomeError):
            self._not_decoded("no decoder here knows its coding")
            return
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError) as error:
            self._broken(error, path)
            return
        self.examination.note({"frames": 1, "pixel_format": picture.pixel_format}, "decoded")
        if small is not None:
            turned = int(media.get("rotation") or 0)
            self._show(small.rotate(-turned, expand=True) if turned else small)
        else:
            self._not_decoded("its picture is put together from others in a way that is not known here")

    def _compact(self, image: "Image", path: Path, limit: int) -> "Image | None":
        """Decode a large AVIF in its own pixel format, which takes a tenth of the memory."""
        shown = shown_items(self._items) if self._items is not None else []
        if self._items is None or not shown or max(item.memory for item in shown) > limit:
            return None
        with path.open("rb") as file:
            return CodedPicture(self._items, shown, self.examination.stop.check).decode(file, image.size)

    def _not_decoded(self, why: str) -> None:
        self.examination.unmeasured["quality"] = why

    def _decoded_otherwise(self, path: Path) -> bool:
        """Pillow refuses some pictures that are right, for example with two colour profiles."""
        import av

        from AIGCLibrary.files.probe import probe

        try:
            with av.open(str(path)) as container:
                shown = next(container.decode(video=0), None) is not None
            if shown:
                self.examination.note(probe(path), "header")
        except (av.error.FFmpegError, ValueError, IndexError):
            return False
        return shown

    def _report(self, error: Malformed) -> None:
        self._malformed = True
        report_malformed(self.examination, "avif.structure", error, "ISO/IEC 23008-12")
