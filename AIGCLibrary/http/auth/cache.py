"""Tokens kept for other processes: a file each, readable by this user alone, and a lock while one is fetched."""

import asyncio
import hashlib
import json
import math
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

VARIABLE = "AIGC_TOKEN_CACHE"
"""Environment variable that names the folder; `off` keeps tokens in memory alone."""
LARGEST = 100_000
"""Characters of a file that are read."""
STALE = 60.0
"""Seconds after which a lock counts as left behind."""


@dataclass(frozen=True, slots=True)
class FetchedToken:
    """A token as it was fetched.

    Args:
        value: The token, or cookies as `name=value; name=value`.
        expires: Seconds since 1970 at which it ends; None when nothing says.
        fetched: Seconds since 1970.
    """

    value: str
    expires: float | None
    fetched: float

    def good(self, now: float, early: float) -> bool:
        """Return whether it is valid for some time; a tenth of its life at most counts as too late."""
        if self.expires is None:
            return True
        return now < self.expires - min(early, (self.expires - self.fetched) / 10)


def default_folder() -> Path | None:
    """Return the folder of this user's tokens; None where they stay in memory."""
    named = os.environ.get(VARIABLE)
    if named:
        return None if named.lower() == "off" else Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "aigclibrary" / "tokens"


class TokenCache:
    """Tokens by who signs in where.

    Args:
        folder: Where the files are; None keeps nothing.

    Example:
        ```python
        cache = TokenCache(default_folder())
        cache.put("https://api.test qa", FetchedToken("abc", None, time.time()))
        ```
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, identity: str) -> FetchedToken | None:
        """Return the token of an identity; None when there is none that can be read."""
        if self._folder is None:
            return None
        try:
            return _token(json.loads(_own_text(self._path(identity))))
        except (OSError, ValueError, TypeError, RecursionError):
            return None

    def put(self, identity: str, token: FetchedToken) -> None:
        """Keep a token; where the folder cannot be written to, it stays in memory."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._path(identity)
            part = path.with_suffix(f".{os.getpid()}")
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(asdict(token), file)
            part.replace(path)

    @asynccontextmanager
    async def fetching(self, identity: str) -> AsyncIterator[None]:
        """Hold the lock of an identity, so that many processes sign in once."""
        lock = self._path(identity).with_suffix(".lock") if self._folder else None
        held = lock is not None and await _taken(lock)
        try:
            yield
        finally:
            if held and lock is not None:
                with suppress(OSError):
                    lock.unlink()

    def _path(self, identity: str) -> Path:
        return (self._folder or Path()) / f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}.json"


def _own_text(path: Path) -> str:
    """Read a file that nobody but this user can have written.

    Raises:
        OSError: It cannot be read, belongs to another user, or others may write to it.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, encoding="utf-8") as file:
        about = os.fstat(descriptor)
        if hasattr(os, "getuid") and (about.st_uid != os.getuid() or about.st_mode & 0o022):
            raise PermissionError(f"{path} may have been written by another user")
        return file.read(LARGEST)


def _token(data: dict[str, Any]) -> FetchedToken:
    """Check what was read.

    Raises:
        ValueError, TypeError: It is no token, or one that no header can hold.
    """
    token = FetchedToken(**data)
    times = [token.fetched] if token.expires is None else [token.fetched, token.expires]
    if not isinstance(token.value, str) or not token.value or not token.value.isprintable():
        raise ValueError("no token")
    if not all(isinstance(moment, int | float) and math.isfinite(moment) for moment in times):
        raise ValueError("no time")
    return token


async def _taken(lock: Path) -> bool:
    """Wait for a lock file; False where none can be made, or another process holds it for too long."""
    start = time.monotonic()
    while time.monotonic() - start < STALE:
        made = _made(lock)
        if made is not None:
            return made
        await asyncio.sleep(0.05)
    return False


def _made(lock: Path) -> bool | None:
    """Make a lock file; False where that is impossible, None while another process holds it."""
    try:
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        with suppress(OSError):
            if time.time() - lock.stat().st_mtime > STALE:
                lock.unlink()
        return None
    except OSError:
        return False
    return True
