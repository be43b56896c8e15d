"""A real browser for tests, driven over its own DevTools protocol: open, evaluate, look."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from typing import Self

import aiohttp

CHROME = os.environ.get("AIGC_BROWSER") or next(
    (found for name in ("chromium", "google-chrome", "chrome", "microsoft-edge") if (found := shutil.which(name))), None
)


class Chrome:
    """One headless browser with one page; an async context manager."""

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._ids = count(1)
        self.requests: list[str] = []
        self.console: list[str] = []
        self.dialogs: list[str] = []

    async def __aenter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="aigc-chrome-")
        arguments = ["--headless=new", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0", "about:blank"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.insert(0, "--no-sandbox")
        self._process = subprocess.Popen(  # noqa: ASYNC220 - starting it takes no time
            [CHROME, f"--user-data-dir={self._folder}", f"--lang={self._language}", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port_file = Path(self._folder) / "DevToolsActivePort"
        for _ in range(1200):
            if port_file.is_file() and len(port_file.read_text().splitlines()) >= 2:
                break
            await asyncio.sleep(0.1)
        port = port_file.read_text().splitlines()[0]
        self._session = aiohttp.ClientSession()
        async with self._session.get(f"http://127.0.0.1:{port}/json") as answer:
            pages = await answer.json()
        address = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        self._socket = await self._session.ws_connect(address, max_msg_size=0)
        self._answers: dict[int, asyncio.Future] = {}
        self._loaded = asyncio.Event()
        self._reader = asyncio.create_task(self._read())
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.call(f"{domain}.enable")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._reader.cancel()
        await self._socket.close()
        await self._session.close()
        self._process.terminate()
        self._process.wait(120)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _read(self) -> None:
        async for message in self._socket:
            data = json.loads(message.data)
            if "id" in data:
                self._answers.pop(data["id"]).set_result(data)
            elif data["method"] == "Page.loadEventFired":
                self._loaded.set()
            elif data["method"] == "Network.requestWillBeSent":
                self.requests.append(data["params"]["request"]["url"])
            elif data["method"] == "Runtime.exceptionThrown":
                self.console.append(data["params"]["exceptionDetails"].get("text", ""))
            elif data["method"] == "Log.entryAdded":
                self.console.append(data["params"]["entry"]["text"])
            elif data["method"] == "Page.javascriptDialogOpening":
                self.dialogs.append(data["params"]["message"])
                number = next(self._ids)
                self._answers[number] = asyncio.get_running_loop().create_future()
                accept = {"id": number, "method": "Page.handleJavaScriptDialog", "params": {"accept": True}}
                await self._socket.send_json(accept)

    async def call(self, method: str, **params: object) -> dict:
        number = next(self._ids)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        data = await asyncio.wait_for(self._answers[number], 60)
        if "error" in data:
            raise RuntimeError(data["error"]["message"])
        return data["result"]

    async def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), 60)

    async def evaluate(self, expression: str) -> object:
        """Return the value of an expression; promises are awaited."""
        done = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise RuntimeError(done["exceptionDetails"]["exception"].get("description", "script failed"))
        return done["result"].get("value")

    async def until(self, expression: str, seconds: float = 60) -> object:
        """Wait until an expression is true."""
        for _ in range(int(seconds * 20)):
            if value := await self.evaluate(expression):
                return value
            await asyncio.sleep(0.05)
        raise AssertionError(f"never true: {expression}")

    async def narrow(self) -> None:
        """Make the page as narrow as a telephone."""
        await self.call("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)

    async def dark(self, on: bool = True) -> None:
        """Prefer dark or light colours."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if on else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=features)

    async def size(self, width: int, height: int) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def picture(self, path: Path | str, whole: bool = False) -> None:
        """Save what is to be seen."""
        done = await self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(done["data"]))  # noqa: ASYNC240 - a test may wait for the disk
