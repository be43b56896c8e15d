"""What the names in an expression mean for one record."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.data.fake import Fake
from AIGCLibrary.data.functions import functions
from AIGCLibrary.data.model import Template


@dataclass(frozen=True, slots=True)
class Situation:
    """What is the same for all records of a preparation.

    Args:
        template: The template.
        variables: Variables with their values.
        environment: What `env` means.
        run_id: The run.
        seed: Seed of random values, names and texts.
        at: Moment of the preparation, in seconds since 1970.
        locale: Language of Faker.
    """

    template: Template
    variables: Mapping[str, Any]
    environment: Mapping[str, Any]
    run_id: str
    seed: str
    at: float
    locale: str

    @property
    def tag(self) -> str:
        """What marks everything this run makes."""
        return f"aigc-{self.run_id}"

    def functions(self, purpose: str) -> Mapping[str, Callable[..., Any]]:
        """Return the functions; the same purpose gets the same random values, in whatever order it is asked."""
        return functions(f"{self.seed}/{purpose}", self.at)

    def names(
        self, purpose: str, more: Mapping[str, Any] | None = None, nodes: Callable[[str], Any] | None = None
    ) -> "RenderNames":
        """Return the names for one purpose, for example the creation of one record."""
        yielding = {"run": {"id": self.run_id, "tag": self.tag}, "tag": self.tag, **self.variables}
        fixed = {
            "vars": self.variables,
            "env": self.environment,
            "faker": Fake(f"{self.seed}/{purpose}", self.locale),
        }
        return RenderNames(yielding, {**fixed, **(more or {})}, self.template, nodes)


class RenderNames(Mapping[str, Any]):
    """Names with their meaning; what a node made is looked up when asked for.

    Args:
        yielding: Names that a node of the same name takes over.
        known: Names that no node can take.
        template: Knows the nodes.
        nodes: Returns what a node made; None where nothing is made yet.
    """

    def __init__(
        self,
        yielding: Mapping[str, Any],
        known: Mapping[str, Any],
        template: Template,
        nodes: Callable[[str], Any] | None = None,
    ) -> None:
        self._yielding = yielding
        self._known = known
        self._template = template
        self._nodes = nodes

    def plus(self, more: Mapping[str, Any]) -> "RenderNames":
        """Return the names with some more."""
        return RenderNames(self._yielding, {**self._known, **more}, self._template, self._nodes)

    def own(self) -> Mapping[str, Any]:
        """Return the names that are no nodes."""
        return {**self._yielding, **self._known}

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        if self._nodes and name in self._template.nodes:
            return self._nodes(name)
        return self._yielding[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> set[str]:
        return {*self._known, *self._yielding, *(self._template.nodes if self._nodes else ())}
