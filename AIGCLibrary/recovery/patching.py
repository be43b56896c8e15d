"""Turns edits into a diff to review, and into files once that is wanted."""

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.recovery.model import Edit
from AIGCLibrary.recovery.yamledit import add_alternative

NEAR = 12
"""Lines an edit may have moved by since the failure."""


@dataclass(slots=True)
class FileChange:
    """One file as it is and as it should be."""

    path: Path
    before: str
    after: str

    def diff(self, root: Path) -> str:
        """Return the change as a unified diff that `git apply` and `patch -p1` take."""
        name = self.path.relative_to(root).as_posix() if self.path.is_relative_to(root) else self.path.as_posix()
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), f"a/{name}", f"b/{name}"
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@dataclass(slots=True)
class Patch:
    """Changes of files, and the edits that could not be made with the reason."""

    root: Path
    files: dict[Path, FileChange] = field(default_factory=dict)
    made: list[Edit] = field(default_factory=list)
    refused: list[tuple[Edit, AIGCError]] = field(default_factory=list)

    def diff(self) -> str:
        """Return all changes as one unified diff."""
        return "".join(change.diff(self.root) for change in self.files.values() if change.before != change.after)

    def write(self) -> list[Path]:
        """Write the changed files; return their paths."""
        changed = [change for change in self.files.values() if change.before != change.after]
        for change in changed:
            change.path.write_text(change.after, encoding="utf-8", newline="")
        return [change.path for change in changed]


def make_patch(edits: Iterable[Edit], root: Path) -> Patch:
    """Work the edits into the files; the same edit twice is made once, one that no longer fits is refused.

    Args:
        edits: Edits that name a file.
        root: Where relative paths start. Files outside of it are refused.
    """
    patch = Patch(root.resolve())
    for edit in dict.fromkeys(edits):
        try:
            _add(patch, edit)
            patch.made.append(edit)
        except AIGCError as error:
            patch.refused.append((edit, error))
    return patch


class UnfitError(AIGCError):
    """An edit does not fit the file as it is now."""

    code = "AIGC622"


class MissingError(UnfitError):
    """The file of an edit is not where it is looked for."""


def _add(patch: Patch, edit: Edit) -> None:
    if not edit.file:
        raise UnfitError("It names no file.")
    path = (patch.root / edit.file).resolve()
    if not path.is_relative_to(patch.root):
        raise UnfitError(f"'{edit.file}' lies outside of '{patch.root}'.")
    change = patch.files.get(path)
    if change is None:
        text = _text_of(path)
        change = FileChange(path, text, text)
    change.after = _edited(change.after, edit)
    patch.files[path] = change


def _text_of(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        raise MissingError(f"There is no file '{path}'.") from None
    except OSError as error:
        raise UnfitError(f"File '{path}' cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UnfitError(f"File '{path}', line {line}: is not UTF-8 text.") from None


def _edited(text: str, edit: Edit) -> str:
    if edit.place and edit.value is not None:
        return add_alternative(text, tuple(edit.place.split(".")), json.loads(edit.value))
    lines = text.splitlines(keepends=True)
    index = _line_of(lines, edit)
    line = lines[index]
    if not edit.before:
        indent = re.match(r"\s*", line).group()  # type: ignore[union-attr]
        lines.insert(index, f"{indent}{edit.after}\n")
    else:
        lines[index] = line.replace(edit.before, edit.after, 1)
    return "".join(lines)


def _line_of(lines: list[str], edit: Edit) -> int:
    """Find the line of an edit: the one named, else the only one near it that holds the text."""
    wanted = (edit.line or 1) - 1
    if not edit.before:
        return min(wanted, len(lines) - 1)
    if 0 <= wanted < len(lines) and lines[wanted].count(edit.before) == 1:
        return wanted
    near = range(max(0, wanted - NEAR), min(len(lines), wanted + NEAR + 1))
    found = [index for index in near if edit.before in lines[index]]
    if len(found) != 1 or lines[found[0]].count(edit.before) != 1:
        what = "is no longer" if not found else "occurs more than once"
        raise UnfitError(f"'{edit.before}' {what} near line {edit.line or 1}.")
    return found[0]
