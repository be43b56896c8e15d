"""Judges images with Pillow: the structure and every pixel, within a bound on memory."""

import warnings
from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.containers.exr import check_exr
from AIGCLibrary.files.containers.gif import check_gif
from AIGCLibrary.files.containers.jp2 import check_jp2
from AIGCLibrary.files.containers.jpeg import check_jpeg, is_lossless_jpeg
from AIGCLibrary.files.containers.promised import PROMISING, check_promised
from AIGCLibrary.files.containers.psd import check_psd
from AIGCLibrary.files.context import RangeReader, RangeUnavailable, Stopped
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.quality.decoder_log import read_decoder_log, report_unread_log
from AIGCLibrary.files.quality.memory import memory_of, reduce_draft
from AIGCLibrary.files.quality.tiff_data import check_tiff, is_unread
from AIGCLibrary.files.quality.weight import weigh_picture
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.files.work import MOVING, PIXEL, STEP, OverWork

if TYPE_CHECKING:
    from PIL.Image import Image

Tick = Callable[[float], None]
Check = Callable[[Path, Tick], Damage | None]
"""Looks for damage in a file, and counts its work."""


class ImageValidator(Validator):
    """Judges JPEG, WebP, GIF, BMP, TIFF and others."""

    name = "image"

    def peek(self, reader: RangeReader) -> None:
        """Read the size of the picture from its head."""
        import io

        from PIL import Image

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(io.BytesIO(_start_of(reader) or self.examination.head)) as image:
                    self._size(image)
        except Exception:  # noqa: BLE001 - Pillow raises whatever comes up; the whole file is judged later
            return
        self.examination.extend(list(judge(self.examination.rules, self.examination.facts)))

    def inspect(self, path: Path) -> None:
        """Check the structure and decode every pixel."""
        from PIL import Image, UnidentifiedImageError

        weigh_picture(path, self.examination.media_type or "", self.examination.tick)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._decode_and_check(path)
        except (OverWork, Stopped, MemoryError):
            raise
        except Image.DecompressionBombError as error:
            self.examination.report("image.size", f"The picture is too big to decode: {error}.", FindingKind.TOO_LARGE)
        except UnidentifiedImageError as error:
            if self.examination.media_type == "image/jpeg" and not is_lossless_jpeg(path):
                self._broken(error, path)
            else:
                self._inspect_otherwise(path, error)
        except Exception as error:  # noqa: BLE001 - Pillow's decoders raise whatever comes up in broken files
            if self.examination.media_type in _SECOND_OPINION or self._is_unread(path):
                self._inspect_otherwise(path, error)
            else:
                self._broken(error, path)

    def _decode_and_check(self, path: Path) -> None:
        from PIL import Image

        with Image.open(path) as image:
            large = memory_of(image) > self.examination.limits.picture_memory
            if large and getattr(image, "is_animated", False) and self._too_big(image):
                return
            image.verify()
        with Image.open(path) as image:
            if large and not self._decode_large(image, path):
                return
            if not large:
                self._decode(image)
        self._check_data(path)
        if not large:
            self._check_log(path, _LOGGED)

    def _check_data(self, path: Path) -> None:
        """Look for what decoders repair or leave out without a word."""
        check = _CHECKS.get(self.examination.media_type or "")
        if check and (damage := check(path, self.examination.tick)):
            kind = FindingKind.TRUNCATED if damage.truncated else FindingKind.CORRUPT
            place = f"offset {damage.offset}" if damage.offset else None
            severity = Severity.ERROR if damage.serious else Severity.WARNING
            self.examination.report(
                "image.data", f"{damage.message}.", kind, severity=severity, place=place, source=damage.source
            )

    def _check_log(self, path: Path, forms: dict[str, str]) -> None:
        """Look for what FFmpeg's decoder of the picture makes up, and reports in its log alone."""
        form = forms.get(self.examination.media_type or "")
        if form is None:
            return
        log = read_decoder_log(self.examination, path, [(0, True)], form)
        if log.said:
            self.examination.report(
                "image.data", f"The decoder made up a part of the picture: {log.said[0][1].rstrip('.')}."
            )
        report_unread_log(self.examination, log)

    def _is_unread(self, path: Path) -> bool:
        asked = {"image/tiff": is_unread, "image/jpeg": is_lossless_jpeg}.get(self.examination.media_type or "")
        return asked is not None and asked(path)

    def _inspect_otherwise(self, path: Path, error: Exception) -> None:
        import av

        try:
            known = self._decoded_otherwise(path)
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError, OSError) as reason:
            self._broken(reason, path)
            return
        if known:
            self._check_data(path)
            if self.examination.small is not None:
                self._check_log(path, {**_LOGGED, "image/jpeg": "jpeg_pipe"})
        else:
            self._broken(error, path)

    def _decoded_otherwise(self, path: Path) -> bool:
        """Report whether another decoder, or the head alone, shows a picture that Pillow does not know."""
        from AIGCLibrary.files.quality.otherwise import decode_otherwise

        limit = self.examination.limits.picture_memory
        found = decode_otherwise(path, self.examination.media_type or "", limit)
        if found is None:
            return False
        self.examination.note(found.facts, "header" if found.small is None else "decoded")
        if found.memory:
            self._by_head_only((found.facts["stored_width"], found.facts["stored_height"]), found.memory)
        elif found.small is None:
            self.examination.unmeasured["quality"] = found.why
            self.examination.report(
                "image.data", f"The picture was not checked: {found.why}.", severity=Severity.WARNING
            )
        else:
            self._show(found.small)
        return True

    def _decode(self, image: "Image") -> None:
        frames = getattr(image, "n_frames", 1)
        self.examination.note({"frames": frames}, "header")
        if image.format == "MPO":
            self._further(image, frames)
        elif image.format == "GIF" or frames > 1:
            what = f"All {frames} frames have {frames * image.width * image.height} pixels together"
            if self.examination.exceeds(
                "image.size", what, "picture_work", frames * image.width * image.height, "pixels"
            ):
                self._size(image)
                return
            self.examination.tick(frames * (MOVING + PIXEL * image.width * image.height))
            seconds, shown = self._walk(image, frames)
            self.examination.note({"duration": seconds}, "decoded")
            image.seek(shown)
        if image.format in ("JPEG", "MPO"):  # others may have their orientation behind the picture
            self._size(image)
            reduce_draft(image)
            image.load()
        else:
            image.load()
            self._size(image)
        if self.examination.rules.get("quality"):
            from AIGCLibrary.files.quality.picture import judge_picture

            judge_picture(self.examination, image)

    def _decode_large(self, image: "Image", path: Path) -> bool:
        """Decode a smaller copy of a large picture; returns whether its data was looked at."""
        self.examination.note({"frames": 1}, "header")
        self._size(image)
        limit, needed = self.examination.limits.picture_memory, memory_of(image)
        small = self._compact(image, path, limit)
        if small is None:
            self._by_head_only(image.size, needed)
            self._look_at_top(image, path, limit)
            return False
        from AIGCLibrary.files.reading.stills import upright

        self._show(upright(small, image))
        return True

    def _look_at_top(self, image: "Image", path: Path, limit: int) -> None:
        """Note that a picture is not blank where its upper rows show that already."""
        from AIGCLibrary.files.quality.picture import BLANK, spread_of
        from AIGCLibrary.files.quality.top import top_of_jpeg

        if self.examination.rules.get("quality", "blank") is not False:
            return
        top = top_of_jpeg(path, image, limit)
        if top is not None and spread_of(top) > BLANK:
            self.examination.section("quality")["blank"] = False
            self.examination.judged.add("quality.blank")

    def _compact(self, image: "Image", path: Path, limit: int) -> "Image | None":
        from AIGCLibrary.files.quality.compact import compact_picture

        return compact_picture(path, image, limit)

    def _show(self, small: "Image") -> None:
        """Keep a smaller copy for the report, and judge it where the rules ask for quality."""
        self.examination.small = small
        if self.examination.rules.get("quality"):
            from AIGCLibrary.files.quality.picture import judge_picture

            judge_picture(self.examination, small)

    def _by_head_only(self, size: tuple[int, int], needed: int) -> None:
        """Report that the pixels of a picture were not looked at, which is no fault of the picture."""
        limit = self.examination.limits.picture_memory
        why = (
            f"decoding {size[0]}x{size[1]} pixels takes about {needed} bytes; the limit is {limit} bytes. "
            "Raise `options.files.picture_memory` to have it decoded"
        )
        self.examination.unmeasured["quality"] = why
        self.examination.report(
            "image.size", f"The picture was measured by its head, and its pixels were not checked: {why}.",
            FindingKind.TOO_LARGE, severity=Severity.WARNING, expected=f"<= {limit}", actual=str(needed), unit="bytes",
        )  # fmt: skip

    def _further(self, image: "Image", frames: int) -> None:
        """Look at the pictures behind the first one: depth, gain or another view, which viewers do not show."""
        try:
            for number in range(1, frames):
                image.seek(number)
                image.load()
        except Exception as error:  # noqa: BLE001 - Pillow's decoders raise whatever comes up in broken files
            message = f"Picture {number + 1} of {frames} cannot be decoded: {str(error) or type(error).__name__}."
            self.examination.report("image.further", message, severity=Severity.WARNING)
        image.seek(0)

    def _walk(self, image: "Image", frames: int) -> tuple[float | None, int]:
        """Decode all frames; returns how long they are shown, and the number of the first that is not blank."""
        from AIGCLibrary.files.quality.picture import BLANK, spread_of

        total, shown = 0.0, None if self.examination.rules.get("quality") else 0
        for number in range(frames):
            self.examination.stop.check()
            image.seek(number)
            image.load()
            total += float(image.info.get("duration", 0) or 0) / 1000
            if shown is None and spread_of(image) > BLANK:
                shown = number
        return round(total, 3) or None, shown or 0

    def _size(self, image: "Image") -> None:
        width, height = image.size
        turned = _orientation(image) in (5, 6, 7, 8)
        width, height = (height, width) if turned else (width, height)
        facts: dict[str, Any] = {
            "width": width,
            "height": height,
            "resolution": f"{width}x{height}",
            "aspect": round(width / height, 4) if height else None,
            "image_mode": image.mode,
            "container": (image.format or "").lower(),
        }
        self.examination.note({k: v for k, v in facts.items() if v is not None}, "header")

    def _too_big(self, image: "Image") -> bool:
        """Report a picture that takes too much memory to decode."""
        needed = memory_of(image)
        what = f"Decoding the picture of {image.width}x{image.height} pixels takes about {needed} bytes"
        if self.examination.exceeds("image.size", what, "picture_memory", needed, "bytes"):
            self._size(image)
            return True
        return False

    def _broken(self, error: Exception, path: Path) -> None:
        text = str(error) or type(error).__name__
        text = text.replace(repr(str(path)), "the file").replace(str(path), "the file")
        truncated = any(word in text.lower() for word in ("truncated", "eof", "incomplete", "premature"))
        self.examination.report(
            "image.data",
            f"The picture cannot be decoded: {text}.",
            FindingKind.TRUNCATED if truncated else FindingKind.CORRUPT,
            severity=Severity.ERROR,
        )


