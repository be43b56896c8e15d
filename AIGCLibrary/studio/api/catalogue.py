"""Routes of scripts, episodes, characters and scenes."""

from __future__ import annotations

from aiohttp import web

from AIGCLibrary.studio.api.keys import answer, platform
from AIGCLibrary.studio.api.schema import read_body, whole
from AIGCLibrary.studio.catalogue import KINDS, SCENE, Item, Kind
from AIGCLibrary.studio.platform import Platform

_FILTERS = ("tag", "name", "script_id", "episode_id")


class CatalogueRoutes:
    """The five routes of one kind of item."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def add_to(self, app: web.Application) -> None:
        """Register the routes."""
        base = f"/api/v1/{self._kind.plural}"
        app.router.add_get(base, self.list)
        app.router.add_post(base, self.create)
        app.router.add_get(base + "/{id}", self.get)
        app.router.add_patch(base + "/{id}", self.update)
        app.router.add_delete(base + "/{id}", self.delete)

    async def list(self, request: web.Request) -> web.Response:
        """GET, with filters and pages."""
        wanted = {key: request.query[key] for key in _FILTERS if key in request.query}
        found = _find(platform(request), self._kind, wanted)
        offset, limit = whole(request, "offset", 0, 0, 10**9), whole(request, "limit", 50, 1, 500)
        return answer({"items": found[offset : offset + limit], "total": len(found)})

    async def create(self, request: web.Request) -> web.Response:
        """POST."""
        body = await read_body(request, f"{self._kind.name.capitalize()}Create")
        item = platform(request).catalogue.create(self._kind, body)
        return answer(item, 201, {"Location": f"/api/v1/{self._kind.plural}/{item['id']}"})

    async def get(self, request: web.Request) -> web.Response:
        """GET one."""
        return answer(platform(request).catalogue.get(self._kind, request.match_info["id"]))

    async def update(self, request: web.Request) -> web.Response:
        """PATCH one."""
        body = await read_body(request, f"{self._kind.name.capitalize()}Update")
        return answer(platform(request).catalogue.update(self._kind, request.match_info["id"], body))

    async def delete(self, request: web.Request) -> web.Response:
        """DELETE one, with ?cascade=true everything below too."""
        cascade = request.query.get("cascade", "").lower() in ("true", "1")
        platform(request).catalogue.delete(self._kind, request.match_info["id"], cascade=cascade)
        return web.Response(status=204)


def _find(platform: Platform, kind: Kind, wanted: dict[str, str]) -> list[Item]:
    script = wanted.pop("script_id", None) if kind is SCENE else None
    found = platform.catalogue.find(kind, wanted)
    if script is None:
        return found
    episodes = {e["id"] for e in platform.catalogue.find(KINDS["episodes"], {"script_id": script})}
    return [item for item in found if item["episode_id"] in episodes]


def add_routes(app: web.Application) -> None:
    """Register the routes of every kind."""
    for kind in KINDS.values():
        CatalogueRoutes(kind).add_to(app)
