"""What a tester can meet with tasks: one class and one stable code each.

TaskError                 AIGC200
├── TaskTimeoutError      AIGC201  not done in time: total, queue or run clock
├── TaskFailedError       AIGC202  the provider says it failed
├── TaskStalledError      AIGC203  nothing moved for too long
├── TaskCancelledError    AIGC204  it was cancelled elsewhere
├── TaskVanishedError     AIGC205  the provider does not know it (any more)
├── UnknownTaskError      AIGC206  unknown handle
├── ProviderError         AIGC207  the API refuses, is down, or answers what the description does not foresee
├── BudgetError           AIGC208  the next submit would cost more than is allowed
├── NotRetriedError       AIGC209  retries are used up, or would not help
├── NotCancelledError     AIGC210  the cancel did not take
├── UnexpectedStateError  AIGC211  it ended in another state than was waited for
└── StaleResultError      AIGC212  the result is older than the request, or another request's
"""

from AIGCLibrary.errors import TaskError


class TaskTimeoutError(TaskError):
    """A task was not done in time."""

    code = "AIGC201"


class TaskFailedError(TaskError):
    """The provider says that a task failed."""

    code = "AIGC202"


class TaskStalledError(TaskError):
    """Neither state, progress nor queue position moved for too long."""

    code = "AIGC203"


class TaskCancelledError(TaskError):
    """A task was cancelled during a wait."""

    code = "AIGC204"


class TaskVanishedError(TaskError):
    """The provider does not know a task, or no longer."""

    code = "AIGC205"


class UnknownTaskError(TaskError):
    """There is no task with this handle."""

    code = "AIGC206"


class ProviderError(TaskError):
    """The provider's API refuses, is down, or answers what its description does not foresee."""

    code = "AIGC207"


class BudgetError(TaskError):
    """The next submit would cost more than is allowed."""

    code = "AIGC208"


class NotRetriedError(TaskError):
    """A task is not submitted again: its retries are used up, or repeating cannot help."""

    code = "AIGC209"


class NotCancelledError(TaskError):
    """A cancel was sent, but the task continues."""

    code = "AIGC210"


class UnexpectedStateError(TaskError):
    """A task ended, but not in the state that was waited for."""

    code = "AIGC211"


class StaleResultError(TaskError):
    """A result is older than the request that should have made it, or belongs to another one."""

    code = "AIGC212"
