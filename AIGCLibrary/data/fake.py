"""Names and texts from Faker, in English and Chinese, the same for the same seed."""

import random
from functools import cache
from typing import TYPE_CHECKING, Any

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.expression import Deferred
from AIGCLibrary.data.functions import seed_number
from AIGCLibrary.errors import near_matches

if TYPE_CHECKING:
    from faker import Faker

LOCALES = {"en": "en_US", "zh": "zh_CN", "en_US": "en_US", "zh_CN": "zh_CN"}
"""Languages a template may name directly: `${faker.zh.name}`."""

_NO_PROVIDERS = frozenset(
    """
    add_provider cache_pattern del_arguments enum factories format generator_attrs get_arguments get_formatter
    get_providers get_words_list items locales optional parse provider provider_names proxies random seed
    seed_instance seed_locale set_arguments set_formatter unique weights
    binary csv dsv fixed_width image json json_bytes psv tar tsv xml zip
    """.split()  # noqa: SIM905 - a list of names reads best as a text
)
"""Attributes of Faker that configure it or make files rather than values."""


class Fake:
    """What `${faker…}` means for one record.

    Args:
        seed: The same seed gives the same values.
        locale: Faker's locale, for example `zh_CN`.
    """

    def __init__(self, seed: str, locale: str = "en_US") -> None:
        self._seed = seed
        self._locale = locale
        self._source: Faker | None = None

    def attribute(self, name: str) -> Any:
        """Return a provider such as `name`, `sentence` or `company`, or the same source in a language."""
        if name in LOCALES:
            return Fake(f"{self._seed}/{name}", LOCALES[name])
        if self._source is None:
            # Seeded once for each record: a template that asks twice gets two different names.
            self._source = _faker(self._locale)
            self._random = random.Random(seed_number(self._seed))  # noqa: S311 - test data
        known = _providers(self._locale)
        if name not in known:
            raise ExpressionError(f"Faker has no '{name}'. {near_matches(name, known)}")
        return Deferred(lambda *arguments, **named: self._ask(name, arguments, named))

    def _ask(self, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        assert self._source is not None  # noqa: S101 - set by `attribute`
        # Records are made on one loop: no other record draws between these two lines.
        self._source.factories[0].random = self._random
        value = getattr(self._source, name)(*arguments, **named)
        return value if isinstance(value, str | int | float | bool | list | dict) or value is None else str(value)


@cache
def _faker(locale: str) -> "Faker":
    from faker import Faker

    return Faker(locale)


@cache
def _providers(locale: str) -> frozenset[str]:
    return frozenset(name for name in dir(_faker(locale)) if not name.startswith("_")) - _NO_PROVIDERS
