"""Routes of files: uploads, downloads with Range, ETag and gzip, and the ways in which downloads go wrong."""

from __future__ import annotations

import asyncio
import hmac
import zlib
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from aiohttp import web

from AIGCLibrary.studio.api.keys import answer, platform
from AIGCLibrary.studio.api.schema import read_form
from AIGCLibrary.studio.assets import Stored
from AIGCLibrary.studio.clock import iso
from AIGCLibrary.studio.errors import ApiError, ErrorClass, bad_input, not_found
from AIGCLibrary.studio.misbehaviour import Misbehaviour

_SHRINKING = ("text/", "application/json", "application/xml", "image/svg+xml", "audio/wav", "image/bmp")


def add_routes(app: web.Application) -> None:
    """Register the routes."""
    app.router.add_post("/api/v1/uploads", upload)
    app.router.add_get("/api/v1/files/{id}", download)
    app.router.add_get("/api/v1/files/{id}/meta", meta)
    app.router.add_get("/api/v1/files/{id}/preview", preview)


def signed(request: web.Request) -> bool:
    """Whether the link itself carries the right to this file."""
    name, signature = request.match_info.get("id"), request.query.get("sig")
    if not name or not signature or not request.path.startswith("/api/v1/files/"):
        return False
    return hmac.compare_digest(signature.encode(), platform(request).assets.signature(name).encode())


async def upload(request: web.Request) -> web.Response:
    """POST /uploads with one part named `file`."""
    here = platform(request)
    stored = await read_upload(request)
    if stored is None:
        raise bad_input("missing_file", "The form has no file in the field 'file'.", "file")
    return answer(
        stored.meta(here.origin + here.assets.url(stored.id)), 201, {"Location": f"/api/v1/files/{stored.id}"}
    )


async def read_upload(request: web.Request, name: str = "file") -> Stored | None:
    """Store the file of a multipart form's field; None when there is none.

    Raises:
        ApiError: 400 when the form is malformed, 413 when the file is too large.
    """
    here = platform(request)
    if not request.content_type.startswith("multipart/"):
        raise bad_input("not_multipart", "The body must be a multipart form with a field 'file'.", "file")
    field = (await read_form(request)).get(name)
    if not isinstance(field, web.FileField):
        return None
    data = await asyncio.to_thread(field.file.read)
    if not data and not field.filename:
        return None
    # A browser may send a whole path.
    return here.assets.upload(field.filename or "upload", field.content_type, data)


async def meta(request: web.Request) -> web.Response:
    """GET /files/{id}/meta."""
    here = platform(request)
    stored = here.assets.get(request.match_info["id"])
    return answer(stored.meta(here.origin + here.assets.url(stored.id)))


async def preview(request: web.Request) -> web.Response:
    """GET /files/{id}/preview: a small JPEG."""
    stored = platform(request).assets.get(request.match_info["id"])
    if not stored.preview:
        raise not_found("preview", stored.id)
    return web.Response(
        body=stored.preview, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"}
    )


async def download(request: web.Request) -> web.StreamResponse:
    """GET /files/{id}."""
    here = platform(request)
    stored = here.assets.get(request.match_info["id"])
    stored.served += 1
    bad = replace(here.desk.misbehave, http_burst=None).overlaid(stored.bad)
    etag = _etag(stored, bad)
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Vary": "Accept-Encoding",
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": _disposition(stored.name, inline="inline" in request.query),
        "X-Created-At": iso(stored.created_at) or "",
    }
    if etag in _tags(request.headers.get("If-None-Match", "")):
        return web.Response(status=304, headers=headers)
    part = _range(request, stored, etag)
    gzipped = part is None and _wants_gzip(request, stored)
    start, end = part or (0, stored.size)
    pieces = stored.blob.chunks(start, end)
    response = web.StreamResponse(status=200 if part is None else 206, headers=headers)
    response.content_type = stored.media_type
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
        response.headers["ETag"] = etag[:-1] + '-gzip"'
        pieces = _gzip(pieces)
    else:
        response.content_length = max(end - start + bad.wrong_content_length, 0)
    if part is not None:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    return await _send(request, response, pieces, bad, stored.served)


async def _send(
    request: web.Request, response: web.StreamResponse, pieces: Iterator[bytes], bad: Misbehaviour, turn: int
) -> web.StreamResponse:
    room = bad.drop_body_at if bad.drop_times is None or turn <= bad.drop_times else None
    await response.prepare(request)
    sent = 0
    try:
        for piece in _paced(pieces, bad.slow_body):
            data = piece if room is None else piece[: max(room - sent, 0)]
            await response.write(data)
            sent += len(data)
            if room is not None and sent >= room:
                break
            # A tenth of a second a piece; without a limit just let others run.
            await asyncio.sleep(0.1 if bad.slow_body else 0)
        if room is None and bad.wrong_content_length <= 0:
            await response.write_eof()
            return response
    except (ConnectionResetError, ConnectionError):
        return response
    # The body ends before the announced length: the connection must break, not linger.
    if request.transport is not None:
        request.transport.close()
    return response


def _paced(pieces: Iterator[bytes], rate: float | None) -> Iterator[bytes]:
    if rate is None:
        return pieces
    step = max(int(rate / 10), 1)
    return (piece[at : at + step] for piece in pieces for at in range(0, len(piece), step))


def _gzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(5, zlib.DEFLATED, 31)
    yield from filter(None, map(packer.compress, pieces))
    yield packer.flush()


def _etag(stored: Stored, bad: Misbehaviour) -> str:
    suffix = f"-{stored.served}" if bad.changing_etag else ""
    return f'"{stored.sha256[:32]}{suffix}"'


def _tags(header: str) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]


def _wants_gzip(request: web.Request, stored: Stored) -> bool:
    if "gzip" not in request.headers.get("Accept-Encoding", "").lower():
        return False
    return stored.media_type.startswith(_SHRINKING) or "compress" in request.query


def _range(request: web.Request, stored: Stored, etag: str) -> tuple[int, int] | None:
    """Start and end of the wanted range; None for the whole file (also when If-Range does not fit).

    Raises:
        ApiError: 416.
    """
    header = request.headers.get("Range")
    if header is None or request.headers.get("If-Range", etag) != etag:
        return None
    unit, _equals, spec = header.partition("=")
    first, dash, last = spec.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or "," in spec or not (first + last).isdigit() or not spec.isascii():
        return None  # RFC 9110 14.2: what is not understood is ignored; one range at a time is served
    if first:
        start, end = int(first), min(int(last) + 1 if last else stored.size, stored.size)
    else:
        start, end = max(stored.size - int(last), 0), stored.size
    if start >= end:
        message = f"The file has {stored.size} bytes; '{header[:80]}' lies outside."
        headers = {"Content-Range": f"bytes */{stored.size}"}
        raise ApiError(416, ErrorClass.BAD_INPUT, "range_not_satisfiable", message, headers=headers)
    return start, end


def _disposition(name: str, *, inline: bool) -> str:
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
