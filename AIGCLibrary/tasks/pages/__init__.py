"""HTML and SVG that tasks show in log.html: templates in files of their own, filled in with escaped values."""

from typing import Any

from AIGCLibrary.jinja import package_environment


def render(template: str, **values: Any) -> str:
    """Fill in a template of this folder; returns one line, since Robot's log shows line breaks."""
    text = package_environment("AIGCLibrary.tasks", "pages").get_template(template).render(**values)
    return "".join(line.strip() for line in text.splitlines())
