"""The pages of this area, as templates of Jinja with everything from outside escaped."""

from collections.abc import Callable, Mapping
from typing import Any

from AIGCLibrary.jinja import package_environment


def page(name: str, filters: Mapping[str, Callable[..., Any]] | None = None, **values: Any) -> str:
    """Fill a page in.

    Args:
        name: File in this folder.
        filters: Filters only this page knows.
        **values: What it shows.
    """
    environment = package_environment("AIGCLibrary.data", "pages")
    if filters:
        environment = environment.overlay()
        environment.filters = {**environment.filters, **filters}
    return environment.get_template(name).render(**values)
