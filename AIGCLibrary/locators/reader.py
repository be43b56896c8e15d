"""Reads locator files: YAML of a page to its targets, with file and line in every error."""

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from AIGCLibrary.config import Heal
from AIGCLibrary.errors import ConfigError, PluginError, near_matches
from AIGCLibrary.locators.model import PageRule, Selector, Target, Tier
from AIGCLibrary.locators.parameters import SAMPLES, filled, names_in
from AIGCLibrary.locators.strategies import OPTIONS, STRATEGIES, texts
from AIGCLibrary.locators.syntax import problem_of
from AIGCLibrary.units import UnitError, parse_duration
from AIGCLibrary.yaml import YamlDocument, load_yaml

Place = tuple[str | int, ...]


def read_locators(path: Path) -> list[Target]:
    """Read one locator file.

    Raises:
        ConfigError: The file is missing, no YAML, breaks the schema, or holds a selector that cannot work.
    """
    document = load_yaml(path, schema="locators")
    return _Reader(document, path).targets()


class _Reader:
    def __init__(self, document: YamlDocument, path: Path) -> None:
        self._document = document
        self._path = path
        page = document.data.get("page")
        self._where = page if isinstance(page, Mapping) else {}
        self._page = str((self._where.get("name") if self._where else page) or path.name.split(".")[0])
        self._attribute = str(document.data.get("test_id_attribute", "data-testid"))

    def targets(self) -> list[Target]:
        return [self._target(str(name), data) for name, data in self._document.data["targets"].items()]

    def _target(self, name: str, data: Mapping[str, Any], values: Mapping[str, str] | None = None) -> Target:
        place: Place = ("targets", name)
        written, top = data, self._document.data
        scope = data.get("scope", top.get("scope"))
        frame = data.get("frame", top.get("frame"))
        parameters = names_in([*(data.get(tier) for tier in Tier), scope, frame, data.get("nth")])
        if values is not None:
            data, scope, frame = ({**filled(data, values)}, *(filled(part, values) for part in (scope, frame)))
            data |= {tier: self._filled(written[tier], values, tier) for tier in Tier if tier in written}
        if not any(tier in data for tier in Tier):
            raise self._document.error(
                place, "needs gold (a test id), silver (role, label, text) or bronze (CSS, XPath)."
            )
        scope_place: Place = (*place, "scope") if "scope" in data else ("scope",)
        if isinstance(scope, Mapping) and "target" in scope and len(scope) > 1:
            others = ", ".join(repr(key) for key in scope if key != "target")
            raise self._document.error(scope_place, f"has 'target' and {others}; 'target' must be the only key.")
        inside = str(scope["target"]) if isinstance(scope, Mapping) and "target" in scope else ""
        prefix = f"{self._one(scope, scope_place, Tier.BRONZE).selector} >> " if scope and not inside else ""
        frame_place: Place = (*place, "frame") if "frame" in data else ("frame",)
        return Target(
            name=f"{self._page}.{name}",
            page=self._page,
            selectors=tuple(
                selector for tier in Tier if tier in data for selector in self._tier(data[tier], (*place, tier), prefix)
            ),
            frame=self._frame(frame, frame_place),
            file=self._path,
            line=self._document.line(place),
            timeout=self._seconds(data.get("timeout"), (*place, "timeout")),
            heal=None if "heal" not in data else Heal(data["heal"] or "off"),
            description=str(data.get("description", "")),
            where=self._rule(data.get("page") or {}),
            parameters=parameters,
            values=values or {},
            scope=inside if "." in inside or not inside else f"{self._page}.{inside}",
            ordinal=self._ordinal(data.get("nth"), place, values),
            bind=partial(self._target, name, written) if parameters else None,
        )

    def _ordinal(self, value: Any, place: Place, values: Mapping[str, str] | None) -> int | None:
        """Read which of several is meant; of a parametrised one only once its value is known."""
        if value is None or (values is None and names_in(value)):
            return None
        if not re.fullmatch(r"-?[1-9]\d*", str(value)):
            raise self._document.error(
                (*place, "nth"), f"is {value!r}; 1 is the first, 2 the second, -1 the last expected."
            )
        return int(value)

    def _seconds(self, value: Any, place: Place) -> float | None:
        if value is None:
            return None
        try:
            return parse_duration(value)
        except UnitError as error:
            raise self._document.error(place, error.message) from None

    def _filled(self, value: Any, values: Mapping[str, str], tier: Tier) -> Any:
        """Fill in values; in a bare text by what it is the short form of."""
        if isinstance(value, list):
            return [self._filled(item, values, tier) for item in value]
        return filled(value if isinstance(value, Mapping) else _spelled_out(str(value), tier), values)

    def _rule(self, own: Mapping[str, Any]) -> PageRule | None:
        """Read where a target lives: what it says itself goes before what the file says of all of its targets."""
        said = {**self._where, **own}
        lists = {key: tuple(texts(said[key])) for key in ("url", "title", "tab", "dialog") if said.get(key)}
        landmark = str(said.get("landmark") or "")
        if landmark and "." not in landmark:
            landmark = f"{self._page}.{landmark}"
        return PageRule(**lists, landmark=landmark) if lists or landmark else None

    def _tier(self, value: Any, place: Place, prefix: str) -> list[Selector]:
        tier = Tier(str(place[-1]))
        if isinstance(value, list):
            return [self._one(item, (*place, index), tier, prefix) for index, item in enumerate(value)]
        return [self._one(value, place, tier, prefix)]

    def _frame(self, value: Any, place: Place) -> tuple[str, ...]:
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        return tuple(self._one(item, place, Tier.BRONZE).selector for item in items)

    def _one(self, item: Any, place: Place, tier: Tier, prefix: str = "") -> Selector:
        entry = item if isinstance(item, dict) else _spelled_out(str(item), tier)
        named = [key for key in entry if key not in OPTIONS]
        if len(named) != 1:
            problem = f"needs exactly one strategy, but has {', '.join(map(repr, named)) or 'none'}."
            raise self._document.error(place, f"{problem} {near_matches('', STRATEGIES.names())}")
        strategy = named[0]
        try:
            selector = STRATEGIES.get(strategy)(entry[strategy], {**entry, "test_id_attribute": self._attribute})
        except PluginError:
            near = near_matches(strategy, [*STRATEGIES.names(), *OPTIONS])
            raise self._document.error((*place, strategy), f"unknown strategy '{strategy}'. {near}") from None
        except ConfigError as error:
            raise self._document.error(place, error.message) from None
        if wrong := self._problem(entry, strategy, selector):
            end = "" if wrong.endswith((".", "?")) else "."
            raise self._document.error(place, f"{strategy} '{_brief(entry[strategy])}' {wrong}{end}")
        return Selector(tier, strategy, item, prefix + selector, self._document.line(place))

    def _problem(self, entry: Mapping[str, Any], strategy: str, selector: str) -> str | None:
        """Return what is wrong with a selector; one with parameters must work with some value."""
        names = names_in(entry)
        if not names:
            return problem_of(selector)
        options = {"test_id_attribute": self._attribute}
        samples = (filled(entry, dict.fromkeys(names, sample)) for sample in SAMPLES)
        problems = [problem_of(STRATEGIES.get(strategy)(sample[strategy], {**sample, **options})) for sample in samples]
        return problems[0] if all(problems) else None


def _spelled_out(text: str, tier: Tier) -> dict[str, Any]:
    """Write a bare text as an entry: a test id in gold, a text in silver, CSS or XPath in bronze."""
    if tier is Tier.GOLD:
        return {"testid": text}
    if tier is Tier.SILVER:
        return {"text": text}
    if text.startswith("xpath=") or re.match(r"^\(*/|^\.\.?/", text):
        return {"xpath": text.removeprefix("xpath=")}
    return {"css": text.removeprefix("css=")}


def _brief(value: Any) -> str:
    return " | ".join(texts(value))[:80]
