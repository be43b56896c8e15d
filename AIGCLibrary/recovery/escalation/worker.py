"""One MCP server on a thread of its own: whatever it does, the caller is back at the deadline.

    caller ── call(tool, arguments, deadline) ──► queue ──► thread "aigc-mcp-<alias>", its own loop
       │  waits in slices of 0.1 s, at most the deadline       connect, call, close: each within a cancel scope
       ◄── Answer: text, or the reason why not                 every BaseException ends here, as an Answer

What an MCP client raises (CancelledError, BaseExceptionGroup) would end a Robot run; nothing of it leaves this file.
"""

import asyncio
import concurrent.futures
import contextlib
import importlib.util
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.errors import missing_extra
from AIGCLibrary.recovery.escalation.policy import McpServer

log = logging.getLogger("aigc.mcp")
# The SDK logs each line it cannot read, with what the server sent; the answer says all that is needed.
logging.getLogger("mcp").addHandler(logging.NullHandler())
logging.getLogger("mcp").propagate = False

SLICE = 0.1
CLOSING = 7.0
"""Seconds the SDK may need to end a process that does not want to: it asks, waits 2 s, terminates, waits 2 s, kills."""
TEXT_LIMIT = 100_000
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class HelperReply:
    """What came of a call.

    Args:
        ok: The tool answered without an error.
        text: Its text, or the error.
        data: Its structured content, if it gave any.
        outcome: `answered`, `tool_error`, `deadline`, `unreachable` or `refused`.
        elapsed: Seconds.
    """

    ok: bool
    text: str = ""
    data: Any = None
    outcome: str = "answered"
    elapsed: float = 0.0


@dataclass(slots=True)
class _Request:
    tool: str | None
    arguments: dict[str, Any]
    deadline: float
    done: "concurrent.futures.Future[HelperReply]"


class _Life:
    """One thread with one connection, from its start to its end.

    Args:
        thread: Not yet started.
    """

    def __init__(self, thread: threading.Thread) -> None:
        self.thread = thread
        self.queue: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._stop: Callable[[], object] | None = None

    def can_stop(self, loop: asyncio.AbstractEventLoop, cancel: Callable[[], object]) -> None:
        """Register how this life is ended from outside; called at once when that was requested before."""
        with self._lock:
            self._stop = lambda: loop.call_soon_threadsafe(cancel)
        if self.ended.is_set():
            cancel()

    def end(self) -> None:
        """Ask the thread to end its server and itself; does not wait."""
        self.ended.set()
        self.queue.put(None)
        with self._lock:
            stop = self._stop
        if stop is not None:
            with contextlib.suppress(RuntimeError):  # its loop has ended already
                stop()


