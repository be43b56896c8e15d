"""Bodies of requests and answers as a tape holds them: JSON and short texts readable in place, all else by its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from AIGCLibrary.http.transport import OutgoingRequest
from AIGCLibrary.http.writing import rewritten, write, writing
from AIGCLibrary.tape.errors import CLEAN, MORE, TapeError
from AIGCLibrary.tape.masks import Masks

LONGEST_IN_PLACE = 64 << 10
"""Bytes up to which a text is kept in the file of its exchange."""
TEXTUAL = ("text/", "json", "xml", "javascript", "urlencoded", "yaml", "mpegurl")
WITHHELD = "withheld"
Body = dict[str, Any]
"""`{json: …}`, `{text: …}`, `{form: …}`, `{multipart: …}` or `{file: SHA-256, size: bytes}`; empty for none,
`{withheld: bytes}` for one that held a secret, and `{hidden: bytes}` for one whose length alone was to be seen. Beside
`json` may be how it was `written`, where that is not as Python writes it."""


@dataclass(frozen=True, slots=True)
class HiddenBody:
    """A body that the browser does not show: it holds a file that a page uploads.

    Args:
        size: Its length in bytes; 0 where that is unknown.
    """

    size: int


class FileStore:
    """The files of a tape, each kept once under its SHA-256.

    Args:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> Path:
        """Return where a file is, whether it is there or not."""
        return self.folder / digest

    def put(self, content: bytes) -> Body:
        """Keep a body; return what refers to it."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return {"file": digest, "size": len(content)}

    def get(self, digest: str, most: int = -1) -> bytes:
        """Return a file's bytes, or so many of its first ones.

        Raises:
            TapeError: It is not there.
        """
        try:
            with self.path(digest).open("rb") as file:
                return file.read(most)
        except OSError:
            raise TapeError(
                f"File '{digest}' of the tape '{self.folder.parent}' is missing.",
                code="AIGC702",
                facts={"file": digest},
            ) from None


def of_answer(content: bytes, media_type: str, files: FileStore, masks: Masks) -> Body:
    """Describe the body of an answer, secrets masked."""
    if not content:
        return {}
    plain = _plain_json(content)
    if plain is not None:
        masked = masks.data(plain)
        written = content if masked == plain else rewritten(content, masked)
        return _json(masked, written) if len(written) <= LONGEST_IN_PLACE else {**files.put(written), "as": "json"}
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return files.put(content)
    if "\x00" in text or (media_type and not any(word in media_type for word in TEXTUAL)):
        return files.put(content)
    masked_text = masks.text(text)
    return {"text": masked_text} if len(text) <= LONGEST_IN_PLACE else files.put(masked_text.encode())


def of_request(request: OutgoingRequest, masks: Masks) -> Body:
    """Describe the body of a request, secrets masked; files are named by their hash."""
    if request.json is not None:
        return {"json": _as_json(masks.data(request.json))}
    data = request.data
    if data is None or data in (b"", "") or isinstance(data, HiddenBody):
        return {"hidden": data.size} if isinstance(data, HiddenBody) else {}
    if isinstance(data, Mapping):
        return {"form": _as_json(masks.data({str(key): str(value) for key, value in data.items()}))}
    fields = getattr(data, "_fields", None)  # aiohttp.FormData shows its fields nowhere else
    if fields is not None:
        return {"multipart": [_field(dict(options), value, masks) for options, _, value in fields]}
    if isinstance(data, str):
        data = data.encode()
    if not isinstance(data, bytes | bytearray):
        return {"text": f"<{type(data).__name__}>"}
    return _of_bytes(bytes(data), masks)


def to_bytes(body: Body, files: FileStore) -> bytes:
    """Return the bytes of an answer's body.

    Raises:
        TapeError: They are not all on the tape.
    """
    check_held(body, files)
    if "whole" in body:
        raise TapeError(
            f"The tape '{files.folder.parent}' is thin: of a body of {body['whole']} bytes it holds {body['size']}.",
            code="AIGC704",
            hint=MORE,
            facts={"file": body["file"]},
        )
    if "file" in body:
        return files.get(body["file"])
    if "json" in body:
        return write(body["json"], body.get("written")).encode()
    return str(body.get("text", "")).encode()


def check_held(body: Body, files: FileStore) -> None:
    """Check that the body of an answer was not left out.

    Raises:
        TapeError: It was.
    """
    if WITHHELD in body:
        raise TapeError(
            f"The tape '{files.folder.parent}' does not hold this answer of {body[WITHHELD]} bytes: a secret was in it "
            "when it was recorded.",
            code="AIGC704",
            hint=CLEAN,
            facts={"size": body[WITHHELD]},
        )


def _json(value: Any, content: bytes) -> Body:
    """Return JSON as it is kept: readable, and with how it was written where that is not as Python writes it."""
    try:
        how = writing(content, value)
    except UnicodeDecodeError:
        how = None  # UTF-16
    return {"json": value} if how is None else {"json": value, "written": how}


def _of_bytes(content: bytes, masks: Masks) -> Body:
    plain = _plain_json(content)
    if plain is not None:
        return {"json": masks.data(plain)}
    try:
        return {"text": masks.text(content.decode("utf-8"))}
    except UnicodeDecodeError:
        return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _field(options: Mapping[str, Any], value: Any, masks: Masks) -> dict[str, Any]:
    name = str(options.get("name", ""))
    if isinstance(value, bytes | bytearray):
        about = {"sha256": hashlib.sha256(value).hexdigest(), "size": len(value)}
        return {"name": name, "file": str(options.get("filename", "")), **about}
    masked = masks.data({name: str(value)})
    assert isinstance(masked, dict)  # noqa: S101 - a mapping stays one
    return {"name": name, "value": masked.get(name, str(value))}


def _plain_json(content: bytes) -> Any:
    """Return a body as JSON where its writing can be left out; None for all else, and where a key is there twice."""
    if content.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))