def _gif_damage(path: Path, tick: Tick) -> Damage | None:
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return check_gif(data, lambda: tick(STEP))[0]


def _end_of(media_type: str) -> Check:
    def check(path: Path, tick: Tick) -> Damage | None:
        with LocalReader(path) as reader:
            return check_promised(reader, media_type, tick)

    return check


def _at_once(check: Callable[[Path], Damage | None]) -> Check:
    """Adapt a check whose steps are not counted: a decoder does them, or the size of the file bounds them."""
    return lambda path, _tick: check(path)


_CHECKS: dict[str, Check] = {
    "image/gif": _gif_damage, "image/jpeg": _at_once(check_jpeg), "image/x-exr": _at_once(check_exr),
    "image/jp2": check_jp2, "image/tiff": check_tiff, "image/vnd.adobe.photoshop": _at_once(check_psd),
    **{media_type: _end_of(media_type) for media_type in PROMISING if media_type.startswith("image/")},
}  # fmt: skip


_LOGGED = {"image/x-exr": "exr_pipe", "image/fits": "fits", "image/jp2": "j2k_pipe", "image/j2c": "j2k_pipe",
           "image/x-pcx": "pcx_pipe"}  # fmt: skip
"""Types whose decoders make up what is damaged, and FFmpeg's names of their formats: its decoders report it."""
_SECOND_OPINION = ("image/sgi", "image/fits")
"""Types of which Pillow refuses pictures that are right."""


def _start_of(reader: RangeReader) -> bytes:
    try:
        return reader.read(0, 64 << 10)
    except RangeUnavailable:
        return b""


def _orientation(image: Any) -> int:
    if image.format == "PNG" and image.tile and "exif" not in image.info:
        return 1  # Pillow would decode all of the picture to look behind it
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # noqa: BLE001 - broken EXIF data is no reason to reject a picture
        return 1
