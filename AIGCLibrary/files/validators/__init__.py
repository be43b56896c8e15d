"""Validators by name and by media type: built-in ones, and those of installed packages."""

from functools import cache
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.sniff import sniff
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.plugins.registry import Registry, import_object

__all__ = ["Validator", "Validators"]

BUILT_IN = {
    "mp4": "AIGCLibrary.files.validators.mp4:Mp4Validator",
    "avif": "AIGCLibrary.files.validators.avif:AvifValidator",
    "media": "AIGCLibrary.files.validators.media:MediaValidator",
    "png": "AIGCLibrary.files.validators.png:PngValidator",
    "image": "AIGCLibrary.files.validators.image:ImageValidator",
    "svg": "AIGCLibrary.files.validators.svg:SvgValidator",
    "zip": "AIGCLibrary.files.validators.archive:ZipValidator",
    "json": "AIGCLibrary.files.validators.jsonfile:JsonValidator",
    "text": "AIGCLibrary.files.validators.text:TextValidator",
}


class Validators:
    """Finds the validator of a file.

    Args:
        names: Validators that may be used beside the built-in ones: names of installed ones (entry points
            `aigclibrary.validators`), or `package.module:Class`. What is installed is not used before it is named.

    Example:
        ```yaml
        # aigc.yaml
        options:
          files:
            validators: [obj3d, "my_checks.recipes:RecipeValidator"]
        ```
    """

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self.registry: Registry[type[Validator]] = Registry("validator", "aigclibrary.validators")
        for name, path in BUILT_IN.items():
            self.registry.add(name, _Later(path))  # type: ignore[arg-type]
        self._added: list[type[Validator]] = []
        for name in names:
            found: Any = import_object(name, "validator") if ":" in name else self.registry.get(name)
            self.add(found) if ":" in name else self._added.append(found)

    def add(self, validator: type[Validator]) -> None:
        """Make a validator known; it is asked before the built-in ones."""
        self.registry.add(validator.name, validator, f"{validator.__module__}:{validator.__qualname__}")
        self._added.append(validator)

    def sniff(self, head: bytes) -> str | None:
        """Return the media type of content; added validators are asked first."""
        for validator in self._added:
            if media_type := validator.sniff(head):
                return media_type
        return sniff(head)

    def of(self, examination: Examination) -> Validator:
        """Make the validator of a file; one that judges nothing when the format has none."""
        media_type = examination.media_type or ""
        for validator in self._added:
            if media_type in validator.media_types:
                return validator(examination)
        return _built_in().get(media_type, _Nothing)(examination)


class _Later:
    """A built-in validator, imported when it is first used."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self, examination: Examination) -> Validator:
        validator: Validator = import_object(self.path, "validator")(examination)
        return validator


class _Nothing(Validator):
    name = "none"


@cache
def _built_in() -> dict[str, _Later]:
    types = {
        "mp4": ("video/mp4", "video/quicktime", "audio/mp4"),
        "avif": ("image/avif", "image/heic", "image/heif"),
        "media": (
            "video/webm", "video/x-matroska", "video/x-msvideo", "video/x-flv", "video/mpeg", "video/mp2t", "video/ogg",
            "video/x-ms-asf", "audio/webm", "audio/x-matroska",
            "audio/mpeg", "audio/wav", "audio/flac", "audio/ogg", "audio/aiff", "audio/basic",
            "audio/aac", "audio/amr", "audio/dsf", "audio/ac3", "audio/eac3", "audio/x-caf", "audio/x-w64",
            "audio/x-voc", "audio/x-wavpack", "audio/x-tta", "audio/x-ape", "application/mxf",
        ),
        "png": ("image/png",),
        "image": (
            "image/jpeg", "image/webp", "image/gif", "image/bmp", "image/tiff", "image/jp2", "image/x-icon",
            "image/x-portable-anymap", "image/qoi", "image/vnd.adobe.photoshop",
        ),
        "svg": ("image/svg+xml",),
        "zip": ("application/zip",),
        "json": ("application/json", "application/x-ndjson"),
        "text": (
            "text/plain", "text/csv", "text/tab-separated-values", "application/x-subrip", "text/vtt", "text/markdown",
            "text/x-ass", "application/ttml+xml",
        ),
    }  # fmt: skip
    return {media_type: _Later(BUILT_IN[name]) for name, known in types.items() for media_type in known}
