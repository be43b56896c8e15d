"""Finished and uploaded files: contents, hashes, links that need no further sign-in."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.studio.blob import Blob
from AIGCLibrary.studio.clock import StudioClock, iso
from AIGCLibrary.studio.errors import not_found
from AIGCLibrary.studio.ids import IdSource
from AIGCLibrary.studio.jobs import Job
from AIGCLibrary.studio.media.order import Product
from AIGCLibrary.studio.misbehaviour import Misbehaviour

KEPT = 512 * 1024 * 1024  # bytes in memory


@dataclass(slots=True)
class Stored:
    """A file in the asset store.

    Attributes:
        id: `file_…` or `upl_…`.
        name: For the download.
        media_type: Declared type.
        blob: Contents.
        sha256: Declared hash.
        created_at: Seconds since 1970.
        source: `task` or `upload`.
        title: What the library shows: the prompt, or the name.
        kind: image, video, audio, bundle, or upload.
        task_id: The job it came from.
        preview: Small JPEG, or empty.
        bad: What goes wrong when it is served.
        served: Downloads so far.
    """

    id: str
    name: str
    media_type: str
    blob: Blob
    sha256: str
    created_at: float
    source: str
    title: str
    kind: str
    task_id: str | None = None
    preview: bytes = b""
    bad: Misbehaviour = field(default_factory=Misbehaviour)
    served: int = 0

    @property
    def size(self) -> int:
        """Declared size in bytes."""
        return self.blob.size

    def entry(self, url: str) -> dict[str, Any]:
        """The file as it is in a job's result."""
        return {
            "id": self.id,
            "name": self.name,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "url": url,
        }

    def meta(self, url: str) -> dict[str, Any]:
        """The file as `/files/{id}/meta` shows it."""
        extra = {"kind": self.kind, "task_id": self.task_id, "source": self.source, "created_at": iso(self.created_at)}
        return {**self.entry(url), **extra}


class AssetStore:
    """Keeps files in memory; the oldest expire when they take more than half a gigabyte.

    Args:
        clock: For `created_at`.
        ids: For new ids.
        secret: Signs the links.
    """

    def __init__(self, clock: StudioClock, ids: IdSource, secret: str) -> None:
        self._clock = clock
        self._ids = ids
        self._secret = secret.encode()
        self._files: OrderedDict[str, Stored] = OrderedDict()
        self._held = 0

    def deliver(self, job: Job, product: Product) -> list[dict[str, Any]]:
        """Put a job's product in the asset store; returns the entries for its result."""
        stored = Stored(
            id=self._ids.next("file"),
            name=_slug(job.request["prompt"], job.kind) + product.extension,
            media_type=product.media_type,
            blob=product.blob,
            sha256=product.sha256,
            created_at=self._clock.now(),
            source="task",
            title=job.request["prompt"],
            kind=job.kind,
            task_id=job.id,
            preview=product.preview,
            bad=job.bad,
        )
        return [self._put(stored)]

    def upload(self, name: str, media_type: str, data: bytes) -> Stored:
        """Put an uploaded file in the asset store."""
        stored = Stored(
            id=self._ids.next("upl"),
            name=name,
            media_type=media_type,
            blob=Blob.of(data),
            sha256=hashlib.sha256(data).hexdigest(),
            created_at=self._clock.now(),
            source="upload",
            title=name,
            kind="upload",
        )
        self._put(stored)
        return stored

    def get(self, name: str) -> Stored:
        """The file of that id.

        Raises:
            ApiError: 404.
        """
        try:
            return self._files[name]
        except KeyError:
            raise not_found("file", name) from None

    def has(self, name: str) -> bool:
        """Whether the file exists."""
        return name in self._files

    def latest(self, limit: int = 60) -> list[Stored]:
        """The newest products, newest first."""
        return [f for f in reversed(self._files.values()) if f.source == "task"][:limit]

    def url(self, name: str) -> str:
        """Path of a file with the signature that stands for a sign-in."""
        return f"/api/v1/files/{name}?sig={self.signature(name)}"

    def signature(self, name: str) -> str:
        """Signature of a file's link."""
        return hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()[:32]

    def _put(self, stored: Stored) -> dict[str, Any]:
        self._files[stored.id] = stored
        self._held += stored.blob.held
        while self._held > KEPT and len(self._files) > 1:
            _name, old = self._files.popitem(last=False)
            self._held -= old.blob.held
        return stored.entry(self.url(stored.id))


def _slug(prompt: str, kind: str) -> str:
    """A file name from a prompt; Chinese stays, signs go."""
    words = re.findall(r"\w+", prompt)
    return "-".join(words)[:48].strip("-_").lower() or kind
