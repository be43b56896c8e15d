"""What testers call the types of values that Robot Framework and Python name in messages."""

from AIGCLibrary.i18n import Text, listed

_KINDS = {
    "nothing": ("None",),
    "dictionary": ("dict", "Mapping", "DotDict", "OrderedDict", "NormalizedDict"),
    "list": ("list", "tuple", "set", "Sequence"),
    "time": ("timedelta",),
    "date": ("date",),
    "number": ("float", "Decimal", "decimal"),
    "integer": ("int",),
    "boolean": ("bool",),
    "text": ("str", "String"),
    "bytes": ("bytes", "bytearray"),
}
"""Kinds of values as the texts name them, with what names of types begin with."""


def kind_of(named: str) -> str:
    """Return the kind of the first known type among those that a message names, "" where none is.

    Example:
        ```python
        kind_of("dict[str, Any] or None")  # "dictionary"
        ```
    """
    return next(filter(None, map(_kind, named.split(" or "))), "")


def in_words(named: str) -> Text | str:
    """Return types as testers call them; what is no type of Python stays. Nothing at all is not named beside others."""
    parts = dict.fromkeys(_word(part) for part in named.split(" or ") if not part.startswith("None"))
    return listed(parts, "core.either") if parts else _word(named)


def _kind(name: str) -> str:
    return next((kind for kind, begins in _KINDS.items() if name.startswith(begins)), "")


def _word(name: str) -> Text | str:
    kind = _kind(name)
    return Text(f"recovery.kind.{kind}") if kind else name
