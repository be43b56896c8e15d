"""Judges zip archives: the directory before the body where the server allows it, every entry while it arrives."""

from pathlib import Path

from AIGCLibrary.files.context import Examination, RangeReader
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.validators.archive_rules import Tally, judge_directory
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.files.zips.directory import TAIL, Directory, read_directory
from AIGCLibrary.files.zips.entry import ZipError
from AIGCLibrary.files.zips.stream import StreamWalker
from AIGCLibrary.files.zips.walker import ZipWalker

PEEK = 160 << 10
"""Most bytes of directory fetched before the body; beyond it, the directory is read at the end."""
PIECE = 1 << 20


class ZipValidator(Validator):
    """Judges zip archives."""

    name = "zip"
    feeds = True

    def __init__(self, examination: Examination) -> None:
        super().__init__(examination)
        self._hashed = bool(examination.rules.get("archive", "manifest"))
        self._directory: Directory | None = None
        self._walker: ZipWalker | None = None
        self._stream: StreamWalker | None = None
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
            self._walker = ZipWalker(self._known, self.examination.add, hashed=self._hashed, tick=self.examination.tick)
        except ZipError as error:
            if "claims" in str(error) and error.rule == "zip.directory":
                return  # too big to fetch before it is known to be wanted
            self._give_up(error)

    def feed(self, data: memoryview) -> None:
        """Check the entries as they pass: against the directory, or by their local headers while it is not known."""
        if self._hopeless:
            return
        if self._walker is not None:
            self._walker.feed(data)
            return
        if self._stream is None:
            tally = Tally(self.examination)
            self._stream = StreamWalker(
                self.examination.add, tally.begin, tally.measure, hashed=self._hashed, tick=self.examination.tick
            )
        self._stream.feed(data)

    def finish(self) -> None:
        """Judge how the archive ends."""
        if self._walker is not None and not self._hopeless:
            self._walker.finish()

    def inspect(self, path: Path) -> None:
        """Read the directory when it was not to be had before, check what is not checked yet, then the contents."""
        if self._hopeless:
            return
        hashes = self._walker.hashes if self._walker else {}
        if self._directory is None:
            with LocalReader(path) as reader:
                try:
                    self._take(read_directory(reader))
                except ZipError as error:
                    self._give_up(error)
                    return
            if not self.examination.failed:
                hashes = self._hold_against_stream(path)
        if not self.examination.failed:
            from AIGCLibrary.files.validators.contents import judge_contents

            judge_contents(self.examination, path, self._known, hashes)

    @property
    def _known(self) -> Directory:
        return self._directory or Directory()

    def _hold_against_stream(self, path: Path) -> dict[str, str]:
        """Hold the directory against what passed by; where they differ, read the file again to find what is wrong."""
        if self._stream is not None and self._stream.agrees(self._known):
            return self._stream.hashes
        walker = ZipWalker(self._known, self.examination.add, hashed=self._hashed, tick=self.examination.tick)
        buffer = bytearray(PIECE)
        view = memoryview(buffer)
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                self.examination.stop.check()
                walker.feed(view[:count])
        walker.finish()
        return walker.hashes

    def _take(self, directory: Directory) -> None:
        self._directory = directory
        judge_directory(self.examination, directory)

    def _give_up(self, error: ZipError) -> None:
        self._hopeless = True
        self.examination.add(error.finding())
