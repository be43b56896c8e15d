"""`engine.recovery.escalation`: asks a helper about a failure, keeps a copy of what was sent, never harms a verdict."""

import json
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from AIGCLibrary.errors import ConfigError, PluginError, near_matches
from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.escalation.breaker import Breaker
from AIGCLibrary.recovery.escalation.payload import payload, renamed
from AIGCLibrary.recovery.escalation.policy import McpServer, Policy
from AIGCLibrary.recovery.escalation.worker import HelperReply, McpWorker
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.recovery.model import Applicability, Cause, Edit, Suggestion
from AIGCLibrary.recovery.page import verify

if TYPE_CHECKING:
    from AIGCLibrary.runtime import Runtime

log = logging.getLogger("aigc.recovery")

WEBHOOK = "webhook"
LEAST = 0.2
"""Seconds that are left for asking, however long the preparation took."""
FIX_LIMIT = 1500
"""Characters of an answer that are shown as a fix."""


class Escalation:
    """Talks to helpers.

    Args:
        runtime: The services.
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._workers: dict[str, McpWorker] = {}
        self._connected: dict[str, McpServer] = {}
        self._last: str | None = None
        runtime.on_close(self.close)

    @cached_property
    def policy(self) -> Policy:
        """What is configured.

        Raises:
            ConfigError: It is wrong (AIGC630).
        """
        options = self._runtime.settings.options.get("recovery") or {}
        return Policy.read(options.get("escalation") or {})

    @cached_property
    def breaker(self) -> Breaker:
        """Counts and limits the escalations of this process."""
        return Breaker(self.policy.give_up_after, self.policy.max_per_run)

    @property
    def automatic(self) -> bool:
        """Failed tests are escalated by themselves."""
        return self.policy.automatic and bool(self.policy.server or self.policy.webhook)

    def connect(self, server: McpServer, deadline: float) -> list[str]:
        """Connect to a server from a test, and return the names of its tools.

        Raises:
            PluginError: It does not answer (AIGC631).
        """
        old = self._workers.pop(server.alias, None)
        if old:
            old.close()
        self._connected[server.alias] = server
        answer = self._worker(server).tools(deadline)
        if not answer.ok:
            del self._connected[server.alias]
            raise PluginError(
                f"MCP server '{server.alias}' cannot be reached: {answer.text} ({answer.elapsed:.1f} s).",
                code="AIGC631",
                facts={"server": server.alias, "outcome": answer.outcome},
            )
        self._last = server.alias
        return list(answer.data)

    def call(self, tool: str, arguments: Mapping[str, Any], server: str | None, deadline: float) -> HelperReply:
        """Call an allowed tool for a test.

        Raises:
            PluginError: The server is unknown, the tool is not allowed or failed (AIGC632, AIGC633).
        """
        found = self._find(server)
        found.check(tool)
        answer = self._worker(found).call(tool, arguments, deadline)
        if not answer.ok:
            raise PluginError(
                f"Tool '{tool}' of MCP server '{found.alias}' failed: {self._runtime.redactor.text(answer.text)} "
                f"({answer.outcome}, {answer.elapsed:.1f} s).",
                code="AIGC633",
                facts={"server": found.alias, "tool": tool, "outcome": answer.outcome},
            )
        return answer

    def escalate(
        self,
        summary: str,
        failures: Sequence[Failure] = (),
        suggestions: Sequence[Suggestion] = (),
        page: str = "",
        server: str | None = None,
        tool: str | None = None,
        *,
        spent: float = 0.0,
    ) -> Suggestion | None:
        """Ask about a failure; return the answer as a suggestion, or None with the reason in the log. Never raises.

        What was `spent` before, in seconds, counts towards the deadline.
        """
        started = self._runtime.clock.monotonic() - spent
        try:
            refused = self.breaker.admit()
            if refused:
                log.info("The failure was not escalated: %s.", refused)
                return None
            said = payload(summary, failures, suggestions, page, self._runtime.redactor)
            left = max(LEAST, self.policy.deadline - (self._runtime.clock.monotonic() - started))
            asked, answer = self._ask(said, server, tool, left)
        except Exception as error:  # noqa: BLE001 - asking for help must not hurt
            log.warning("The failure could not be escalated: %s", error)
            return None
        self.breaker.report(answer.ok)
        self._remember(asked, said, answer)
        if not answer.ok:
            log.warning("%s returned no help: %s (%s, %.1f s).", asked, answer.text, answer.outcome, answer.elapsed)
            return None
        return self._suggestion(asked, answer, failures)

    def close(self) -> None:
        """End all connections and the processes behind them."""
        workers, self._workers = self._workers, {}
        for alias, worker in workers.items():
            if not worker.close():
                log.warning("MCP server '%s' did not stop in time.", alias)

    def _ask(
        self, said: Mapping[str, Any], server: str | None, tool: str | None, deadline: float
    ) -> tuple[str, HelperReply]:
        policy = self.policy
        if policy.webhook and (server == WEBHOOK or (server is None and policy.server is None)):
            from AIGCLibrary.recovery.escalation.webhook import post

            runtime = self._runtime
            runtime.redactor.add(str(policy.webhook.get("secret") or ""))
            return WEBHOOK, runtime.loop.run(post(runtime.own_http, runtime.clock, policy.webhook, said, deadline))
        found = self._find(server)
        name = tool or policy.tool or next((allowed for allowed in found.allow if "*" not in allowed), None)
        if name is None:
            raise ConfigError(f"No tool of MCP server '{found.alias}' is set for escalation.", code="AIGC630")
        found.check(name)
        return f"{found.alias}.{name}", self._worker(found).call(name, renamed(said, policy.arguments), deadline)

    def _find(self, alias: str | None) -> McpServer:
        servers = {**self.policy.servers, **self._connected}
        name = alias or self._last or self.policy.server or (next(iter(servers)) if len(servers) == 1 else None)
        if name is None or name not in servers:
            what = f"There is no MCP server '{name}'." if name else "No MCP server is connected."
            raise PluginError(
                f"{what} {near_matches(name or '', servers)}", code="AIGC634", hint=Text("recovery.hint.connect")
            )
        return servers[name]

    def _worker(self, server: McpServer) -> McpWorker:
        if server.alias not in self._workers:
            self._workers[server.alias] = McpWorker(server, self._admit)
        return self._workers[server.alias]

    def _admit(self, address: str) -> None:
        self._runtime.own_transport.external("mcp", self._runtime.redactor.text(address))

    def _remember(self, asked: str, said: Mapping[str, Any], answer: HelperReply) -> None:
        """Keep exactly what was sent, and what came back, in log and store."""
        from AIGCLibrary.store.tables import escalation

        redact = self._runtime.redactor
        reply = redact.text(answer.text)
        sent = json.dumps(said, ensure_ascii=False, indent=1, default=str)
        log.info("Sent to %s:\n%s\nAnswer (%s, %.2f s):\n%s", asked, sent, answer.outcome, answer.elapsed, reply[:4000])
        self._runtime.store.insert(
            escalation,
            at=self._runtime.clock.now(),
            server=asked,
            sent=dict(said),
            outcome=answer.outcome,
            elapsed=answer.elapsed,
            answer=reply[:20_000],
        )

    def _suggestion(self, asked: str, answer: HelperReply, failures: Sequence[Failure]) -> Suggestion | None:
        data = answer.data if isinstance(answer.data, Mapping) else {}
        fix = str(data.get("fix") or data.get("suggestion") or data.get("result") or answer.text).strip()
        selector = str(data.get("selector") or "")
        if not fix and not selector:
            return None
        verified = bool(selector) and verify(self._runtime.driver, selector)
        first = failures[0] if failures else Failure("")
        return Suggestion(
            code=first.code or "HELPER",
            cause_class=first.cause if failures else Cause.UNKNOWN,
            cause=str(data.get("cause") or "") or Text("recovery.helper.cause", helper=asked),
            fix=self._runtime.redactor.text(fix or selector)[:FIX_LIMIT],
            evidence={
                "helper": asked,
                "seconds": round(answer.elapsed, 2),
                **({"selector": selector} if selector else {}),
            },
            # What a helper says is never certain: it is read, not obeyed.
            applicability=Applicability.LIKELY if verified else Applicability.NEEDS_VALUES,
            verified=verified,
            source=f"helper:{asked}",
            edit=Edit(str(first.fact("selector") or ""), selector) if selector else None,
            place=first.place,
            score=0.45 if not verified else 0.7,
        )
