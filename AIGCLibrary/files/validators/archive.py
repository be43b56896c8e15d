"""Judges zip archives: the directory before the body where the server allows it, every entry while it arrives."""

import fnmatch
from pathlib import Path

from AIGCLibrary.files.examination import Examination, RangeReader
from AIGCLibrary.files.finding import Finding, Kind
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.rules.demand import Demand
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.rules.vocabulary import ARCHIVE_WORDS
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.files.zips.directory import TAIL, Directory, read_directory
from AIGCLibrary.files.zips.entry import ZipError
from AIGCLibrary.files.zips.safety import dangers
from AIGCLibrary.files.zips.walker import ZipWalker

PEEK = 160 << 10
"""Most bytes of directory fetched before the body; beyond it, the directory is read at the end."""
PIECE = 1 << 20


class ZipValidator(Validator):
    """Judges zip archives."""

    name = "zip"
    media_types = ("application/zip",)
    feeds = True

    def __init__(self, examination: Examination) -> None:
        super().__init__(examination)
        self._rules = examination.rules.section("archive")
        self._directory: Directory | None = None
        self._walker: ZipWalker | None = None
        self._hopeless = False

    @property
    def directory(self) -> Directory | None:
        """The central directory, once it was read."""
        return self._directory

    def peek(self, reader: RangeReader) -> None:
        """Read the central directory by Range and judge it."""
        if reader.length is None:
            return
        try:
            self._take(read_directory(reader, largest=max(PEEK - TAIL, 0)))
        except ZipError as error:
            if "claims" in str(error) and error.rule == "zip.directory":
                return  # too big to fetch before it is known to be wanted
            self._give_up(error)

    def feed(self, data: memoryview) -> None:
        """Check the entries as they pass."""
        if self._walker is not None and not self._hopeless:
            self._walker.feed(data)

    def finish(self) -> None:
        """Judge how the archive ends."""
        if self._walker is not None and not self._hopeless:
            self._walker.finish()

    def inspect(self, path: Path) -> None:
        """Read and check from the disk what could not be checked on the way, then the contents."""
        if self._hopeless:
            return
        if self._directory is None:
            with LocalReader(path) as reader:
                try:
                    self._take(read_directory(reader))
                except ZipError as error:
                    self._give_up(error)
                    return
            if not self.examination.failed:
                self._walk(path)
        if self._directory is not None and not self.examination.failed:
            from AIGCLibrary.files.validators.contents import judge_contents

            hashes = self._walker.hashes if self._walker else {}
            judge_contents(self.examination, path, self._directory, hashes)

    def _walk(self, path: Path) -> None:
        buffer = bytearray(PIECE)
        view = memoryview(buffer)
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                self.examination.stop.check()
                self.feed(view[:count])
        self.finish()

    def _take(self, directory: Directory) -> None:
        self._directory = directory
        examination, rules = self.examination, self._rules
        examination.extend(directory.findings)
        examination.extend(
            list(dangers(directory, encrypted=bool(rules.get("encrypted")), symlinks=bool(rules.get("symlinks"))))
        )
        files = [entry for entry in directory.entries if not entry.is_folder]
        size, packed = sum(entry.size for entry in files), sum(entry.packed for entry in files)
        examination.facts["archive"] = {
            "count": len(files),
            "unpacked": size,
            "packed": packed,
            "ratio": round(size / packed, 3) if packed else 1.0,
            "largest": max((entry.size for entry in files), default=0),
            "names": [entry.name for entry in files[:1000]],
        }
        examination.extend(list(judge(rules, examination.facts, ARCHIVE_WORDS, prefix="archive.")))
        examination.extend(self._counts([entry.name for entry in files]))
        self._walker = ZipWalker(directory, examination.add, hashed=bool(rules.get("manifest")))

    def _counts(self, names: list[str]) -> list[Finding]:
        findings, named = [], set()
        for pattern, wanted in (self._rules.get("entries") or {}).items():
            matching = [name for name in names if fnmatch.fnmatchcase(name, pattern)]
            named.update(matching)
            demand = Demand(wanted, f"archive.entries.{pattern}")
            if not demand.holds(len(matching)):
                message = f"{len(matching)} entries match '{pattern}'; expected {demand}."
                findings.append(
                    Finding(
                        "archive.entries",
                        message,
                        Kind.RULE,
                        expected=str(demand),
                        actual=str(len(matching)),
                        place=pattern,
                    )
                )
        if self._rules.get("others") is False:
            for name in [name for name in names if name not in named][:20]:
                message = f"Entry '{name}' is not among those demanded."
                findings.append(Finding("archive.others", message, Kind.RULE, actual=name, place=f"entry {name}"))
        return findings

    def _give_up(self, error: ZipError) -> None:
        self._hopeless = True
        self.examination.add(error.finding())
