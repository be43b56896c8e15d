"""The one set-up of Jinja for the pages of all areas: values are escaped, and a misspelt variable is an error."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import BaseLoader, BytecodeCache, Environment


@cache
def package_environment(package: str, folder: str) -> "Environment":
    """Return the environment for the templates of a package.

    Jinja is imported at the first call, since most runs show no page.

    Args:
        package: Dotted name of the package.
        folder: Its folder that holds the templates.
    """
    from jinja2 import PackageLoader

    return page_environment(PackageLoader(package, folder))


def page_environment(loader: "BaseLoader", cache: "BytecodeCache | None" = None) -> "Environment":
    """Return an environment that escapes every value and strips the lines of block tags.

    Args:
        loader: Loads the templates.
        cache: Keeps compiled templates.
    """
    from jinja2 import Environment, StrictUndefined

    return Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        bytecode_cache=cache,
    )
