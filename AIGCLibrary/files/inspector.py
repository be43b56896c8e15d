"""Answers single questions about a file on this machine: type, media facts, hash, labels."""

import hashlib
from pathlib import Path
from typing import Any

from AIGCLibrary.content.sniff import HEAD
from AIGCLibrary.errors import ConfigError, FileError, near_matches
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import examine, inspect, recognise
from AIGCLibrary.files.labels.carriers import read_marks
from AIGCLibrary.files.labels.value import Label
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.media_type import SOUND, settle_media_type
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.validators import Validators
from AIGCLibrary.i18n import Text


class FileInspector:
    """Looks into files on this machine.

    Args:
        validators: The known validators.
        limits: What looking may take in memory and work.
    """

    def __init__(self, validators: Validators, limits: FileLimits) -> None:
        self.validators, self.limits = validators, limits

    def type_of(self, path: str | Path) -> str | None:
        """Return the media type of a file by its content."""
        file = local_file(path)
        examination = Examination(file.name)
        with LocalReader(file) as reader:
            recognise(examination, reader.read(0, HEAD), self.validators)
            if examination.media_type in SOUND:  # whether there is a picture, its tracks show
                self.validators.of(examination).peek(reader)
        if examination.media_type in SOUND:
            from AIGCLibrary.files.probe import try_probe

            facts = try_probe(file)
            settle_media_type(
                examination, picture=bool(facts.get("video_streams")), sound=bool(facts.get("audio_streams"))
            )
        return examination.media_type

    def media_of(self, path: str | Path) -> dict[str, Any]:
        """Return what is measured of a media file, its size, and its tags."""
        file = local_file(path)
        examination = Examination(file.name, RuleSet("measured", {"early": False}), limits=self.limits)
        validator = examine(examination, file, self.validators)
        inspect(examination, validator, file)
        found: dict[str, Any] = {**examination.facts.get("media", {})}
        if (examination.media_type or "").startswith(("video/", "audio/")):
            from AIGCLibrary.files.probe import try_probe

            found = {**try_probe(file), **found}
        return {"media_type": examination.media_type, "size": file.stat().st_size, **found}

    def hash_of(self, path: str | Path, algorithm: str = "sha256") -> str:
        """Return the hash of a file.

        Raises:
            ConfigError: The algorithm is unknown.
        """
        if algorithm not in hashlib.algorithms_available or algorithm.startswith("shake"):
            known = [name for name in hashlib.algorithms_available if not name.startswith("shake")]
            raise ConfigError(f"There is no hash '{algorithm}'. {near_matches(algorithm, known)}")
        with local_file(path).open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()

    def labels_of(self, path: str | Path) -> list[Label]:
        """Return the AIGC labels of a file."""
        file = local_file(path)
        return read_marks(file, self.type_of(file)).labels


def local_file(path: str | Path) -> Path:
    """Return the path of a file.

    Raises:
        FileError: There is none (AIGC314).
    """
    file = Path(path)
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise FileError(
            f"File '{path}' {what}.",
            code="AIGC314",
            hint=Text("files.hint.missing_file", directory=str(Path.cwd())),
            facts={"source": str(path)},
        )
    return file
