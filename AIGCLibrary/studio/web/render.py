"""Renders templates for a visitor's look."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jinja2
from aiohttp import web
from markupsafe import Markup, escape

from AIGCLibrary.studio.api.keys import SESSION_COOKIE, platform
from AIGCLibrary.studio.web.looks import Look, keep, look_of

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("AIGCLibrary.studio", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["size"] = size
    return environment


def page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page as a response; templates get `t` (text), `tid` (test id), `look`, `user`, `path` and the values."""
    look = look_of(request)
    here = platform(request)
    context = {
        "t": look.text,
        "tid": lambda name: _attribute(look, name),
        "look": look,
        "user": here.sessions.get(request.cookies.get(SESSION_COOKIE, "")),
        "path": request.path,
        "file_url": here.assets.url,
        **values,
    }
    text = _environment().get_template(template).render(context)
    response = web.Response(text=text, content_type="text/html", status=status, headers=_HEADERS)
    keep(request, response)
    return response


def _attribute(look: Look, name: str) -> Markup:
    value = look.test_id(name)
    return Markup("") if value is None else Markup(' data-testid="{}"').format(escape(value))


def size(count: int) -> str:
    """Bytes for people.

    >>> size(2_500_000)
    '2.4 MB'
    """
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit != "MB" else f"{amount:.1f} MB"
        amount /= 1024
    return f"{amount:.1f} GB"
