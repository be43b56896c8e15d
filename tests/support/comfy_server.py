"""A built ComfyUI front end with the few answers of its server that it needs to draw itself.

The front end is the package `comfyui-frontend-package` from PyPI; nothing of it is kept here.
"""

import json
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from AIGCLibrary.loop import LoopThread

SETTINGS = {"Comfy.TutorialCompleted": True, "Comfy.UseNewMenu": "Top", "Comfy.Release.Status": "seen"}
ROOM = {"vram_total": 8e9, "vram_free": 8e9, "torch_vram_total": 0, "torch_vram_free": 0}
SYSTEM = {"os": "posix", "comfyui_version": "0.3.40", "python_version": "3.12", "pytorch_version": "2.6", "argv": []}
PAGE = {"offset": 0, "limit": 100, "total": 0, "has_more": False}


def node(name, required, output):
    """What `/api/object_info` says of a node."""
    about = {"name": name, "display_name": name, "description": "", "python_module": "nodes", "category": "basic"}
    given = {"input": {"required": required}, "input_order": {"required": list(required)}, "output_node": not output}
    named = {"output": output, "output_name": output, "output_is_list": [False] * len(output)}
    return {**about, **given, **named}


NODES = (
    node("CheckpointLoaderSimple", {"ckpt_name": [["model.safetensors"]]}, ["MODEL", "CLIP", "VAE"]),
    node("CLIPTextEncode", {"text": ["STRING", {"multiline": True}], "clip": ["CLIP"]}, ["CONDITIONING"]),
    node("EmptyLatentImage", {"width": ["INT", {"default": 512}], "height": ["INT", {"default": 512}]}, ["LATENT"]),
    node("KSampler", {"model": ["MODEL"], "steps": ["INT", {"default": 20}], "latent_image": ["LATENT"]}, ["LATENT"]),
    node("VAEDecode", {"samples": ["LATENT"], "vae": ["VAE"]}, ["IMAGE"]),
    node("SaveImage", {"images": ["IMAGE"], "filename_prefix": ["STRING", {"default": "ComfyUI"}]}, []),
)
ANSWERS = {
    "users": {"storage": "server", "migrated": True},
    "settings": SETTINGS,
    "object_info": {one["name"]: one for one in NODES},
    "queue": {"queue_running": [], "queue_pending": []},
    "prompt": {"exec_info": {"queue_remaining": 0}},
    "system_stats": {"system": SYSTEM, "devices": [{"name": "cpu", "type": "cpu", "index": 0, **ROOM}]},
    "jobs": {"jobs": [], "pagination": PAGE},
    "assets": {"assets": [], "total": 0, "has_more": False},
    "tags": {"tags": []},
    **{name: [] for name in ("extensions", "embeddings", "models", "experiment/models", "userdata", "v2/userdata")},
    **{name: {} for name in ("history", "history_v2", "i18n", "workflow_templates", "global_subgraphs", "features")},
}


async def answer(request):
    """Answer as a server on which nothing has happened yet."""
    asked = request.match_info["rest"]
    if request.method != "GET":
        return web.json_response({})
    if asked.startswith("settings/"):
        return web.json_response(SETTINGS.get(asked.removeprefix("settings/")))
    return web.json_response(ANSWERS.get(asked, {}), status=200 if asked in ANSWERS else 404)


async def news(request):
    """Report that the queue is empty, then nothing more."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    status = {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "one"}
    await socket.send_str(json.dumps({"type": "status", "data": status}))
    async for _ in socket:
        pass
    return socket


@contextmanager
def comfy(folder: Path):
    """Serve the built front end in a folder; gives its address."""

    async def file(request):
        path = folder / (request.match_info["path"] or "index.html")
        return web.FileResponse(path) if path.is_file() else web.json_response([], status=404)

    app = web.Application()
    app.router.add_get("/ws", news)
    app.router.add_route("*", "/api/{rest:.*}", answer)
    app.router.add_get("/{path:.*}", file)
    loop = LoopThread()
    runner = web.AppRunner(app, shutdown_timeout=0.1)

    async def start():
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return site._server.sockets[0].getsockname()[1]

    port = loop.run(start())
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        loop.run(runner.cleanup())
        loop.close()
