"""What can go wrong with templates, environments and prepared data.

ConfigError
├── TemplateError      AIGC404-409  a template, or what it is given, is wrong
└── EnvironmentsError  AIGC402-403  an environment is unknown, incomplete or protected
DataError
├── PreparationError   AIGC410      data could not be prepared
├── OrphanError        AIGC412      data could not be removed
├── SyncError          AIGC417      two environments could not be brought into line
└── InputError         AIGC419      an input was not handled as expected
"""

from AIGCLibrary.errors import AIGCError, ConfigError, DataError


class TemplateError(ConfigError):
    """A template is wrong, unknown, or was given variables it does not have."""

    code = "AIGC404"


class EnvironmentsError(ConfigError):
    """An environment is unknown, incomplete or protected."""

    code = "AIGC402"


class PreparationError(DataError):
    """Data could not be prepared."""

    code = "AIGC410"


class OrphanError(DataError):
    """Prepared data could not be removed from the product."""

    code = "AIGC412"


class SyncError(DataError):
    """Two environments could not be compared or brought into line."""

    code = "AIGC417"


class InputError(DataError):
    """A product handled an input otherwise than expected."""

    code = "AIGC419"


class ExpressionError(Exception):
    """An expression cannot be read or evaluated; the caller that knows its place raises a `TemplateError`."""


class UnknownYet(Exception):  # noqa: N818 - a signal, not a failure
    """A value depends on an answer of the product that has not come yet."""


__all__ = [
    "AIGCError",
    "EnvironmentsError",
    "ExpressionError",
    "InputError",
    "OrphanError",
    "PreparationError",
    "SyncError",
    "TemplateError",
    "UnknownYet",
]
