"""What may be asked of whom: read from `options.recovery.escalation` of the config file.

Config:
      options:
        recovery:
          escalation:
            server: helper            # who is asked about failures
            tool: suggest_fix         # by which tool
            automatic: true           # at the end of each failed test; else only by keyword
            deadline: 5               # seconds
            max_per_run: 10
            give_up_after: 2          # failures in a row
            servers:
              helper: {command: "python helper.py", allow: [suggest_fix], env: {MODE: test}}
              remote: {url: "https://mcp.example.com/mcp", allow: [suggest_fix]}
            webhook: {url: "https://hooks.example.com/aigc"}
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from AIGCLibrary.errors import ConfigError, PluginError, near_matches

DENIED = ("browser_run_code*", "browser_evaluate*", "*_unsafe", "*shell*", "*exec*")
"""Tools that run any code; they must be named in full in `allow`, a pattern does not let them in."""
_KEYS = ("server", "tool", "automatic", "deadline", "max_per_run", "give_up_after", "servers", "webhook", "arguments")


@dataclass(frozen=True, slots=True)
class McpServer:
    """One MCP server.

    Args:
        alias: Its name in tests.
        command: Program and arguments, for a server on standard input and output.
        url: Address, for a server on HTTP.
        allow: Tools that may be called; names, or patterns such as `browser_*`.
        env: Environment variables for its process; it inherits only HOME, PATH and a few others.
    """

    alias: str
    command: tuple[str, ...] = ()
    url: str | None = None
    allow: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(
        cls, alias: str, target: str, allow: tuple[str, ...] = (), env: Mapping[str, str] | None = None
    ) -> "McpServer":
        """Make a server of a command line or a URL."""
        if target.startswith(("http://", "https://")):
            return cls(alias, url=target, allow=allow)
        return cls(alias, command=tuple(shlex.split(target)), allow=allow, env=dict(env or {}))

    def permits(self, tool: str) -> bool:
        """Return whether a tool may be called."""
        if tool in self.allow:
            return True
        dangerous = any(fnmatchcase(tool, pattern) for pattern in DENIED)
        return not dangerous and any(fnmatchcase(tool, pattern) for pattern in self.allow)

    def check(self, tool: str) -> None:
        """Refuse a tool that is not on the allow-list.

        Raises:
            PluginError: It is not (AIGC632).
        """
        if not self.permits(tool):
            shown = ", ".join(f"'{name}'" for name in self.allow) or "nothing"
            raise PluginError(
                f"Tool '{tool}' of MCP server '{self.alias}' is not on its allow-list (allowed: {shown}).",
                code="AIGC632",
                hint=f"Add it where the server is connected: allow={tool}",
                facts={"server": self.alias, "tool": tool},
            )


@dataclass(frozen=True, slots=True)
class Policy:
    """How failures are escalated.

    Args:
        server: Alias of the MCP server that is asked.
        tool: Its tool.
        automatic: At the end of each failed test whose cause says `escalate`.
        deadline: Seconds one escalation may take.
        max_per_run: Escalations in one run.
        give_up_after: Failures in a row after which nobody is asked any more.
        servers: The servers by alias.
        webhook: Settings of the webhook: `url`, and what else `webhook.py` takes.
        arguments: Names of the tool's arguments by our names: `summary`, `error`, `page` …; none: all as they are.
    """

    server: str | None = None
    tool: str | None = None
    automatic: bool = False
    deadline: float = 5.0
    max_per_run: int = 10
    give_up_after: int = 2
    servers: Mapping[str, McpServer] = field(default_factory=dict)
    webhook: Mapping[str, Any] | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> "Policy":
        """Read the section of the config file.

        Raises:
            ConfigError: A key is unknown or a server is incomplete (AIGC630).
        """
        unknown = [key for key in options if key not in _KEYS]
        if unknown:
            raise ConfigError(
                f"options.recovery.escalation: unknown key '{unknown[0]}'. {near_matches(unknown[0], _KEYS)}",
                code="AIGC630",
            )
        given = {key: value for key, value in options.items() if key not in ("servers", "deadline")}
        servers = {str(alias): _server(str(alias), server) for alias, server in (options.get("servers") or {}).items()}
        policy = cls(**given, servers=servers, deadline=float(options.get("deadline", 5.0)))
        if policy.server and policy.server not in servers:
            raise ConfigError(
                f"options.recovery.escalation.server: there is no server '{policy.server}'. "
                f"{near_matches(policy.server, servers)}",
                code="AIGC630",
            )
        return policy


def _server(alias: str, entry: Mapping[str, Any]) -> McpServer:
    target = entry.get("command") or entry.get("url")
    if not target:
        raise ConfigError(f"MCP server '{alias}' needs a command or a url.", code="AIGC630")
    line = target if isinstance(target, str) else shlex.join(target)
    return McpServer.parse(alias, line, tuple(entry.get("allow") or ()), entry.get("env"))