class McpWorker:
    """Talks to one server; connects at the first call and stays connected.

    Args:
        server: Which one.
        admit: Raises an OSError where the address must not be reached.

    Raises:
        ConfigError: The extra `mcp` is not installed.
    """

    def __init__(self, server: McpServer, admit: Callable[[str], None] = lambda _address: None) -> None:
        # Only looked for: importing it takes a second, which the thread spends within the deadline.
        if importlib.util.find_spec("mcp") is None:
            raise missing_extra("mcp", "mcp", "An MCP server")
        self.server = server
        self._admit = admit
        self._lock = threading.Lock()
        self._life: _Life | None = None
        self._lives: list[_Life] = []

    def call(self, tool: str, arguments: Mapping[str, Any], deadline: float) -> HelperReply:
        """Call a tool; never raises an `Exception`, and is back after `deadline` seconds."""
        return self._ask(tool, dict(arguments), deadline)

    def tools(self, deadline: float) -> HelperReply:
        """List the tools of the server; their names are the answer's data."""
        return self._ask(None, {}, deadline)

    def close(self, wait: float = CLOSING) -> bool:
        """End all connections and processes, and return whether that was done in time."""
        with self._lock:
            lives, self._lives, self._life = self._lives, [], None
        end = time.monotonic() + wait
        for life in lives:
            life.end()
        for life in lives:
            life.thread.join(max(0.0, end - time.monotonic()))
        return not any(life.thread.is_alive() for life in lives)

    def _ask(self, tool: str | None, arguments: dict[str, Any], deadline: float) -> HelperReply:
        started = time.monotonic()
        request = _Request(tool, arguments, started + deadline, concurrent.futures.Future())
        life = self._alive()
        life.queue.put(request)
        try:
            while (left := request.deadline - time.monotonic()) > 0:
                if concurrent.futures.wait([request.done], timeout=min(SLICE, left)).done:
                    answer = request.done.result()
                    return HelperReply(answer.ok, answer.text, answer.data, answer.outcome, time.monotonic() - started)
        finally:
            if not request.done.done():
                # A server that does not answer is left to its thread, which ends it; the next call starts a new one.
                self._forget(life)
        return HelperReply(False, f"no answer within {deadline:g} s", None, "deadline", time.monotonic() - started)

    def _alive(self) -> _Life:
        with self._lock:
            if self._life is None or not self._life.thread.is_alive() or self._life.ended.is_set():
                life = _Life(threading.Thread(name=f"aigc-mcp-{self.server.alias}", daemon=True))
                life.thread.run = lambda: self._run(life)  # type: ignore[method-assign]
                life.thread.start()
                self._lives = [*(live for live in self._lives if live.thread.is_alive()), life]
                self._life = life
            return self._life

    def _forget(self, life: _Life) -> None:
        with self._lock:
            if self._life is life:
                self._life = None
        life.end()

    def _run(self, life: _Life) -> None:
        """Serve on this thread; the end of every path is an answer."""
        problem = ""
        try:
            import anyio

            problem = anyio.run(self._serve, life)
        except BaseException as error:  # noqa: BLE001 - cancel scopes and groups of the SDK included
            problem = _reason(error)
        life.ended.set()
        while not life.queue.empty():
            request = life.queue.get()
            if request is not None and not request.done.done():
                request.done.set_result(_lost(problem))

    async def _serve(self, life: _Life) -> str:
        import anyio
        from mcp.client.client import Client

        current: _Request | None = None
        problem = ""
        try:
            with anyio.CancelScope() as scope:
                life.can_stop(asyncio.get_running_loop(), scope.cancel)
                current = await self._next(life)
                if current is None:
                    return ""
                async with Client(self._target()) as client:
                    while current is not None:
                        current.done.set_result(await self._answer(client, current))
                        current = await self._next(life)
        except BaseException as error:  # noqa: BLE001 - reported as the answer
            problem = _reason(error)
        if current is not None and not current.done.done():
            current.done.set_result(_lost(problem))
        return problem

    @staticmethod
    async def _next(life: _Life) -> _Request | None:
        import anyio

        while True:
            with contextlib.suppress(queue.Empty):
                return life.queue.get_nowait()
            await anyio.sleep(0.01)

    async def _answer(self, client: Any, request: _Request) -> HelperReply:
        try:
            if request.tool is None:
                listed = await client.list_tools()
                names = [tool.name for tool in listed.tools]
                return HelperReply(True, ", ".join(names), names)
            left = max(0.05, request.deadline - time.monotonic())
            result = await client.call_tool(request.tool, request.arguments, read_timeout_seconds=left)
        except Exception as error:  # noqa: BLE001 - a refused call leaves the connection usable
            return HelperReply(False, _reason(error), None, "tool_error")
        text = "\n".join(getattr(block, "text", "") for block in result.content).strip()[:TEXT_LIMIT]
        if result.is_error:
            return HelperReply(False, text or "the tool reported an error", result.structured_content, "tool_error")
        return HelperReply(
            True, text, result.structured_content if result.structured_content is not None else _json(text)
        )

    def _target(self) -> Any:
        self._admit(self.server.url or self.server.command[0])
        if self.server.url:
            return self.server.url
        from mcp.client.stdio import StdioServerParameters, stdio_client

        command, *arguments = self.server.command
        parameters = StdioServerParameters(command=command, args=arguments, env=dict(self.server.env))
        # The server's own log must not end up in Robot's console, and may hold secrets.
        return stdio_client(parameters, errlog=_null())


def _lost(problem: str) -> HelperReply:
    return HelperReply(False, problem or "the connection was closed", None, "unreachable")


def _null() -> Any:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - lives as long as the process it is given to


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _reason(error: BaseException) -> str:
    """Describe in one line what went wrong, from the innermost error of a group."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:500] if text else type(error).__name__
