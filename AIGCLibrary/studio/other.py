"""Three small products of other shapes, which the tutorial describes: JSON-RPC, an upload first, signed requests.

They share nothing with the studio but its address. Their keys are published: `mei`/`lan-7`, and `key-1`/`secret-1`.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from struct import pack
from typing import Any
from uuid import uuid4

from aiohttp import web

from AIGCLibrary.studio.api.schema import read_form, read_object
from AIGCLibrary.studio.errors import ApiError

TOKEN_LIVES = 0.8
"""Seconds: shorter than a job, so that a token ends while a task is waited for."""
JOB_TAKES = 1.2
CLOCK_SKEW = 300
"""Seconds by which the time of a signed request may differ."""
USER, PASSWORD = "mei", "lan-7"
KEY, SECRET = "key-1", "secret-1"


@dataclass(slots=True)
class OtherProducts:
    """What the three products remember.

    Args:
        tokens: When each token of the JSON-RPC product ends.
        assets: Uploaded files by their id.
        jobs: When each job ends, by its id.
    """

    tokens: dict[str, float] = field(default_factory=dict)
    assets: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, float] = field(default_factory=dict)

    def order(self) -> str:
        """Begin a job and return its id."""
        name = uuid4().hex[:8]
        self.jobs[name] = time.monotonic() + JOB_TAKES
        return name

    def done(self, name: str) -> bool:
        """Return whether a job has ended."""
        return time.monotonic() >= self.jobs.get(name, math.inf)


OTHER = web.AppKey("other", OtherProducts)


def add_routes(app: web.Application) -> None:
    """Register the routes."""
    app[OTHER] = OtherProducts()
    app.router.add_post("/other/rpc", rpc)
    app.router.add_post("/other/assets", upload)
    app.router.add_post("/other/clips", order_clip)
    app.router.add_get("/other/assets/{asset}/clips/{id}", clip)
    app.router.add_post("/other/signed", signed)
    app.router.add_get("/other/files/{name}", file)


async def rpc(request: web.Request) -> web.Response:
    """Answer one address for everything with HTTP 200: sign in, order, ask; tokens end after a moment."""
    here, call = request.app[OTHER], await _object(request)
    method, params = call.get("method"), call.get("params")
    if not isinstance(params, dict):
        params = {}
    if method == "登录":
        if (params.get("用户"), params.get("密码")) != (USER, PASSWORD):
            return _rpc(error={"code": -32000, "message": "用户名或密码错误"})
        token = uuid4().hex
        here.tokens[token] = time.monotonic() + TOKEN_LIVES
        return _rpc({"令牌": token, "有效秒数": 3600})
    if here.tokens.get(str(params.get("令牌")), 0) < time.monotonic():
        return _rpc(error={"code": -32001, "message": "令牌已过期"})
    if method == "新建":
        refused = "违禁" in str(params.get("提示词"))
        return (
            _rpc(error={"code": -32010, "message": "提示词未通过内容审核"}) if refused else _rpc({"编号": here.order()})
        )
    return _rpc_state(here, str(params.get("编号")))


def _rpc_state(here: OtherProducts, name: str) -> web.Response:
    if name not in here.jobs:
        return _rpc(error={"code": -32004, "message": "没有这个任务"})
    if not here.done(name):
        return _rpc({"状态": "制作中", "进度": "50%"})
    return _rpc({"状态": "已完成", "作品": [{"地址": "/other/files/成片.png"}]})


async def upload(request: web.Request) -> web.Response:
    """Take the file of a form and return the id of the asset."""
    with _refused():
        form = await read_form(request)
    image = form.get("image")
    if not isinstance(image, web.FileField):
        return web.json_response({"ok": False, "why": "the field 'image' must be a file"}, status=422)
    name = uuid4().hex[:8]
    request.app[OTHER].assets[name] = image.file.read()
    return web.json_response({"ok": True, "asset": {"id": name, "bytes": len(request.app[OTHER].assets[name])}})


async def order_clip(request: web.Request) -> web.Response:
    """Order a clip of an asset that was uploaded before."""
    here, body = request.app[OTHER], await _object(request)
    if str(body.get("asset")) not in here.assets or not isinstance(body.get("strength", 0), int | float):
        return web.json_response(
            {"ok": False, "why": "asset and strength must be given, strength as a number"}, status=422
        )
    return web.json_response({"ok": True, "clip": here.order()}, status=202)


async def clip(request: web.Request) -> web.Response:
    """Report a clip by the asset that it was made of, and its own id."""
    here, asset, name = request.app[OTHER], request.match_info["asset"], request.match_info["id"]
    if asset not in here.assets or name not in here.jobs:
        return web.json_response({"ok": False, "why": "unknown clip"}, status=404)
    ready = here.done(name)
    return web.json_response({"ok": True, "phase": 3 if ready else 1, "out": ["clip.png"] if ready else []})


async def signed(request: web.Request) -> web.Response:
    """Take requests whose body is signed: HMAC-SHA256 of method, path, time and the hash of the body."""
    body = await request.read()
    stamp = request.headers.get("X-Time", "")
    text = "\n".join((request.method, request.path, stamp, hashlib.sha256(body).hexdigest()))
    signature = hmac.new(SECRET.encode(), text.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()
    fresh = re.fullmatch(r"[0-9]{1,12}", stamp) is not None and abs(time.time() - int(stamp)) < CLOCK_SKEW
    given = request.headers.get("X-Signature", "").encode(errors="surrogateescape")
    if request.headers.get("X-Key") != KEY or not fresh or not hmac.compare_digest(signature.encode(), given):
        return web.json_response({"code": "SignatureDoesNotMatch", "message": "the signature is not right"}, status=403)
    here, call = request.app[OTHER], await _object(request)
    if call.get("action") == "create":
        return web.json_response({"code": "OK", "job": here.order()})
    ready = here.done(str(call.get("job")))
    return web.json_response(
        {"code": "OK", "status": "DONE" if ready else "RUN", "file": _link(request) if ready else None}
    )


async def _object(request: web.Request) -> dict[str, Any]:
    with _refused():
        return await read_object(request)


@contextmanager
def _refused() -> Iterator[None]:
    """Answer 400 to a body that cannot be read."""
    try:
        yield
    except ApiError as error:
        raise web.HTTPBadRequest(text=error.message) from None


async def file(_request: web.Request) -> web.Response:
    """Return a small picture."""
    return web.Response(body=_picture(), content_type="image/png")


def _rpc(result: Any = None, error: Any = None) -> web.Response:
    return web.json_response({"jsonrpc": "2.0", "result": result, "error": error})


def _link(request: web.Request) -> str:
    return str(request.url.with_path("/other/files/signed.png"))


def _picture() -> bytes:
    """Make a PNG of 8 x 8 points (https://www.w3.org/TR/png-3/)."""
    rows = b"".join(
        b"\0" + bytes((40 * x % 256, 30 * y % 256, 160)) * 8 for x, y in zip(range(8), range(8), strict=True)
    )
    parts = [(b"IHDR", pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = (pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data)) for name, data in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
