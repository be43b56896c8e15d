"""What log.html shows of tasks: the evidence of one, a finished wait, a table of several."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from AIGCLibrary.clock import Clock
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tasks.diagnosis import as_html, diagnose, tasks_html, wait_html
from AIGCLibrary.tasks.histories import Histories
from AIGCLibrary.tasks.record import Task
from AIGCLibrary.tasks.registry import TaskRegistry


class TaskReports:
    """Presents tasks.

    Args:
        registry: The tasks.
        histories: How long earlier ones took.
        clock: Time.
        redactor: Takes secrets out.
        text: Renders a message in the language of the run.
        look: Asks for a task.
    """

    def __init__(
        self,
        registry: TaskRegistry,
        histories: Histories,
        clock: Clock,
        redactor: Redactor,
        text: Callable[[Text], str],
        look: Callable[[str], Awaitable[Task]],
    ) -> None:
        self._registry, self._histories = registry, histories
        self._clock, self._redactor, self._text = clock, redactor, text
        self._look = look

    async def diagnosis(self, handle: str) -> tuple[dict[str, Any], str]:
        """Return the evidence of a task as data and as HTML.

        One whose last answer is not kept, as it was one of many, is asked for first.
        """
        task = await self._registry.find(handle)
        if not task.last_body and task.looked_at is not None:
            with contextlib.suppress(AIGCError):
                await self._look(handle)
        now = self._clock.now()
        found = diagnose(task, now, self._redactor, await self._histories.of(task))
        return found, as_html(task, found, now, self._text)

    async def wait_html(self, handle: str) -> str:
        """Return a finished wait as HTML."""
        task = await self._registry.find(handle)
        history = await self._histories.of(task)
        share = history.share_done(task.duration) if task.duration is not None and len(history) >= 10 else None
        return wait_html(task, self._clock.now(), self._text, share)

    async def table_html(self, handles: Sequence[str]) -> str:
        """Return several tasks as one HTML table."""
        tasks = [await self._registry.find(handle) for handle in handles]
        return tasks_html(tasks, self._clock.now(), self._text)
