"""The contract of a validator: judges files of one format before, while and after they arrive."""

from abc import ABC
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from AIGCLibrary.files.context import Examination, RangeReader
from AIGCLibrary.files.work import OverWork


class Validator(ABC):
    r"""Judges one file; a new instance for each.

    The steps, all optional:

        sniff(head)      is it mine? (only for formats the built-in table does not know)
        peek(reader)     before the body is fetched: look at parts of it, cheaply
        feed(data)       while it arrives, in order; the buffer is reused afterwards
        finish()         when all of it was fed
        inspect(path)    when it lies on the disk

    A step reports findings with `self.examination.report(...)` and facts with `self.examination.section(...)`.

    Args:
        examination: The file.

    Example:
        ```python
        class Obj3dValidator(Validator):
            name = "obj3d"
            media_types = ("model/obj",)

            @classmethod
            def sniff(cls, head):
                return "model/obj" if head.startswith(b"# OBJ") else None

            def inspect(self, path):
                if b"\nf " not in path.read_bytes():
                    self.examination.report("obj3d.faces", "The model has no faces.")
        ```
        and in the package's pyproject.toml:
        ```toml
        [project.entry-points."aigclibrary.validators"]
        obj3d = "my_package:Obj3dValidator"
        ```
        What is installed is used when `options.files.validators` of aigc.yaml names it.
    """

    name: ClassVar[str]
    media_types: ClassVar[Sequence[str]] = ()
    """Media types that a plug-in judges; those of the built-in validators are in `files/formats.py`."""
    feeds: ClassVar[bool] = False
    """The format is judged while it arrives."""

    def __init__(self, examination: Examination) -> None:
        self.examination = examination

    @classmethod
    def sniff(cls, head: bytes) -> str | None:  # noqa: ARG003
        """Return the media type when the head is of this format and the built-in table does not know it."""
        return None

    def take(self, data: memoryview) -> None:
        """Feed the next bytes, as long as that is within the limit on work."""
        self._within(lambda: self.feed(data))

    def end(self) -> None:
        """Judge what was fed, as far as it was."""
        self._within(self.finish)

    def look(self, path: Path) -> None:
        """Inspect the file on the disk, within the limit on work."""
        self._within(lambda: self.inspect(path))

    def _within(self, step: Callable[[], None]) -> None:
        if self.examination.work.exceeded:
            self.examination.exhaust()
            return
        try:
            step()
        except OverWork:
            self.examination.exhaust()
        except MemoryError:
            self.examination.lack_memory()

    def peek(self, reader: RangeReader) -> None:  # noqa: B027
        """Judge what can be judged from a few parts of the file."""

    def feed(self, data: memoryview) -> None:  # noqa: B027
        """Take the next bytes of the file."""

    def finish(self) -> None:  # noqa: B027
        """Judge what was fed."""

    def inspect(self, path: Path) -> None:  # noqa: B027
        """Judge the file on the disk."""
