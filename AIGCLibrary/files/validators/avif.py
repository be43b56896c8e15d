"""Judges AVIF and HEIF: the item structure strictly, then every pixel where Pillow can decode it."""

from pathlib import Path

from AIGCLibrary.files.iso.boxes import Malformed
from AIGCLibrary.files.iso.heif import check_items
from AIGCLibrary.files.iso.malformed import report_malformed
from AIGCLibrary.files.iso.walker import IsoWalker
from AIGCLibrary.files.validators.image import ImageValidator


class AvifValidator(ImageValidator):
    """Judges AVIF, HEIC and HEIF."""

    name = "avif"
    media_types = ("image/avif", "image/heic", "image/heif")
    feeds = True

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._walker = IsoWalker(self.examination.length)
        self._malformed = False

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
                check_items(self._walker)
            except Malformed as error:
                self._report(error)

    def inspect(self, path: Path) -> None:
        """Decode the picture, when its structure is right."""
        if not self._malformed and self.examination.media_type == "image/avif":
            super().inspect(path)

    def _decoded_otherwise(self, path: Path) -> bool:
        """Pillow refuses some pictures that are right, for example with two colour profiles."""
        import av

        from AIGCLibrary.files.probe import probe

        try:
            with av.open(str(path)) as container:
                shown = next(container.decode(video=0), None) is not None
            if shown:
                self.examination.section("media").update(probe(path))
        except (av.error.FFmpegError, ValueError, IndexError):
            return False
        return shown

    def _report(self, error: Malformed) -> None:
        self._malformed = True
        report_malformed(self.examination, "avif.structure", error, "ISO/IEC 23008-12")
