"""What this process prepared and has not removed yet, and the data a test can ask for again."""

from typing import Any

from AIGCLibrary.data.errors import TemplateError
from AIGCLibrary.data.journal import Preparation
from AIGCLibrary.data.options import Scope
from AIGCLibrary.errors import near_matches


class PreparedDataCache:
    """Holds preparations and their data."""

    def __init__(self) -> None:
        self._works: list[Preparation] = []
        self._latest: dict[str, tuple[str, Any]] = {}

    def put(self, work: Preparation) -> None:
        """Hold a preparation; one that is taken up again replaces itself."""
        self._works = [*(preparation for preparation in self._works if preparation.id != work.id), work]

    def deliver(self, work: Preparation, data: Any) -> None:
        """Hold the data of a preparation; the latest of its template counts."""
        self._latest.pop(work.template, None)
        self._latest[work.template] = (work.id, data)

    def drop(self, work: Preparation) -> None:
        """Forget a preparation that was removed, and its data."""
        self._works = [preparation for preparation in self._works if preparation.id != work.id]
        self._latest = {name: kept for name, kept in self._latest.items() if kept[0] != work.id}

    def ending(self, scope: Scope, test: str | None = None, suite: str | None = None) -> list[Preparation]:
        """Return the preparations that end with a scope."""
        return [work for work in self._works if not work.keep and _ends(work, scope, test, suite)]

    def find(self, path: str | None) -> Any:
        """Return data by JMESPath: `script.id` of the latest, or `full_video_creation.script.id`.

        Raises:
            TemplateError: Nothing was prepared, or nothing is at that path (AIGC416).
        """
        import jmespath
        from jmespath.exceptions import JMESPathError

        if not self._latest:
            raise TemplateError("No data was prepared yet, or it was removed again.", code="AIGC416")
        by_template = {name: data for name, (_, data) in self._latest.items()}
        newest = list(by_template.values())[-1]
        if not path:
            return newest
        names = {**by_template, **(newest if isinstance(newest, dict) else {})}
        try:
            found = jmespath.search(path, names)
        except JMESPathError as error:
            reason = str(error).splitlines()[0]
            raise TemplateError(f"'{path}' is not a path into data: {reason}", code="AIGC416") from None
        if found is None:
            first = path.split(".")[0].split("[")[0]
            raise TemplateError(f"Prepared data has nothing at '{path}'. {near_matches(first, names)}", code="AIGC416")
        return found


def _ends(work: Preparation, scope: Scope, test: str | None, suite: str | None) -> bool:
    if scope is Scope.RUN:
        return True
    if work.scope is not scope:
        return False
    if scope is Scope.TEST:
        return test is None or work.test in (None, test)
    return suite is None or work.suite in (None, suite)
