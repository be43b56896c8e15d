"""Log records of any thread, written into Robot's log on Robot's thread with their true times, secrets masked.

A record is written in the language of the suite that runs.

Robot drops what other threads log; the core uses plain `logging`, and this handler keeps the records until
Robot's thread comes by (while it waits for the loop, and after each keyword).
"""

import logging
import queue
import sys
from collections.abc import Callable
from datetime import datetime

from robot.output import LOGGER
from robot.output.loggerhelper import Message
from robot.running.context import EXECUTION_CONTEXTS

from AIGCLibrary.harmless import visible
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor

_LEVELS = {logging.DEBUG: "DEBUG", logging.INFO: "INFO", logging.WARNING: "WARN", logging.ERROR: "ERROR"}


class LogBridge(logging.Handler):
    """Handler of the logger `aigc`.

    Args:
        redactor: Masks secrets in the messages.
        speak: Returns a text in the language of the suite.
    """

    def __init__(self, redactor: Redactor, speak: Callable[[Text | str], str] = str) -> None:
        super().__init__(logging.DEBUG)
        self._redactor = redactor
        self._speak = speak
        self._before = logging.NOTSET
        self._records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()

    def install(self) -> None:
        """Take the records of the whole library."""
        logger = logging.getLogger("aigc")
        self._before = logger.level
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.addHandler(self)

    def uninstall(self) -> None:
        """Hand the records back to Python's logging."""
        logger = logging.getLogger("aigc")
        logger.removeHandler(self)
        logger.setLevel(self._before)
        logger.propagate = True

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self._records.put(record)

    def text_of(self, record: logging.LogRecord) -> str:
        """Return the message of a record, with what was raised where something was."""
        if record.levelno >= logging.INFO:
            text = record.msg if isinstance(record.msg, Text) else record.getMessage()
            record.msg, record.args = self._speak(text), ()
        return self.format(record)

    def flush(self) -> None:
        """Write what was kept; outside a Robot run only warnings are shown, on the console."""
        running = EXECUTION_CONTEXTS.current is not None
        while not self._records.empty():
            record = self._records.get()
            text = visible(self._redactor.text(self.text_of(record)))
            level = next((name for least, name in reversed(_LEVELS.items()) if record.levelno >= least), "TRACE")
            if running:
                at = datetime.fromtimestamp(record.created)  # noqa: DTZ006 - Robot's times are local and naive
                LOGGER.log_message(Message(text, level, timestamp=at))
            elif record.levelno >= logging.WARNING:
                print(f"[ {level} ] {text}", file=sys.stderr)
