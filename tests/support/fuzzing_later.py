"""Targets of fuzzing: tapes, drafts, streams, inputs and further formats of pictures and sound."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from fractions import Fraction
from functools import cache

from tests.support.fuzzing_target import Target, new_folder

HASH = "0" * 64
ORDER = {
    "number": 1,
    "at": 0.5,
    "took": 0.2,
    "request": {"method": "POST", "url": "http://h/tasks?a=1", "body": {"json": {"prompt": "a"}}},
    "answer": {"status": 200, "headers": {"content-type": "application/json"}, "body": {"json": {"id": "t1"}}},
    "questions": [
        {
            "request": {"method": "GET", "url": "http://h/tasks/t1"},
            "timeline": [
                {"at": 1, "until": 2, "took": 0.1, "times": 3, "answer": {"status": 200, "body": {"text": "x"}}},
                {"at": 3, "until": 3, "took": 0.1, "times": 1, "answer": {"failure": {"kind": "reset", "reason": "x"}}},
                {"at": 4, "until": 4, "took": 0, "times": 1, "answer": {"status": 200, "messages": [[0.5, "data: 1"]]}},
                {"at": 5, "until": 5, "took": 0, "times": 1, "answer": {"status": 200, "body": {"file": HASH}}},
            ],
        }
    ],
}
TAPE_HEAD = {"version": 1, "started": 1.8e9, "ended": 9.0, "made_by": "AIGCLibrary 1", "ignore": ["seed"]}
LINES = [
    {"version": 1, "started": 1.8e9, "ignore": [], "pid": 0},
    {"request": ORDER["request"], "answer": ORDER["answer"], "sent": 0.5, "ended": 0.7},
]
JSON_PIECES = (
    b"[",
    b"{",
    b'"',
    b",",
    b"}",
    b"]",
    b"null",
    b"1e999",
    b"-1",
    b"NaN",
    b"9" * 5000,
    b'"\\ud800"',
    b"true",
    b"\0",
    b"\xff",
    b"\n",
    b'"number": ',
    b'"at": ',
    b'"file": "../../x"',
    b'"file": ',
    b'"messages": [[',
    b'"status": ',
    b'"url": "http://[::1"',
    b'"json": ',
    b'"text": ',
    b'"timeline": [',
    b'"request": ',
    b'"answer": ',
    b'"headers": ',
    b'"body": ',
    b'"times": 1e99',
)


def tape() -> Target:
    """A tape that somebody has edited, or a recording that was cut off."""
    from AIGCLibrary.errors import AIGCError
    from AIGCLibrary.redaction.redactor import Redactor
    from AIGCLibrary.tape.bodies import to_bytes
    from AIGCLibrary.tape.checking import problems_of
    from AIGCLibrary.tape.folder import FILES, HEAD, JOURNAL, load_tape
    from AIGCLibrary.tape.reading import STORIES
    from AIGCLibrary.tape.reel import Reel

    folder, redactor = new_folder(), Redactor()
    cut, whole = folder / "cut", folder / "whole"
    cut.mkdir()
    (whole / STORIES).mkdir(parents=True)
    (whole / FILES).mkdir()
    (whole / FILES / HASH).write_bytes(b"x")

    def read(data: bytes) -> None:
        head, found, story = data.partition(b"\n=\n")
        (cut / JOURNAL).write_bytes(data)
        (whole / HEAD).write_bytes(head if found else json.dumps(TAPE_HEAD).encode())
        (whole / STORIES / "0001.json").write_bytes(story if found else data)
        for place in (cut, whole):
            with contextlib.suppress(AIGCError):
                tape = load_tape(place)
                tape.end_time()
                problems_of(tape, redactor)
                Reel(tape)
                for one in tape.stories:
                    for entry in one.seen:
                        to_bytes(entry.answer.body, tape.files)

    seeds = (
        json.dumps(TAPE_HEAD).encode() + b"\n=\n" + json.dumps(ORDER).encode(),
        json.dumps(ORDER).encode(),
        b"\n".join(json.dumps(line).encode() for line in LINES),
    )
    return Target(read, seeds, JSON_PIECES, (AIGCError,))


def draft() -> Target:
    """An OpenAPI document from which templates are drafted, and `NAME=VALUE` of a command line."""
    from AIGCLibrary.cli.task_inputs import task_input
    from AIGCLibrary.data.openapi.document import Document
    from AIGCLibrary.data.openapi.draft import draft
    from AIGCLibrary.data.openapi.loading import parse
    from AIGCLibrary.errors import AIGCError

    def read(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        with contextlib.suppress(AIGCError):
            task_input(text)
        draft(Document(parse(text, "a"), "a"), "drafted")

    things = {
        "post": {
            "parameters": [{"name": "Idempotency-Key", "in": "header"}],
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
            "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
        },
        "get": {"responses": {"200": {"description": "x"}}},
    }
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string", "maxLength": 9, "pattern": "^a+$"},
            "kind": {"enum": ["a", "b"]},
            "owner_id": {"type": "integer"},
            "more": {"oneOf": [{"type": "array"}]},
        },
    }
    document = {
        "openapi": "3.1.0",
        "info": {"title": "T"},
        "servers": [{"url": "http://h/v1"}],
        "paths": {"/things": things, "/things/{id}": {"get": {}, "delete": {}, "put": {}}},
        "components": {"schemas": {"Thing": schema}, "securitySchemes": {"k": {"type": "apiKey", "in": "header"}}},
    }
    pieces = (
        *JSON_PIECES[:15],
        b'"$ref": "#/components/schemas/Thing"',
        b'"$ref": "#"',
        b'"$ref": ',
        b'"allOf": [',
        b'"type": ',
        b'"properties": ',
        b'"schema": ',
        b'"pattern": "(a+)+$"',
        b'"enum": []',
        b'"maxLength": 999999999999',
        b'"/a/{b}": {',
        b'"post": ',
        b'"delete": {}',
        b'"parameters": ',
        b'"example": ',
        b"&a [*a]",
        b": ",
        b"\n- ",
    )
    return Target(
        read, (json.dumps(document).encode(), b"swagger: '2.0'\npaths: {/a: {post: {}}}\n"), pieces, (AIGCError,)
    )


def inputs() -> Target:
    """Schemas of fields, of which input cases are made."""
    from AIGCLibrary.data.inputs.cases import InputField, cases_of

    def read(data: bytes) -> None:
        try:
            schema = json.loads(data)
        except (ValueError, RecursionError):
            return
        if isinstance(schema, dict):
            for required in (True, None):
                cases_of(InputField("node.width", schema, required))

    seeds = (
        b'{"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^a*$"}',
        b'{"type": "integer", "minimum": 1, "maximum": 5, "multipleOf": 0.5, "exclusiveMinimum": true}',
        b'{"type": ["array", "null"], "items": {"type": "string"}, "minItems": 1, "maxItems": 3}',
        b'{"enum": ["a"], "format": "date", "example": "9x16"}',
    )
    pieces = (
        *JSON_PIECES[:14],
        b'"type": ',
        b'"string"',
        b'"maxLength": ',
        b'"minItems": ',
        b'"maximum": ',
        b'"pattern": "(a+)+$"',
        b'"pattern": "["',
        b'"multipleOf": 0',
        b'"example": "1x1"',
        b'"enum": ',
        b"1e308",
        b"-1e308",
    )
    return Target(read, seeds, pieces)


class _Answer:
    """An answer whose body comes in pieces."""

    status = 200

    def __init__(self, data: bytes) -> None:
        self.content, self._data = self, data

    async def iter_any(self) -> AsyncIterator[bytes]:
        size = 1 + len(self._data) // 50
        for start in range(0, len(self._data), size):
            yield self._data[start : start + size]


def streams() -> Target:
    """Server-sent events in any pieces, and what a provider's stream makes of their data."""
    from AIGCLibrary.http.aiohttp_pools import EventLines
    from AIGCLibrary.http.transport import TransportError
    from AIGCLibrary.tasks.providers.loader import Providers

    providers = Providers()
    known = [one for one in map(providers.get, providers.names()) if one.stream is not None]

    async def lines(data: bytes) -> list[str]:
        return [line async for line in EventLines(_Answer(data)).texts()]

    loop = asyncio.new_event_loop()

    def take(event: object) -> None:
        envelope = {"http": {"status": 200}, "headers": {}, "body": {"data": event}, "task": {"id": "7"}}
        for provider in known:
            if provider.stream.id:
                provider.stream.id(envelope)
            for rule in provider.stream.acceptors:
                rule.when.truth(envelope)

    def read(data: bytes) -> None:
        for line in loop.run_until_complete(lines(data))[:200]:
            try:
                event = json.loads(line.removeprefix("data:"))
            except (ValueError, RecursionError):
                event = line
            take(event)

    seeds = (
        b'event: complete\ndata: [{"url": "http://h/a.png"}]\n\n',
        b'data: {"msg": "process_completed", "success": true, "output": {"data": []}}\n\n',
        b'data: {"type": "progress", "data": {"value": 1, "max": 20, "prompt_id": "7"}}\n\n: ping\n\n',
    )
    pieces = (*JSON_PIECES[:16], b"data: ", b"event: ", b"\r\n", b"\n\n", b":", b"retry: 1", "\u2028".encode())
    return Target(read, seeds, pieces, (TransportError,), loop.close)


