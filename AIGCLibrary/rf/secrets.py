"""Secrets that Robot knows: variables of type `Secret`, and those whose names tell one."""

import os
from typing import Any

from robot.api.types import Secret
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.engine import Engine


def note_secrets(engine: Engine) -> None:
    """Have the values of secret variables, of Robot and of the environment, masked from now on."""
    engine.redactor.add_named(os.environ)
    context = EXECUTION_CONTEXTS.current
    if context is None:
        return
    variables: dict[str, Any] = context.variables.as_dict()
    engine.redactor.add_named(variables)
    engine.redactor.add(*(str(value.value) for value in variables.values() if isinstance(value, Secret)))


class SecretListener:
    """Masks known secrets in what any keyword logs, in the suites that import the library.

    Args:
        engine: Knows the secrets.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, engine: Engine) -> None:
        self._redactor = engine.redactor

    def log_message(self, message: Any) -> None:
        """Mask a message before it is written; nothing is done while no secret is known in it."""
        if self._redactor.knows(message.message):
            message.message = self._redactor.text(message.message)

    def end_keyword(self, _data: Any, result: Any) -> None:
        """Mask the message of a failed keyword, which Robot keeps apart from the log."""
        if result.status == "FAIL" and self._redactor.knows(result.message):
            result.message = self._redactor.text(result.message)
