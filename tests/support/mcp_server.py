"""MCP servers for tests, good and bad: `python -m tests.support.mcp_server MODE`."""

import sys
import time
from pathlib import Path


def good(mode):
    from mcp.server.mcpserver import MCPServer

    server = MCPServer("helper")

    @server.tool()
    def suggest_fix(summary: str = "", error: str = "", page: str = "") -> str:
        """Suggest a fix."""
        if mode == "slow":
            time.sleep(30)
        if mode == "crash":
            import os

            os._exit(3)
        if mode == "raises":
            raise ValueError("the tool is broken")
        if mode == "huge":
            return "x" * 5_000_000
        if mode == "record":  # keeps what it was sent, as an assistant's own log would
            with Path("sent.txt").open("a", encoding="utf-8") as file:
                file.write(f"{summary}\n{error}\n{page}\n")
        return f"Use [data-testid=go]. You said: {error or summary}"

    @server.tool()
    def locator() -> dict:
        """Return a selector."""
        return {"selector": "[data-testid=go]", "fix": "Use the new test id."}

    @server.tool()
    def run_code_unsafe() -> str:
        """Never to be called."""
        return "called"

    server.run("stdio")


def main():
    mode = sys.argv[1]
    if mode == "dies":
        sys.exit(1)
    if mode == "mute":
        time.sleep(60)
    elif mode == "deaf":  # does not even end when asked to
        import signal

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    elif mode == "garbage":
        while True:
            print("this is no JSON", flush=True)
            time.sleep(0.05)
    else:
        good(mode)


main()