def fixes() -> Target:
    """A locator file of a user, into which a healed locator is written."""
    from AIGCLibrary.errors import ConfigError
    from AIGCLibrary.recovery.yamledit import add_alternative

    def read(data: bytes) -> None:
        add_alternative(data.decode("utf-8", "replace"), ("targets", "go", "gold"), 'role=button[name="a: b"]')

    seeds = (
        b"version: 1\ntargets:\n  go:\n    gold: id=go  # why\n    silver: [text=Go]\n",
        b"targets: {go: {gold: [a, b]}}\n",
        b"targets:\n  go:\n    gold:\n      - a\n      - b\n  other: x\n",
    )
    pieces = (
        b"&a ",
        b"*a",
        b"- ",
        b"[",
        b"{",
        b": ",
        b"? ",
        b"|\n ",
        b"\n  ",
        b"'",
        b'"',
        b"#",
        b"\t",
        b"---\n",
        b"\xff",
        b"\0",
        b"!!set ",
        b"<<: *a\n",
        b"9" * 6000,
        b"\\ud800",
        "\u2028".encode(),
        b"gold: ",
        b"\r\n",
    )
    return Target(read, seeds, pieces, (ConfigError,))


MAGIC = (
    b"II*\0",
    b"MM\0*",
    b"\x76\x2f\x31\x01",
    b"#?RADIANCE\n",
    b"SDPX",
    b"XPDS",
    b"\x01\xda\x01\x01",
    b"\xff\x0a",
    b"\0\0\0\x0cJXL \r\n\x87\n",
    b"jxlc",
    b"jxlp",
    b"BM",
    b"P6\n9 9\n255\n",
    b"-Y 9 +X 9\n",
    b"channels\0chlist\0",
    b"\0\1\0\3\0\0\0\1",
    b"qoif",
    b"DDS ",
    b"8BPS",
    b"ftypheic",
)


