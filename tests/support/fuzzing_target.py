"""What a fuzzer sends bytes to."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def new_folder() -> Path:
    """Make a folder that is removed at the end of the process."""
    made = Path(tempfile.mkdtemp(prefix="fuzz-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@dataclass(frozen=True)
class Target:
    """A reader.

    Args:
        read: Reads an input; raises what the reader is allowed to raise as `allowed` only.
        seeds: Right inputs.
        pieces: What inputs are made of.
        allowed: Errors that a caller of the reader expects.
        close: Ends what it has started.
    """

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    pieces: tuple[bytes, ...]
    allowed: tuple[type[BaseException], ...] = ()
    close: Callable[[], object] = lambda: None
