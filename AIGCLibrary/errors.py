"""The errors a tester can meet, each with a stable code, facts for the suggester, and a hint.

    AIGCError
    ├── ConfigError       0xx  a file, setting or argument is wrong
    ├── TargetError       1xx  a UI target was not found, not unique, not usable
    ├── TaskError         2xx  a generation task failed, stalled, timed out
    ├── FileError         3xx  a file is broken, unsafe, not what was ordered
    ├── DataError         4xx  test data could not be prepared or removed
    │   └── ApiError      4xx  an HTTP answer was not what was needed
    ├── MonitoringError   5xx  an SLO is not met, the store or dashboard cannot work
    ├── PluginError       6xx  a plug-in, recovery or escalation cannot work
    └── TapeError         7xx  a recording cannot be used, or does not hold what is asked for

The areas derive their own classes from these families, in `<area>/errors.py`.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from AIGCLibrary.harmless import visible
from AIGCLibrary.i18n import ENGLISH, Text, in_language


class AIGCError(Exception):
    """Base of all errors of the library.

    Args:
        message: What happened: names in quotes, measured values with units, the limit, the context. It is shown in
            the language of the suite, from a `Text` or by `sentences.yaml`; in code and for patterns it stays English.
        code: Stable code such as `AIGC201`; the class has a default.
        hint: What to do next. A `Text` is translated when it is shown; a `str` is shown as it is.
        facts: Machine-readable evidence for suggestions and reports; JSON values, no secrets.
    """

    ROBOT_SUPPRESS_NAME = True  # Robot shows the message without the class name
    code = "AIGC000"

    def __init__(
        self,
        message: str | Text,
        *,
        code: str | None = None,
        hint: Text | str | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.code = code or type(self).code
        self.said = message
        self.message = visible(str(message))  # what a product answered must not control the terminal
        self.hint = hint
        self.facts = dict(facts or {})
        super().__init__(self.text_in(ENGLISH))

    def text_in(self, language: str) -> str:
        """Return the whole sentence with its code in a language; English where it has no other."""
        return f"{visible(in_language(self.said, language))} [{self.code}]"


class ConfigError(AIGCError):
    """A file, setting or argument given by the user is wrong."""

    code = "AIGC001"


class TargetError(AIGCError):
    """A UI target could not be located or used."""

    code = "AIGC100"


class TaskError(AIGCError):
    """A generation task did not do what was asked."""

    code = "AIGC200"


class FileError(AIGCError):
    """A file is broken, unsafe, or not what was ordered."""

    code = "AIGC300"


class DataError(AIGCError):
    """Test data could not be prepared or removed."""

    code = "AIGC400"


class ApiError(DataError):
    """The product's API could not be reached or answered with something else than was needed."""

    code = "AIGC420"


class MonitoringError(AIGCError):
    """An SLO is not met, or a monitoring service cannot work."""

    code = "AIGC500"


class PluginError(AIGCError):
    """A plug-in, a recovery strategy or an escalation cannot work."""

    code = "AIGC600"


def missing_extra(package: str, extra: str, purpose: str) -> ConfigError:
    """Build the error for a dependency that is an optional extra.

    Example:
        ```python
        raise missing_extra("mcp", "mcp", "Escalation to an MCP server") from error
        ```
    """
    return ConfigError(
        f"{purpose} needs the package '{package}', which is not installed.",
        code="AIGC003",
        hint=Text("core.hint.extra", extra=extra),
        facts={"package": package, "extra": extra},
    )


def near_matches(name: str, available: Iterable[str]) -> str:
    """Describe which names come near an unknown one, or which exist: the tail of an error message.

    Returns:
        For example `Did you mean 'prompt' or 'prompts'?`, else `Available: 'a', 'b' and 'c'.`
    """
    names = sorted(set(available))
    near = close_names(name, names)
    if near:
        return f"Did you mean {_joined(near, 'or')}?"
    if not names:
        return "There is none at all."
    shown = names[:12]
    rest = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"Available: {_joined(shown, 'and') if not rest else ', '.join(map(repr, shown)) + rest}."


def close_names(name: str, available: Iterable[str], cutoff: float | None = None) -> list[str]:
    """Return the names that come near an unknown one, the nearest first; three at most.

    Args:
        name: The unknown one.
        available: The known ones.
        cutoff: Least likeness, from 0 to 1 (`difflib`'s ratio); by default as the length of the name asks for.
    """
    # One wrong letter of two, as in a Chinese word, leaves half of the name.
    least = cutoff if cutoff is not None else 0.5 if len(name) <= 3 else 0.6 if len(name) <= 5 else 0.65
    return get_close_matches(name, sorted(set(available)), n=3, cutoff=least)


def _joined(names: list[str], word: str) -> str:
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"
