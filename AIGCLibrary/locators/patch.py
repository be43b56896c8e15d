"""Writes healed locators into locator files: only the values change, comments and layout stay."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from AIGCLibrary.locators.diagnosis import written
from AIGCLibrary.locators.healing import Healed
from AIGCLibrary.locators.model import Target


def patched(text: str, changes: Mapping[str, Healed]) -> str:
    """Return the text of a locator file with new values.

    Args:
        text: The file as it is.
        changes: Healed locators by the target's own name, without its page.
    """
    for name, healed in changes.items():
        text = _change(text, name, healed)
    return text


def save(healed: Iterable[tuple[Target, Healed]], path: Path) -> list[Path]:
    """Write healed locators for review.

    Args:
        healed: Targets, each with what was healed.
        path: A file ending in `.patch` or `.diff` for one unified diff over all files, else a folder for changed
            copies of the files; the folder they are in changes them in place.

    Returns:
        The files written.
    """
    by_file: dict[Path, dict[str, Healed]] = {}
    for target, heal in healed:
        by_file.setdefault(target.file, {})[target.name.removeprefix(f"{target.page}.")] = heal
    before = {file: file.read_text(encoding="utf-8") for file in by_file}
    after = {file: patched(before[file], changes) for file, changes in by_file.items()}
    if path.suffix in (".patch", ".diff"):
        diffs = [
            "".join(
                difflib.unified_diff(
                    before[file].splitlines(keepends=True),
                    after[file].splitlines(keepends=True),
                    f"a/{file.as_posix()}",
                    f"b/{file.as_posix()}",
                )
            )
            for file in by_file
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(diffs), encoding="utf-8")
        return [path]
    path.mkdir(parents=True, exist_ok=True)
    for file, text in after.items():
        (path / file.name).write_text(text, encoding="utf-8")
    return [path / file.name for file in after]


def _change(text: str, name: str, healed: Healed) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    target = _get(_get(root, "targets"), name)
    tier = _get(target, healed.tier.value)
    value = written(healed.value)
    if tier is None:
        return _insert(text, target, f"{healed.tier}: {value}")
    # Of a list the first item is the best known way; the others may serve another language or version.
    node = tier.value[0] if isinstance(tier, yaml.SequenceNode) and tier.value else tier
    return text[: node.start_mark.index] + value + text[_end(node) :]


def _insert(text: str, target: yaml.Node | None, entry: str) -> str:
    if not isinstance(target, yaml.MappingNode):
        return text
    first = target.value[0][0].start_mark
    if target.flow_style:
        return f"{text[: first.index]}{entry}, {text[first.index :]}"
    return f"{text[: first.index]}{entry}\n{' ' * first.column}{text[first.index :]}"


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _end(node: yaml.Node) -> int:
    """Return where a node really ends: a block collection's own mark lies behind the comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)
