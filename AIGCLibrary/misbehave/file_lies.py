"""Serves wrong files in the place of right ones, and breaks downloads."""

import asyncio
import http.client
import json
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from AIGCLibrary.content.sniff import HEAD, sniff
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.redirects import same_origin
from AIGCLibrary.http.transport import BlockingConnection, BodyReader, OutgoingRequest, Transport
from AIGCLibrary.misbehave.announcements import announce, announce_wrong, announces_hash
from AIGCLibrary.misbehave.choosing import NO_TASK, Choice, DisturbedTask
from AIGCLibrary.misbehave.faults import FaultGroup
from AIGCLibrary.misbehave.media.impossible import ImpossibleFaultError
from AIGCLibrary.misbehave.media.making import make
from AIGCLibrary.misbehave.scenario import Disturbance
from AIGCLibrary.misbehave.served import CutBody, PeekedBody, RelabelledBody, RetaggedBody, ServedBody, ServedFile
from AIGCLibrary.misbehave.watching import WATCH

log = logging.getLogger("aigc.misbehave")
LARGEST = 256 << 20
"""Bytes of the largest file that is changed: it is kept in memory."""
OTHER_CLIP, BAD_HASH = "other_clip", "bad_hash"


@dataclass(frozen=True, slots=True)
class RightFile:
    """A file as the product serves it."""

    content: bytes
    headers: Mapping[str, str]

    @property
    def media_type(self) -> str:
        """Its type."""
        return _media_type(self.headers, self.content[:HEAD])


