"""Judges AVIF and HEIF: the item structure strictly, then every pixel where a decoder is there."""

from pathlib import Path
from typing import Any

from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.iso.boxes import Malformed
from AIGCLibrary.files.iso.heif import Items, check_items
from AIGCLibrary.files.iso.item_facts import describe_picture, is_derived
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
                    self.examination.section("media").update(describe_picture(self._items))
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
        """Decode a HEIC, where it is one coded picture; the size is known from its properties."""
        import av

        media = self.examination.section("media")
        media["container"] = "heif"
        stored = media.get("stored_width"), media.get("stored_height")
        if self._items is None or is_derived(self._items) or None in stored:
            self._not_decoded("its picture is put together from tiles, which no decoder here does")
            return
        try:
            with av.open(str(path)) as container:
                stream = _shown(container, stored)
                if stream is None:
                    self._not_decoded("no decoder here knows its coding")
                    return
                frame = next(container.decode(stream), None)
        except (av.error.DecoderNotFoundError, av.error.PatchWelcomeError):
            self._not_decoded("no decoder here knows its coding")
            return
        except (av.error.FFmpegError, ValueError) as error:
            self._broken(error, path)
            return
        if frame is None or frame.is_corrupt:
            self.examination.report("image.data", "The picture cannot be decoded: its data is damaged.",
                                    FindingKind.CORRUPT)  # fmt: skip
            return
        media.update(frames=1, pixel_format=frame.format.name)
        if self.examination.rules.get("quality"):
            from AIGCLibrary.files.quality.picture import judge_picture

            judge_picture(self.examination, frame.to_image())

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
                self.examination.section("media").update(probe(path))
        except (av.error.FFmpegError, ValueError, IndexError):
            return False
        return shown

    def _report(self, error: Malformed) -> None:
        self._malformed = True
        report_malformed(self.examination, "avif.structure", error, "ISO/IEC 23008-12")


def _shown(container: Any, size: tuple[Any, Any]) -> Any:
    """Return the stream of the picture that is shown: of its size, the default one of several."""
    import av

    fitting = [s for s in container.streams.video if s.codec_context and (s.width, s.height) == size]
    default = [s for s in fitting if s.disposition & av.stream.Disposition.default]
    return next(iter(default or fitting), None)