@cache
def pictures() -> dict[str, bytes]:
    """Return a small picture of each format that Pillow or FFmpeg writes here."""
    import av
    from PIL import Image

    picture = Image.effect_noise((24, 16), 60).convert("RGB")
    made = {}
    for name, form, options in (
        ("tiff", "TIFF", {}),
        ("lzw.tiff", "TIFF", {"compression": "tiff_lzw"}),
        ("bmp", "BMP", {}),
        ("ppm", "PPM", {}),
        ("sgi", "SGI", {}),
        ("tga", "TGA", {}),
        ("ico", "ICO", {}),
        ("dds", "DDS", {}),
        ("jp2", "JPEG2000", {}),
        ("pcx", "PCX", {}),
    ):
        out = io.BytesIO()
        with contextlib.suppress(OSError, KeyError):
            picture.save(out, form, **options)
            made[name] = out.getvalue()
    for name, codec, layout in (
        ("exr", "exr", "gbrpf32le"),
        ("dpx", "dpx", "rgb24"),
        ("jxl", "libjxl", "rgb24"),
        ("hdr", "hdr", "gbrpf32le"),
    ):
        with contextlib.suppress(Exception):  # an encoder that this build lacks
            encoder = av.CodecContext.create(codec, "w")
            encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = 24, 16, layout, Fraction(1, 25)
            frame = av.VideoFrame.from_image(picture).reformat(format=layout)
            made[name] = b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
    return made


def sounds() -> tuple[bytes, ...]:
    """Return bytes that begin as formats of sound and film that are read beside the usual ones."""
    adts = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(10)
    ac3 = b"\x0b\x77" + bytes(3) + b"\x40" + bytes(120)
    flv = b"FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\0\0\x0a" + bytes(30)
    ts = (b"\x47\x40\0\x10" + bytes(184)) * 4
    rf64 = (
        b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0"
        + bytes(28)
        + b"fmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0"
    )
    aiff = b"FORM\0\0\0\x2eAIFFCOMM\0\0\0\x12\0\1\0\0\0\4\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0SSND" + bytes(16)
    return adts * 8, ac3, flv, ts, rf64, aiff
