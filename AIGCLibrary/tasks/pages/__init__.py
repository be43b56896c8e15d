"""HTML and SVG that tasks show in log.html: templates in files of their own, filled in with escaped values."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("AIGCLibrary.tasks", "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """Fill in a template of this folder; gives one line, since Robot's log shows line breaks."""
    text = _environment().get_template(template).render(**values)
    return "".join(line.strip() for line in text.splitlines())
