"""Masks names and documentation before Robot's console and debug file are given them, which is before any listener."""

import os
from collections.abc import Callable
from typing import Any

from robot.output import LOGGER
from robot.output.loggerapi import LoggerApi
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.redaction.redactor import Redactor


class EarlyMask(LoggerApi):
    """A logger of Robot that is asked before the console is.

    Args:
        redactor: Returns what knows the secrets of the run; None: before its first suite.
    """

    def __init__(self, redactor: Callable[[], Redactor | None]) -> None:
        self._redactor = redactor
        self._own = Redactor()

    def register(self) -> None:
        """Have it called from now on."""
        LOGGER.register_logger(self)

    def unregister(self) -> None:
        """Have it called no more."""
        LOGGER.unregister_logger(self)

    def start_suite(self, _data: Any, result: Any) -> None:
        """Mask name and documentation of a suite; its variables are set by now."""
        self._own.add_named(os.environ)
        context = EXECUTION_CONTEXTS.current
        if context is not None:
            self._own.add_named(context.variables.as_dict())
        self._mask(result)

    def start_test(self, _data: Any, result: Any) -> None:
        """Mask name and documentation of a test."""
        self._mask(result)

    def _mask(self, result: Any) -> None:
        for redactor in (self._own, self._redactor()):
            if redactor is None:
                continue
            name, doc = redactor.known(result.name), redactor.text(result.doc) if result.doc else result.doc
            if name != result.name:
                result.name = name
            if doc != result.doc:
                result.doc = doc