class FileLies:
    """Knows which files are served wrongly.

    Args:
        choice: What is hit.
        inner: Carries what is fetched.
    """

    def __init__(self, choice: Callable[[], Choice], inner: Transport) -> None:
        self._choice, self._inner = choice, inner
        self._served: dict[str, ServedFile] = {}
        self._owners: dict[str, DisturbedTask] = {}
        self._changes: dict[str, list[tuple[bytes, bytes]]] = {}
        self._wrong_hashes: dict[str, bytes] = {}
        self._others: dict[tuple[str, str], RightFile] = {}
        self._direct: set[str] = set()
        self._lock = threading.Lock()

    async def announced(self, request: OutgoingRequest, task: DisturbedTask, part: Any, urls: tuple[str, ...]) -> bool:
        """Prepare the files of a completed task, and change what their announcement says of them."""
        changed = False
        for url in urls:
            if not url.startswith(("http://", "https://")):
                continue
            name = _name(url)
            if name not in self._owners:
                self._owners[name] = task
                if self._choice().of_group(FaultGroup.FILE):
                    await asyncio.to_thread(self._prepare, request, task, url, part)
            for before, now in self._changes.get(name, ()):
                changed |= announce(part, before, now)
            if name in self._wrong_hashes:
                changed |= announce_wrong(part, self._wrong_hashes[name])
        return changed

    def _prepare(self, request: OutgoingRequest, task: DisturbedTask, url: str, part: Any) -> None:
        with self._lock:
            lies = [
                disturbance
                for disturbance in self._choice().of_group(FaultGroup.FILE)
                if disturbance.concerns(task.kind)
            ]
            typed = [
                disturbance
                for disturbance in self._choice().of_group(FaultGroup.FILE)
                if disturbance.only and disturbance not in lies
            ]
            if not lies and not typed:
                return
            right = self._fetched(request, url)
            if right is None:
                return
            self._falsify(url, right, task.kind, task.number, part)

    def _falsify(self, url: str, right: RightFile, kind: str, number: int, part: Any = None) -> None:
        choice, name = self._choice(), _name(url)
        content, media_type = right.content, right.media_type
        for lie in choice.of_group(FaultGroup.FILE):
            if not lie.concerns(kind, media_type) or not _possible(lie, self._others.get((kind, media_type))):
                continue
            if not choice.hit(lie, kind, number, media_type):
                continue
            try:
                if lie.fault.name == BAD_HASH:
                    _require_hash(part, right.content)
                content = self._made(lie, content, kind, media_type, name)
            except ImpossibleFaultError as error:
                choice.take_back(lie)
                WATCH.impossible.append(error.message)
                log.warning("'%s' was not applied to '%s': %s", lie.text, name, error.message)
        self._others.setdefault((kind, media_type), right)
        if content is not right.content:
            headers = {**right.headers}
            if "etag" in headers:
                headers["etag"] = f'{headers["etag"].rstrip(chr(34))}-m"'
            self._served[name] = ServedFile(content, headers)
            self._changes[name] = [(right.content, content)]

    def _made(self, lie: Disturbance, content: bytes, kind: str, media_type: str, name: str) -> bytes:
        if lie.fault.name == OTHER_CLIP:
            other = self._others[kind, media_type].content
            if other == content:
                raise ImpossibleFaultError("The other file is the same.")
            return other
        if lie.fault.name == BAD_HASH:
            self._wrong_hashes[name] = content
            return content
        return make(lie.fault.name, content, media_type, lie.value)

    def _fetched(self, request: OutgoingRequest, url: str) -> RightFile | None:
        """Fetch a file whole, as it will be announced and downloaded."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        headers = dict(request.headers) if same_origin(request.url, url) else {}
        headers = {name: value for name, value in headers.items() if not name.lower().startswith("content-")}
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        try:
            with closing(self._inner.connection(_plain(request, origin))) as connection:
                answer = connection.get(target, headers)
                if answer.status != 200 or (answer.length or 0) > LARGEST:
                    what = f"It answered {answer.status}, or is larger than {LARGEST >> 20} MiB."
                    raise ImpossibleFaultError(what)
                content = answer.read()
        except (OSError, http.client.HTTPException, AIGCError) as error:
            said = error.message if isinstance(error, AIGCError) else str(error)
            WATCH.impossible.append(said)
            log.warning("'%s' could not be read, so that nothing is done to it: %s", _name(url), said)
            return None
        return RightFile(content, {name.lower(): value for name, value in answer.getheaders()})

    def connection(self, request: OutgoingRequest) -> BlockingConnection:
        """Return a connection whose files may be wrong."""
        return DisturbedConnection(self._inner.connection(request), request, self)

    def answer(self, url: str, headers: Mapping[str, str], inner: BlockingConnection, target: str) -> BodyReader:
        """Return the answer to a download."""
        name = _name(url)
        owner = self._owners.get(name)
        kind, number = (owner.kind, owner.number) if owner else (NO_TASK, 0)
        refused = self._refused(url, kind, number)
        if refused is not None:
            WATCH.note("file", kind, "")
            return refused
        wanted = next((value for key, value in headers.items() if key.lower() == "range"), "")
        if owner is None:
            self._look(name, headers, inner, target)
        served = self._served.get(name)
        body: BodyReader = served.answer(wanted) if served else inner.get(target, headers)
        lies = self._choice().of_group(FaultGroup.DOWNLOAD)
        head = b""
        if (WATCH.on or lies) and body.status in (200, 206) and (not wanted or wanted.startswith("bytes=0-")):
            body = peeked = PeekedBody(body, HEAD)
            head = peeked.head
        media_type = _media_type({key.lower(): value for key, value in body.getheaders()}, head)
        WATCH.note("file", kind, media_type)
        for lie in lies:
            if lie.fault.name == "gone" or body.status not in (200, 206) or _is_too_short(lie, body):
                continue
            if self._choice().hit(lie, kind, number, media_type):
                body = _disturbed(lie, body, inner.close)
        return body

    def _look(self, name: str, headers: Mapping[str, str], inner: BlockingConnection, target: str) -> None:
        """Falsify a file that no answer about a task has announced."""
        if name in self._direct or not self._choice().of_group(FaultGroup.FILE):
            return
        self._direct.add(name)
        plain = {key: value for key, value in headers.items() if key.lower() != "range"}
        answer = inner.get(target, plain)
        found = {key.lower(): value for key, value in answer.getheaders()}
        body = PeekedBody(answer, HEAD) if answer.status == 200 else None
        media_type = _media_type(found, body.head if body else b"")
        lies = [
            disturbance
            for disturbance in self._choice().of_group(FaultGroup.FILE)
            if disturbance.concerns(NO_TASK, media_type)
        ]
        if not lies or body is None or (body.length or 0) > LARGEST:
            inner.close()
            return
        self._falsify(name, RightFile(body.read(), found), NO_TASK, 0)

    def _refused(self, url: str, kind: str, number: int) -> BodyReader | None:
        """Return the answer to a download that is refused; None for one that is not."""
        if urlsplit(url).path == LOGIN:
            return ServedBody(200, {"content-type": "text/html; charset=utf-8"}, LOGIN_PAGE)
        choice = self._choice()
        for lie in choice.disturbances:
            known = lie.fault.name in ("gone", "expired_token", "redirect")
            if known and choice.hit(lie, kind, number):
                return refusal(lie, url)
        return None


def _require_hash(part: Any, content: bytes) -> None:
    if not announces_hash(part, content):
        raise ImpossibleFaultError("The product announces no hash of the file.")


LOGIN = "/aigc-misbehave/login"
"""Where a product that misbehaves redirects to."""
LOGIN_PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><form>Sign in</form></body></html>"


def refusal(lie: Disturbance, url: str) -> ServedBody:
    """Return an answer that refuses a request."""
    if lie.fault.name == "redirect":
        parts = urlsplit(url)
        return ServedBody(lie.value, {"location": f"{parts.scheme}://{parts.netloc}{LOGIN}"}, b"")
    status = 401 if lie.fault.name == "expired_token" else lie.value
    words = {401: "the token has expired", 429: "too many requests", 410: "gone"}.get(status, "unavailable")
    headers = {"content-type": "application/json"}
    if lie.retry_after is not None:
        headers["retry-after"] = f"{lie.retry_after:g}"
    return ServedBody(status, headers, json.dumps({"error": {"code": str(status), "message": words}}).encode())


class DisturbedConnection:
    """A connection whose files may be wrong; see `BlockingConnection`."""

    def __init__(self, inner: BlockingConnection, request: OutgoingRequest, lies: FileLies) -> None:
        self._inner, self._request, self._lies = inner, request, lies
        self._served = False

    @property
    def connected(self) -> bool:
        """Whether a request can be sent without connecting again."""
        return self._inner.connected or self._served

    def get(self, target: str, headers: Mapping[str, str]) -> BodyReader:
        """Send a request and return the head of its answer."""
        url = target if "://" in target else self._request.url.rstrip("/") + target
        body = self._lies.answer(url, headers, self._inner, target)
        self._served = isinstance(body, ServedBody)
        return body

    def abort(self) -> None:
        """Cut the connection from another thread."""
        self._inner.abort()

    def close(self) -> None:
        """Close the connection."""
        self._served = False
        self._inner.close()


def _media_type(headers: Mapping[str, str], head: bytes) -> str:
    """Return the type of a file: as the product says, or by its content where that is of another main type.

    Storage servers send any file as `application/octet-stream`. Sound in a container of films stays sound.
    """
    said = headers.get("content-type", "").split(";")[0].strip().lower()
    seen = sniff(head) or said
    if said.partition("/")[0] == seen.partition("/")[0] or (said.startswith("audio/") and seen.startswith("video/")):
        return said
    return seen


def _plain(request: OutgoingRequest, origin: str) -> OutgoingRequest:
    return replace(request, method="GET", url=origin, json=None, data=None)


def _possible(lie: Disturbance, other: RightFile | None) -> bool:
    return lie.fault.name != OTHER_CLIP or other is not None


def _is_too_short(lie: Disturbance, body: BodyReader) -> bool:
    """Return whether a body ends before the offset at which it would break off."""
    return isinstance(lie.value, int) and lie.fault.name == "drop_body" and lie.value >= (body.length or sys.maxsize)


def _disturbed(lie: Disturbance, body: BodyReader, cut: Callable[[], None]) -> BodyReader:
    if lie.fault.name == "wrong_content_length":
        relabelled, whole = RelabelledBody(body, lie.value), body.length
        return relabelled if whole is None else CutBody(relabelled, max(whole + min(lie.value, 0), 0), cut)
    if lie.fault.name == "changing_etag":
        return RetaggedBody(body, f'"{uuid4().hex}"')
    return CutBody(body, int((body.length or 0) * lie.value) if isinstance(lie.value, float) else lie.value, cut)


def _name(url: str) -> str:
    return unquote(url.partition("#")[0])
