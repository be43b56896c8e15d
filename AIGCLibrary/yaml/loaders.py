"""Loaders of YAML: the parser of libyaml, and PyYAML's own where libyaml is missing, unsafe, or refuses the text."""

import re
from typing import Any, Final

import yaml

_DIGITS: Final = 1000
"""Characters of a whole number."""
_LARGE: Final = 100_000
"""Characters of a text beyond which libyaml decides alone: PyYAML takes 13 µs for each, so seconds (measured)."""
_BOUNDED: Final = (0, 2, 6)
"""First libyaml that limits how deep a text is nested; those before it end the process (measured with 0.2.5)."""
_QUOTED: Final = re.compile(r"""(?<![^\s,\[{:])(?:'[^'\n]*'|"(?:[^"\\\n]|\\.)*")|(?<!\S)\#.*""")
_OTHERWISE: Final = re.compile(r"[\t\x85\u2028\u2029\ufeff?]|(?<![^\s,\[{:])!")
"""Signs outside of quotes that the two parsers read differently: one file must mean the same wherever it is read."""


def composed(text: str) -> tuple[Any, yaml.Node | None]:
    """Return a loader and the node of a text's only document, None if the text is empty.

    libyaml takes a fifth of the time. What it refuses is read again by PyYAML, whose errors are the ones shown. A large
    text is read by libyaml alone: of the signs that the two read differently it accepts more, and changes none.

    Raises:
        yaml.YAMLError: The text is not YAML.
        RecursionError: It is nested too deep.
    """
    large = len(text) > _LARGE
    if _fast is not None and (large or not _OTHERWISE.search(_QUOTED.sub("''", text))):
        try:
            loader = _fast(text)
            return loader, loader.get_single_node()
        except (yaml.YAMLError, RecursionError):
            if large:
                raise
        except ValueError:  # half a character
            pass
    plain = _PlainLoader(text)
    return plain, plain.get_single_node()


class _PlainData(yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """Safe values that leave dates as text, and keys as they are written.

    A test's data is text until it says otherwise. Keys are names in all our formats and in JSON, so `no:` is the
    key "no" of a product's API and not the truth value YAML 1.1 sees in it.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Construct a value; what Python cannot make of a text is an error of the file, with its line."""
        kind = node.tag.rpartition(":")[2]
        text = node.value if isinstance(node, yaml.ScalarNode) else ""
        shown = text if len(text) <= 40 else f"{text[:37]}..."
        refusal = yaml.constructor.ConstructorError(
            problem=f"'{shown}' is not a valid {kind}", problem_mark=node.start_mark
        )
        if kind == "int" and len(text) > _DIGITS:
            raise refusal
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, IndexError, OverflowError, AttributeError, TypeError):
            raise refusal from None

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Take merged mappings in (`<<`), then make every key a text."""
        super().flatten_mapping(node)
        for key, _ in node.value:
            if key.tag in _GUESSED:
                key.tag = "tag:yaml.org,2002:str"


_GUESSED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("bool", "int", "float", "null", "value"))


class _PlainLoader(_PlainData, yaml.SafeLoader):
    """The parser of PyYAML."""


def _with_libyaml() -> Any:
    try:
        from yaml._yaml import get_version
    except ImportError:
        return None
    if get_version() < _BOUNDED:
        return None

    class FastLoader(_PlainData, yaml.CSafeLoader):
        """The parser of libyaml."""

    return FastLoader


_fast = _with_libyaml()
