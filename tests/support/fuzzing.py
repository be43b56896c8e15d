"""Readers of what a product or a user gives, each with seeds and pieces to make hostile inputs of."""

import asyncio
import contextlib
import json
import random
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.support import fuzzing_later as later
from tests.support import fuzzing_wire as wire
from tests.support.damage import archives, samples
from tests.support.fuzzing_target import Target, new_folder

LARGEST = 200_000
"""Bytes of an input: a reader that is not linear shows it long before."""

RUNS = (
    b" ", b"\n", b"7", b"a", b"a ", b"<", b"<a>", b"<!--x-->", b"<!--", b"(", b"[", b"![", b"/", b"://", b"\\", b"'",
    b'"', b"=", b"-", b".", b"%", b"a,", b"\xe4\xb8\xad",
)  # fmt: skip
"""What patterns repeat: a run of it, and then no match, takes the longest."""


def hostile(target: Target, rng: random.Random) -> bytes:
    """Make an input: a seed that is cut, joined, flipped, repeated and filled with pieces."""
    data = bytearray(rng.choice(target.seeds) if rng.random() < 0.85 else b"")
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(8)
        if kind == 0:
            data[at:at] = rng.choice(target.pieces)
        elif kind == 1:
            piece = rng.choice(rng.choice((target.pieces, RUNS))) + (
                rng.choice(target.pieces) if rng.random() < 0.5 else b""
            )
            data[at:at] = piece * rng.choice((2, 20, 300, LARGEST // max(1, len(piece))))
        elif kind == 2:
            del data[at : at + rng.choice((1, 4, 30, 1000))]
        elif kind == 3 and data:
            for _ in range(rng.randint(1, 8)):
                data[rng.randrange(len(data))] = rng.randrange(256)
        elif kind == 4:
            data[at:at] = rng.choice(target.seeds)[rng.randrange(20) :]
        elif kind == 5:
            data[at:at] = rng.randbytes(rng.choice((1, 8, 100)))
        elif kind == 6:
            part = data[at : at + rng.choice((4, 40, 400))]
            data[at:at] = part * rng.choice((1, 5, 50))
        else:
            data[at : at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1"))
        del data[LARGEST:]
    return bytes(data)


class _Bytes:
    """A file in memory, as readers of ranges take it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def length(self) -> int:
        return len(self._data)

    def read(self, offset: int, count: int) -> bytes:
        return self._data[max(0, offset) : max(0, offset) + max(0, count)]

    def known(self, _offset: int, _count: int) -> bool:
        return True


def _boxes() -> Target:
    from AIGCLibrary.files.iso.boxes import Malformed
    from AIGCLibrary.files.iso.walker import IsoWalker

    def read(data: bytes) -> None:
        walker = IsoWalker(len(data))
        for start in range(0, len(data), 4096):
            walker.feed(memoryview(data)[start : start + 4096])
        walker.finish()

    kinds = (b"ftyp", b"moov", b"mdat", b"free", b"trak", b"mdia", b"stbl", b"stts", b"stsz", b"stco", b"moof", b"meta")
    pieces = [struct.pack(">I", size) + kind for kind in kinds for size in (0, 1, 8, 16, 2**32 - 1)]
    seeds = tuple(samples()[name] for name in ("mp4", "fragmented.mp4", "avif", "m4a"))
    return Target(read, seeds, tuple(pieces), (Malformed,))


def _zip() -> Target:
    from AIGCLibrary.files.zips.directory import read_directory
    from AIGCLibrary.files.zips.entry import ZipError

    pieces = (b"PK\1\2", b"PK\3\4", b"PK\5\6" + bytes(18), b"PK\6\6", b"PK\6\7", b"../", b"\0", bytes(46))
    return Target(lambda data: read_directory(_Bytes(data)), tuple(archives().values()), pieces, (ZipError,))


def _file(name: str, seeds: tuple[bytes, ...], pieces: tuple[bytes, ...], rules: dict | None = None) -> Target:
    """Judge a whole file, with its labels."""
    from AIGCLibrary.files.context import Examination
    from AIGCLibrary.files.evaluation import judge_file
    from AIGCLibrary.files.rules import RuleBook

    folder = new_folder()
    labels = {"labels": {"aigc": "optional", "iptc": "optional", "c2pa": "optional"}}
    book = RuleBook().get(rules or labels)

    def read(data: bytes) -> None:
        path = folder / name
        path.write_bytes(data)
        judge_file(Examination(name, book), path)

    return Target(read, seeds, pieces)


def _subtitles() -> Target:
    from AIGCLibrary.files.captions import read_captions

    folder = new_folder()

    def read(data: bytes) -> None:
        (folder / "a.srt").write_bytes(data)
        read_captions(folder / "a.srt")

    seeds = (
        b"1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\n<i>World</i>\n",
        b"WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000 line:0\n<v A>Hello\n",
        b"[Script Info]\n[Events]\nFormat: Layer, Start, End, Text\nDialogue: 0,0:00:01.00,0:00:02.00,a{\\b1}b\n",
        b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">a<br/>b</p></div></body></tt>',
        "1\n00:00:01,000 --> 00:00:02,000\n你好\n".encode("utf-16"),
    )
    pieces = (
        b"-->",
        b"00:00:01,000",
        b"99999999999999999999:00:00,000",
        b"\n",
        b"\r",
        b"<",
        b"{\\",
        b"<p begin='1s'>",
        b"<div>",
        b"</p>",
        b"Dialogue: 0,",
        b"WEBVTT",
        b"\xff\xfe",
        b"\0",
        b"<!ENTITY a 'b'>",
        b"&a;",
        b"1f",
        b":",
        "\u2028".encode(),
        b"1e999s",
    )
    return Target(read, seeds, pieces, (ValueError,))


def _labels() -> Target:
    from AIGCLibrary.files.labels import value, xmp

    def read(data: bytes) -> None:
        label = value.parse(data.decode("utf-8", "replace"), "test")
        list(value.check(label))
        list(xmp.labels_in(data))
        list(xmp.source_types(data))

    inner = json.dumps(
        {"Label": "1", "ContentProducer": "001191110108MA01A1BC2D00000", "ProduceID": "a", "ReservedCode1": ""}
    )
    seeds = (
        inner.encode(),
        json.dumps({"AIGC": json.loads(inner)}).encode(),
        json.dumps(inner).encode(),
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" '
        f'TC260:AIGC="{inner.replace(chr(34), "&quot;")}"/></x:xmpmeta>'.encode(),
    )
    pieces = (
        b'{"AIGC":',
        b"[",
        b"{",
        b'"',
        b"\\",
        b"&quot;",
        b"&#x41;",
        b"&",
        b"<TC260:AIGC>",
        b"xmlns:TC260=",
        b"TC260:",
        b'="',
        b"\\ud800",
        b"9" * 5000,
        b"\0",
        b"<",
        b"digsrctype:",
        b"null,",
        b"Iptc4xmpExt:DigitalSourceType",
    )
    return Target(read, seeds, pieces)


def _yaml() -> Target:
    from AIGCLibrary.errors import ConfigError
    from AIGCLibrary.yaml import parse_yaml

    place = Path("a.yaml")

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        for schema in (None, "slo", "provider"):
            parse_yaml(text, place, schema)

    root = Path(__file__).resolve().parents[2]
    names = ("slo.yaml", "environments.yaml", "rules/promo.yaml")
    seeds = [(root / "resources" / name).read_bytes() for name in names if (root / "resources" / name).is_file()]
    seeds += [b"a: [1, 2]\nb: {c: d}\n", b"slo:\n  own:\n    x: {max: 5 s}\n", b"x: &a [1]\ny: *a\nz: {<<: {k: v}}\n"]
    pieces = (
        b"&a ",
        b"*a",
        b"<<: *a\n",
        b"- ",
        b"[",
        b"{",
        b"? ",
        b": ",
        b"!!binary ",
        b"!!set ",
        b"!!python/name:os ",
        b"!!timestamp ",
        b"|\n ",
        b"\n  ",
        b"'",
        b'"',
        b"\\ud800",
        b"9" * 6000,
        b"0x",
        b"1:2:3",
        b"\t",
        b"%YAML 9.9\n",
        b"---\n",
        b"...\n",
        b"#",
        b"&a [*a,*a,*a,*a]\n",
        b"\xff",
        b"\x00",
        b".inf",
        b"2001-99-99",
        b"!<!>",
        b"!",
        b"a: &b [*b]\n",
        b",",
    )
    return Target(read, tuple(seeds), pieces, (ConfigError,))


def _expressions() -> Target:
    from AIGCLibrary.data.errors import ExpressionError
    from AIGCLibrary.data.expression import parse
    from AIGCLibrary.tasks.providers.expressions import AnswerExpression

    scope = {"a": {"b": [1, 2, {"c": "x"}], "id": "7"}, "n": 3, "s": "text", "f": 1.5, "body": {"x": [[1], [2]]}}

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        with contextlib.suppress(ExpressionError):
            parse(text).evaluate(scope, {"len": len, "str": str})
        AnswerExpression(text)(scope)

    seeds = (
        b"a.b[0] + 1",
        b"a['id']",
        b"'%s-%s' % (n, s)",
        b"n if n > 2 else 0",
        b"len(s) * 2",
        b"body.x[*][0]",
        b"body.x[?a=='b'] | [0]",
        b"max_by(a, &b)",
        b"[a.b, n][1:2]",
        b"{'k': s}['k']",
    )
    pieces = (
        b"(",
        b"[",
        b"**",
        b" * 9999999",
        b"9" * 5000,
        b"'%999999999d' % 1",
        b"'x' * 99999",
        b"<<",
        b"not ",
        b"-",
        b".a",
        b"[0]",
        b" if n else ",
        b"[*]",
        b"[?",
        b"&",
        b"|",
        b"@",
        b"`",
        b"`1`",
        b"{",
        b"'",
        b"\\",
        b"\0",
        b"lambda: 0",
        b"__class__",
        b" or ",
        b"~",
        b"s+",
        b"len(",
        b"1e999",
        b",",
        b"join('', ",
        b"to_string(",
        b"[::0]",
        b"%",
    )
    return Target(read, seeds, pieces, (ValueError,))


def _answers() -> Target:
    from AIGCLibrary.tasks.providers.loader import Providers

    providers = Providers()
    names = providers.names()

    def read(data: bytes) -> None:
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            body = data.decode("utf-8", "replace")
        envelope = {
            "http": {"status": 200 + len(data) % 300},
            "headers": {},
            "body": body,
            "task": {"id": "7", "inputs": {}},
        }
        for name in names[len(data) % 7 :: 7]:
            reader = providers.reader(name)
            for ask in (reader.read, reader.result):
                ask(envelope, "http://x", "http://x")
            reader.refusal(envelope, envelope["http"]["status"])
            reader.hint(envelope)

    seeds = (
        b'{"status": "running", "progress": 0.5, "id": "7", "data": {"status": "done", "url": "http://x/a.mp4"}}',
        b'{"output": {"task_status": "SUCCEEDED", "results": [{"url": "http://x/a.png"}]}, "code": 0}',
        b'{"error": {"message": "queue is full", "code": 429}}',
        b"[]",
        b"null",
        b'"done"',
        b'{"state": "completed", "result": {"files": [1, null, {}]}, "created_at": "2026-01-01T00:00:00Z"}',
    )
    pieces = (
        b"[",
        b"{",
        b'"status": ',
        b'{"data":',
        b"null,",
        b"1e999",
        b"-1",
        b"9" * 5000,
        b'"\\ud800"',
        b'"',
        b",",
        b"}",
        b"]",
        b'"progress": ',
        b'"eta": ',
        b'"created_at": 9e99,',
        b"true",
        b"<html>",
        b"NaN",
        b"-Infinity",
        b'"100%"',
        b'"percent": "5 / 0",',
        b'"error": ',
        b'"url": "http://[::1"',
        b'"code": "x",',
        b'"started_at": "2026-99-99"',
        b'"message": "',
        b'"queue_position": "',
        b'"progress": "',
        b'"status": "',
        b'"output": "',
    )
    return Target(read, seeds, pieces)


def _signatures() -> Target:
    from AIGCLibrary.tasks.push import signatures

    def read(data: bytes) -> None:
        parts = data.split(b"\n")
        names = (
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "x-fal-webhook-request-id",
            "x-fal-webhook-user-id",
            "x-fal-webhook-timestamp",
            "x-fal-webhook-signature",
        )
        headers = {name: part.decode("utf-8", "surrogateescape") for name, part in zip(names, parts, strict=False)}
        for result in (
            signatures.standard(headers, data, "whsec_c2VjcmV0", 1.8e9),
            signatures.plain(headers.get("webhook-id", ""), data, "secret"),
            signatures.fal(headers, data, [bytes(range(32))], 1.8e9),
        ):
            assert result is not signatures.Trust.VERIFIED

    seeds = (b"id\n1800000000\nv1,AAAA v1,BBBB\nr\nu\n1800000000\n" + b"00" * 64, b"sha256=" + b"00" * 32)
    return Target(read, seeds, (b"\n", b"v1,", b" ", b"\xff", "ä".encode(), b"=", b"nan", b"inf", b"1e999", b"0", b"-"))


def _redactor() -> Target:
    from AIGCLibrary.redaction.redactor import Redactor

    redactor = Redactor()
    redactor.add("known-secret-value", "Pa$$w0rd{x}")
    pieces = (
        b"token",
        b"=",
        b": ",
        b"'",
        b'"',
        b"\\",
        b"&quot;",
        b"password=",
        b"auth=[",
        b"://a:b@",
        b"Bearer ",
        b"\n",
        b"sk-",
        "密码：".encode(),
        b"<token>",
        b"cookie: ",
        b"?key=",
        b"known-secret",
        b"\\n",
        b"eyJ",
        b"-----BEGIN PRIVATE KEY-----",
    )
    return Target(lambda data: redactor.text(data.decode("utf-8", "replace")), pieces, pieces)


def _openapi() -> Target:
    from AIGCLibrary.data.openapi.loading import parse
    from AIGCLibrary.errors import AIGCError

    seeds = (
        b"openapi: 3.0.0\npaths:\n  /a:\n    get: {responses: {200: {description: x}}}\n",
        b'{"openapi": "3.1.0", "paths": {"/a/{id}": {"post": {}}}}',
    )
    return Target(lambda data: parse(data.decode("utf-8", "replace"), "a"), seeds, _yaml().pieces, (AIGCError,))


def _server() -> Target:
    """The dashboard and an address of webhooks, with any bytes sent to them."""
    from AIGCLibrary.http.listening import WebListener
    from AIGCLibrary.monitoring.dashboard.server import DashboardServer

    folder = new_folder()
    dashboard = DashboardServer(f"sqlite:///{(folder / 'a.db').as_posix()}", token="the-token")
    loop = asyncio.new_event_loop()

    async def take(_message: object) -> int:
        return 204

    listener = loop.run_until_complete(WebListener.start("127.0.0.1", 0, "/webhook", take, 20_000))
    ports = [int(url.rpartition(":")[2].partition("/")[0]) for url in (dashboard.start(), listener.url)]

    async def ask(port: int, data: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(data + b"\r\n\r\n")
            if writer.can_write_eof():
                writer.write_eof()
            answer = await asyncio.wait_for(reader.read(64), 1.5)
        except (ConnectionError, TimeoutError):
            return
        finally:
            writer.close()
        assert not answer.startswith((b"HTTP/1.1 5", b"HTTP/1.0 5")), answer

    def read(data: bytes) -> None:
        for port in ports:
            loop.run_until_complete(ask(port, data))

    seeds = (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET /api/v1/runs?run=a&limit=5 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer the-token\r\n\r\n",
        b"GET /api/v1/series?name=a&run=b&since=1 HTTP/1.1\r\nHost: localhost\r\nCookie: token=the-token\r\n\r\n",
        b"GET /metrics?token=the-token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"POST /webhook/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    )
    pieces = (
        b"\r\n",
        b"Authorization: Bearer \xff\r\n",
        b"Host: a\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"%ff",
        b"%00",
        b"//",
        b"?",
        b"&a=",
        b"Expect: x\r\n",
        b"Content-Encoding: br\r\n",
        b"Cookie: ",
        b"\0",
        b";",
        b"Range: bytes=0-\r\n",
        b"Accept-Language: \xff\r\n",
        b"Upgrade: websocket\r\n",
        b"limit=1e999",
        b"since=nan",
        b"=",
        b"run=",
        b"%",
        b"HTTP/9.9",
        b"\xff",
    )

    def close() -> None:
        dashboard.stop()
        loop.run_until_complete(listener.close())
        loop.close()

    return Target(read, seeds, pieces, close=close)


PICTURE_PIECES = (
    b"IHDR",
    b"IDAT",
    b"tEXt",
    b"iTXt",
    b"\xff\xd8",
    b"\xff\xe1",
    b"Exif\0\0",
    b"RIFF",
    b"WEBP",
    b"VP8X",
    b"GIF89a",
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>'


@cache
def targets() -> dict[str, Callable[[], Target]]:
    """Return how to build the target of each reader, by name; its samples are encoded when it is built."""
    return {
        "boxes": _boxes,
        "zip": _zip,
        "subtitles": _subtitles,
        "labels": _labels,
        "yaml": _yaml,
        "expressions": _expressions,
        "answers": _answers,
        "signatures": _signatures,
        "servers": _server,
        "redactor": _redactor,
        "openapi": _openapi,
        "tape": later.tape,
        "draft": later.draft,
        "inputs": later.inputs,
        "streams": later.streams,
        "fixes": later.fixes,
        "headers": wire.headers,
        "lists": wire.lists,
        "words": wire.words,
        "pictures": lambda: _file("a.bin", tuple(later.pictures().values()), later.MAGIC),
        "sounds": lambda: _file("a.bin", later.sounds(), later.sounds()),
        "movie": lambda: _file("a.mp4", (samples()["mp4"], samples()["fragmented.mp4"]), _boxes().pieces),
        "archive": lambda: _file("a.zip", tuple(archives().values()), _zip().pieces),
        "png": lambda: _file("a.png", (samples()["png"], samples()["moving.png"]), PICTURE_PIECES),
        "jpeg": lambda: _file("a.jpg", (samples()["jpg"], samples()["progressive.jpg"]), PICTURE_PIECES),
        "webp": lambda: _file("a.webp", (samples()["webp"], samples()["gif"]), PICTURE_PIECES),
        "json": lambda: _file(
            "a.json", (samples()["json"],), (b"[", b"{", b'"a":', b"1e999", b"9" * 5000, b"\\ud800", b'"', b",")
        ),
        "srt": lambda: _file("a.srt", _subtitles().seeds, _subtitles().pieces),
        "svg": lambda: _file(
            "a.svg", (SVG,), (b"<g>", b"<use href='#a'/>", b"<!ENTITY a 'b'>", b"&a;", b"<", b'"', b"width='9e99'")
        ),
        "matroska": lambda: _file(
            "a.webm",
            (samples()["webm"], samples()["mkv"]),
            (b"\x1a\x45\xdf\xa3", b"\x1f\x43\xb6\x75", b"\xa3", b"\xff"),
        ),
        "sound": lambda: _file(
            "a.wav",
            (samples()["wav"], samples()["flac"], samples()["mp3"], samples()["ogg"]),
            (b"RIFF", b"data", b"fmt ", b"OggS", b"fLaC"),
        ),
    }
