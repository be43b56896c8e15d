"""The error of a fault that cannot be made from a file."""

from AIGCLibrary.errors import AIGCError


class ImpossibleFaultError(AIGCError):
    """A fault cannot be made from this file, or from this answer."""

    code = "AIGC706"
