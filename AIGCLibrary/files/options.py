"""Limits of the file pipeline; the section `files` of aigc.yaml's `options` changes them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.files.units import number
from AIGCLibrary.files.work import WORK

PICTURE_MEMORY = 230_000_000
"""Bytes that decoding one picture may take when nothing else is said."""
MAX_SIZE = 500_000_000
"""Bytes a file may have when nothing else is said: 500 MB."""


class KeepTemp(StrEnum):
    """When the temporary folder of a file is kept."""

    NEVER = "never"
    ON_FAILURE = "on_failure"
    ALWAYS = "always"


_WHOLE = (
    "max_size", "retries", "workers", "picture_memory", "picture_work", "document_tree", "document_values", "work",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Sizes and times.

    Args:
        max_size: Bytes a file may have, on the wire and decoded.
        stall: Seconds without a byte after which a download fails.
        low_speed: Bytes per second below which a download is too slow …
        low_speed_time: … when it stays so for so many seconds.
        retries: How often a busy server (429, 5xx) is asked again.
        longest_pause: Most seconds waited for a busy server, whatever its Retry-After says.
        workers: Files processed at the same time by `Process Files`.
        temp: Folder of the temporary folders; when not given, `results/files` for files that may be kept, the
            system's own for all others.
        resume_for: Seconds for which a download that a killed process left unfinished can be resumed by a later
            one, in the same folder of temporary folders; 0 turns that off.
        picture_memory: Bytes that decoding one picture may take. A still picture that takes more is decoded in pieces
            or to a smaller copy where its format allows that, and measured by its head elsewhere.
        picture_work: Pixels that all frames of a moving picture may have together.
        document_tree: Bytes of a JSON document, of one of its lines, or of a text, up to which it is read as a whole;
            larger ones are read piece by piece, and `schema` and `values` are not measured.
        document_values: Values and names that a JSON document may have when it is read piece by piece.
        work: Units of work that judging a file, and all that lies in it, may take; a unit is about a microsecond. What
            is counted does not depend on how fast or busy the machine is.
        sweep_after: Seconds after which leftovers of crashed runs are removed.
    """

    max_size: int = MAX_SIZE
    stall: float = 30
    low_speed: float = 1000
    low_speed_time: float = 60
    retries: int = 3
    longest_pause: float = 20
    workers: int = 4
    temp: Path | None = None
    resume_for: float = 3600
    picture_memory: int = PICTURE_MEMORY
    picture_work: int = 1_500_000_000
    document_tree: int = 6_000_000
    document_values: int = 10_000_000
    work: int = WORK
    sweep_after: float = 86_400

    @classmethod
    def load(cls, options: Mapping[str, Any]) -> "FileLimits":
        """Read the section `files` of the options.

        Raises:
            ConfigError: A name is not known or a value is no number.
        """
        known = {item.name for item in fields(cls)}
        for name in options:
            if name not in known:
                raise ConfigError(f"options.files has no '{name}'. {near_matches(name, known)}")
        values: dict[str, Any] = {}
        for name, value in options.items():
            if name == "temp":
                values[name] = Path(value)
            else:
                read = number(value, f"options.files.{name}")
                values[name] = int(read) if name in _WHOLE else read
        return replace(cls(), **values)
