"""Decides whether a task that was submitted elsewhere can be followed at all: before a wait begins."""

from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text
from AIGCLibrary.tasks.providers.model import Provider
from AIGCLibrary.tasks.providers.templates import blanks, has_all
from AIGCLibrary.tasks.record import Task

FILLED_LATER = frozenset({"token", "ids"})
"""Names that the client fills in when it sends a request."""


def require_trackable(task: Task, provider: Provider) -> None:
    """Check that the product can be asked for a task by its id.

    Raises:
        ConfigError: It has no request for states and no stream of them, or its path needs an input that is missing.
    """
    status = provider.status
    if status is None:
        if provider.batch is None and provider.stream is None:
            name = provider.name
            raise ConfigError(
                f"Provider '{name}' cannot be polled: its messages go to the address that the submission "
                "named, and no 'status', 'batch' or 'stream' is described."
                if provider.webhook is not None
                else f"Provider '{name}' cannot be polled: its result is the answer to the submission, and "
                "no 'status', 'batch', 'stream' or 'webhook' is described.",
                hint=Text("tasks.hint.untrackable"),
                facts={"provider": provider.name, "task_id": task.remote_id},
            )
        return
    values = task.values()
    path = status.path if status.by_id is None or has_all(status.path, values) else status.by_id
    needed = blanks([path, status.headers or {}, status.text or ""]) - FILLED_LATER
    missing = sorted(name for name in needed if values.get(name.split(".")[0]) is None)
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        raise ConfigError(
            f"To poll a task of provider '{provider.name}', '{path}' needs {names} in addition to its id.",
            hint=Text("tasks.hint.track_inputs", kind=task.kind, id=task.remote_id, name=missing[0]),
            facts={"provider": provider.name, "missing": missing},
        )
