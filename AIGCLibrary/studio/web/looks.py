"""Which face the studio shows: language, UI version, test ids, and quirks of the elements."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from aiohttp import web

from AIGCLibrary.studio.api.keys import platform
from AIGCLibrary.studio.misbehaviour import UiQuirks
from AIGCLibrary.studio.settings import LANGUAGES, UI_VERSIONS

UI_COOKIE, LANG_COOKIE = "studio_ui", "studio_lang"
# What a redesign brings with it; version 1 is plain.
_USUAL = {1: UiQuirks(), 2: UiQuirks(late_ms=400, hidden=True), 3: UiQuirks(late_ms=600, hidden=True, shadow=True)}
_LATEST_MS = 60_000


@lru_cache(maxsize=4)
def _table(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files("AIGCLibrary.studio.web").joinpath(name).read_text("utf-8"))
    return loaded


@dataclass(frozen=True, slots=True)
class Look:
    """The face shown to one visitor.

    Attributes:
        ui: 1, 2 or 3.
        lang: `en` or `zh`.
        quirks: Late, duplicated, hidden and shadow-DOM elements.
    """

    ui: int
    lang: str
    quirks: UiQuirks

    def text(self, english: str) -> str:
        """A text in the visitor's language; UI version 3 words its labels differently."""
        tables = _table("texts.json")
        if self.ui == 3 and english in tables["ui3"][self.lang]:
            return str(tables["ui3"][self.lang][english])
        return str(tables[self.lang].get(english, english.removesuffix(" page")))

    def test_id(self, name: str) -> str | None:
        """The test id of an element: itself in version 1, renamed or gone later."""
        if self.ui == 1:
            return name
        renamed: str | None = _table("redesign.json")[str(self.ui)].get(name)
        return renamed


def look_of(request: web.Request) -> Look:
    """The face for a request: query first, then cookie, then the settings."""
    settings = platform(request).settings
    ui = _chosen(request, "ui", UI_COOKIE, [str(v) for v in UI_VERSIONS], str(settings.ui))
    lang = _chosen(request, "lang", LANG_COOKIE, LANGUAGES, settings.lang)
    ordered = platform(request).desk.misbehave.ui
    return Look(int(ui), lang, _quirks(request.query, ordered or _USUAL[int(ui)]))


def keep(request: web.Request, response: web.StreamResponse) -> None:
    """Let a choice from the query stick."""
    look = look_of(request)
    for name, cookie, value in (("ui", UI_COOKIE, str(look.ui)), ("lang", LANG_COOKIE, look.lang)):
        if name in request.query and not response.prepared:
            response.set_cookie(cookie, value, samesite="Lax", httponly=True, max_age=365 * 86400)


def _chosen(request: web.Request, query: str, cookie: str, known: Any, default: str) -> str:
    for value in (request.query.get(query), request.cookies.get(cookie)):
        if value in known:
            return str(value)
    return default


def _quirks(query: Mapping[str, str], usual: UiQuirks) -> UiQuirks:
    quirks = usual
    if "late" in query:
        text = query["late"]
        quirks = replace(quirks, late_ms=min(int(text), _LATEST_MS) if text.isascii() and text.isdigit() else 0)
    for name in ("duplicate", "hidden", "shadow"):
        if name in query:
            quirks = replace(quirks, **{name: query[name] not in ("", "0", "false")})
    return quirks
