"""Bodies of all kinds (form, multipart with files, raw text, GraphQL): described as plain data, built when sent."""

import base64
import binascii
import io
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.films import make_film, size_of

KINDS = ("json", "form", "multipart", "body", "graphql")
"""Keys of a request in a template that hold its body; one of them at most."""
SOURCES = ("path", "bytes", "text", "picture", "film")
"""What a file of a multipart body may be made of."""
_FILE_NAMES = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".webp", ".mp4", ".mov", ".webm", ".mp3", ".wav", ".m4a", ".pdf")
)
_FILE_NAMES |= {".zip", ".csv", ".srt", ".vtt", ".txt", ".json", ".glb", ".obj", ".avif", ".flac", ".ogg"}
_MOST_PIXELS = 64_000_000


@dataclass(frozen=True, slots=True)
class RequestBody:
    """A body other than JSON, as it is sent and as the journal keeps it.

    Args:
        kind: `form`, `multipart` or `body`.
        value: Its fields; text for `body`.
        directory: Where relative paths of files start.
    """

    kind: str
    value: Any
    directory: str = ""

    def check(self) -> None:
        """Refuse files that cannot be sent, before anything is.

        Raises:
            ExpressionError: A file does not exist, or its description is wrong.
        """
        if self.kind != "multipart":
            return
        if not isinstance(self.value, Mapping):
            raise ExpressionError("'multipart' is a mapping of fields")
        for name, value in self.value.items():
            for part in value if isinstance(value, list) else [value]:
                _check_part(str(name), part, Path(self.directory))

    def content(self) -> Any:
        """Return what the HTTP client sends: a form, or text."""
        import aiohttp

        if self.kind == "body":
            return self.value if isinstance(self.value, str | bytes) else str(self.value)
        form = aiohttp.FormData(default_to_multipart=self.kind == "multipart")
        for name, value in (self.value or {}).items():
            for part in value if isinstance(value, list) else [value]:
                if self.kind == "multipart" and _is_file(part, Path(self.directory)):
                    data, filename, media = _file(part, Path(self.directory))
                    form.add_field(str(name), data, filename=filename, content_type=media)
                elif part is not None:
                    form.add_field(str(name), _text(part))
        return form


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_file(value: Any, directory: Path) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, str) and Path(value).suffix.lower() in _FILE_NAMES and (directory / value).is_file()


def _check_part(name: str, value: Any, directory: Path) -> None:
    if isinstance(value, Mapping):
        known = [source for source in SOURCES if source in value]
        if len(known) != 1:
            raise ExpressionError(f"file '{name}' needs one of: {', '.join(SOURCES)}")
        if "path" in value and not (directory / str(value["path"])).is_file():
            raise ExpressionError(f"file '{directory / str(value['path'])}' of field '{name}' does not exist")
        if "bytes" in value:
            _bytes(value["bytes"])
        if "picture" in value:
            _size(value["picture"])
        if "film" in value:
            size_of(value["film"])
        return
    looks_like_file = isinstance(value, str) and "/" not in value and Path(value).suffix.lower() in _FILE_NAMES
    if looks_like_file and not _is_file(value, directory):
        raise ExpressionError(
            f"file '{value}' of field '{name}' does not exist in {directory or '.'}; put it there, or write "
            f"{{text: …}}, {{bytes: …}} or {{picture: {{width: 640, height: 360}}}}"
        )


def _file(value: Any, directory: Path) -> tuple[bytes, str, str]:
    """Return content, name and media type of a file."""
    if isinstance(value, str):
        value = {"path": value}
    name = str(value.get("filename") or "")
    if "path" in value:
        path = directory / str(value["path"])
        data, name = path.read_bytes(), name or path.name
    elif "bytes" in value:
        data, name = _bytes(value["bytes"]), name or "file.bin"
    elif "text" in value:
        data, name = str(value["text"]).encode(), name or "file.txt"
    elif "film" in value:
        data, name = make_film(value["film"]), name or "film.mp4"
    else:
        data, name = _picture(value["picture"], name), name or "picture.png"
    media = value.get("type") or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return data, name, str(media)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        raise ExpressionError("'bytes' of a file is Base64") from None


def _size(picture: Any) -> tuple[int, int]:
    wanted = picture if isinstance(picture, Mapping) else {}
    width, height = int(wanted.get("width", 640)), int(wanted.get("height", 360))
    if width < 1 or height < 1 or width * height > _MOST_PIXELS:
        raise ExpressionError(f"a picture has 1 to {_MOST_PIXELS:,} pixels, not {width} x {height}")
    return width, height


def _picture(picture: Any, name: str) -> bytes:
    """Draw a picture of a size: a gradient, so that it is not taken for an empty one."""
    from PIL import Image

    width, height = _size(picture)
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    kind = {".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}.get(Path(name).suffix.lower(), "PNG")
    written = io.BytesIO()
    image.save(written, kind)
    return written.getvalue()
