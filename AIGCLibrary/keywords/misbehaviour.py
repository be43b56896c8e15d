"""The keyword that lets the product do something wrong."""

from typing import Any

from robot.api.deco import keyword

from AIGCLibrary.keywords.component import Component
from AIGCLibrary.rf import shared


class MisbehaviourKeywords(Component):
    """The keyword of the group Tape."""

    @keyword(tags=("Tape",))
    def misbehave(self, *scenario: str, **faults: Any) -> str:
        """Makes the product's answers wrong from now on, until this keyword is called again.

        Real answers are changed on their way, those of the product as well as those of a tape. Only what is named is
        changed. A file that is changed is announced with its own size and hash. Requests of RequestsLibrary are
        refused (`http_burst`, `expired_token`, `redirect`), and otherwise answered as they are.

        Args:
            *scenario: Faults without a value, such as `black`, or whole texts such as `stall=50% for=video`. Nothing at
                all: the product is right again.
            **faults: Faults with a value, and what holds for all of this call: `times` (how often), `for` (kinds of
                tasks, media types, or `data`), `order` (only this one of its kind, from 1), `share` (a part of the
                submissions, chosen by `seed`), `retry_after` (seconds). The guide on mutants lists all faults.

        Returns:
            The scenario before, as text; empty for none.

        Raises:
            ConfigError: A fault is unknown, a value cannot be read, or a recording is made.

        Example:
            ```robotframework
            Misbehave    drop_body=30%    times=2    for=video
            Process Task Files    ${task}    rules=studio-video
            [Teardown]    Misbehave
            ```
        """
        shared.disturb_requests()
        if not faults:
            return self.engine.misbehave("; ".join(scenario))
        words = " ".join(scenario).split()
        return self.engine.misbehave({**{name: value or None for name, _, value in map(_parted, words)}, **faults})


def _parted(word: str) -> tuple[str, str, str]:
    return word.partition("=")
