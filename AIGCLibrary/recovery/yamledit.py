"""Changes one place of a YAML text and leaves all the rest, comments too, as it is."""

import pathlib
from collections.abc import Sequence
from typing import Any

import yaml

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml import parse_yaml

Path = Sequence[str | int]


def add_alternative(text: str, path: Path, value: Any) -> str:
    r"""Put a value before those that stand at a path: the place becomes a list, the old values stay in it.

    Args:
        text: The YAML file.
        path: Keys and indexes, for example `("targets", "generate", "gold")`; the last key may be missing.
        value: JSON value to add.

    Raises:
        ConfigError: The parent does not exist, or is no mapping; or the text is no YAML, or nests aliases too often.

    Example:
        ```python
        add_alternative("t:\n  gold: old  # why\n", ("t", "gold"), "new")  # 't:\n  gold: [new, old]  # why\n'
        ```
    """
    parse_yaml(text, pathlib.Path("text"))  # reports what is no YAML, and what would become too large
    node = _find(text, path)
    if node is None:
        return _insert(text, path, value)
    before = text[node.start_mark.index : node.end_mark.index]
    if isinstance(node, yaml.SequenceNode):
        if value in _plain(node):
            return text
        if node.flow_style:
            changed = f"[{flow(value)}, {before.strip()[1:]}"
        else:
            indent = " " * node.start_mark.column
            changed = f"- {flow(value)}\n{indent}{before}"
    elif _plain(node) == value:
        return text
    elif isinstance(node, yaml.MappingNode) and not node.flow_style:
        changed = f"[{flow(value)}, {flow(_plain(node))}]"
        return _checked(text, _replaced_block(text, node, changed), path)
    else:
        changed = f"[{flow(value)}, {before.strip()}]"
    return _checked(text, text[: node.start_mark.index] + changed + text[node.end_mark.index :], path)


def flow(value: Any) -> str:
    """Write a value on one line of YAML, in the short form a person would use."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    text = yaml.safe_dump([value], allow_unicode=True, default_flow_style=True, width=10_000).strip()
    return text[1:-1]


def _find(text: str, path: Path) -> yaml.Node | None:
    try:
        node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:  # libyaml, which reads large texts, accepts tabs that PyYAML does not
        raise _unchangeable(path) from None
    for key in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == str(key)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
        else:
            return None
        if node is None:
            return None
    return node  # type: ignore[no-any-return]


def _insert(text: str, path: Path, value: Any) -> str:
    parent = _find(text, path[:-1])
    if not isinstance(parent, yaml.MappingNode) or not parent.value:
        raise ConfigError(f"There is no '{'.'.join(map(str, path[:-1]))}' to add '{path[-1]}' to.", code="AIGC621")
    entry = f"{path[-1]}: {flow(value)}"
    start = parent.value[0][0].start_mark
    joint = ", " if parent.flow_style else "\n" + " " * start.column
    return _checked(text, text[: start.index] + entry + joint + text[start.index :], path)


def _replaced_block(text: str, node: yaml.Node, changed: str) -> str:
    """Put a flow value where a block mapping stands; it begins on the line of its key."""
    colon = text.rindex(":", 0, node.start_mark.index)
    end = node.end_mark.index
    while end > 0 and text[end - 1] in " \n":
        end -= 1
    return f"{text[: colon + 1]} {changed}{text[end:]}"


def _plain(node: yaml.Node) -> Any:
    return yaml.SafeLoader("").construct_document(node)


def _checked(before: str, after: str, path: Path) -> str:
    """Make sure that nothing but this place has changed."""
    try:
        same = _without(yaml.safe_load(before), path) == _without(yaml.safe_load(after), path)
    except yaml.YAMLError:
        same = False
    if not same:
        raise _unchangeable(path)
    return after


def _unchangeable(path: Path) -> ConfigError:
    return ConfigError(f"'{'.'.join(map(str, path))}' cannot be changed automatically.", code="AIGC621")


def _without(data: Any, path: Path) -> Any:
    if not path:
        return None
    if isinstance(data, dict):
        return {
            k: (_without(v, path[1:]) if k == path[0] else v) for k, v in data.items() if len(path) > 1 or k != path[0]
        }
    if isinstance(data, list):
        return [_without(item, path[1:]) if index == path[0] else item for index, item in enumerate(data)]
    return data
