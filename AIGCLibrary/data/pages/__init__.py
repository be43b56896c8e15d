"""The pages of this area, as templates of Jinja with everything from outside escaped."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def page(name: str, filters: Mapping[str, Callable[..., Any]] | None = None, **values: Any) -> str:
    """Fill a page in.

    Args:
        name: File in this folder.
        filters: Filters only this page knows.
        **values: What it shows.
    """
    environment = _environment()
    if filters:
        environment = environment.overlay()
        environment.filters = {**environment.filters, **filters}
    return environment.get_template(name).render(**values)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader

    return Environment(loader=PackageLoader("AIGCLibrary.data", "pages"), autoescape=True, trim_blocks=True)
