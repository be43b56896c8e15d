"""Turns a failed request into an error a tester understands: which node, what was asked, what came back."""

from collections.abc import Sequence
from typing import Any

from AIGCLibrary.data.calls import CallOutcome
from AIGCLibrary.data.errors import PreparationError
from AIGCLibrary.data.removal_report import Orphan
from AIGCLibrary.data.request import ApiRequest
from AIGCLibrary.http.response import Response
from AIGCLibrary.i18n import Text
from AIGCLibrary.redaction.redactor import Redactor

EXCERPT = 300


class NodeFailure(Exception):  # noqa: N818 - becomes a PreparationError when it is known what was undone
    """A node could not be made.

    Args:
        key: The record.
        problem: What happened, in one sentence without the record.
        hint: What to do next.
        facts: Evidence for the suggestions.
    """

    def __init__(
        self, key: str, problem: str, *, hint: Text | str | None = None, facts: dict[str, Any] | None = None
    ) -> None:
        super().__init__(problem)
        self.key = key
        self.problem = problem
        self.hint = hint
        self.facts = facts or {}

    def adoption_error(self, template: str) -> PreparationError:
        """Build the error of a thing that was to be adopted; nothing was sent but questions."""
        return PreparationError(
            f"Node '{self.key}' of template '{template}' {self.problem.rstrip('.')}. Nothing was created or changed.",
            code=self.facts.get("code"),
            hint=self.hint,
            facts={"template": template, "node": self.key, **self.facts},
        )

    def error(
        self, template: str, *, created: list[str], removed: int, orphans: Sequence[Orphan], kept: bool
    ) -> PreparationError:
        """Build the error, with what had been made and what became of it."""
        parts = [f"Node '{self.key}' of template '{template}' {self.problem.rstrip('.')}."]
        there = "; ".join(str(orphan) for orphan in orphans if orphan.certain)
        perhaps = "; ".join(str(orphan) for orphan in orphans if not orphan.certain)
        if not created:
            parts += [] if orphans else ["Nothing had been created before."]
        else:
            shown = ", ".join(created[:8]) + (f" and {len(created) - 8} more" if len(created) > 8 else "")
            parts.append(f"Created before: {len(created)} ({shown});")
            if kept:
                parts.append("kept, as asked.")
            else:
                parts.append(f"{removed} removed again." if orphans else "all removed again.")
        parts += [f"Still there: {there}."] if there else []
        parts += [f"May be there: {perhaps}."] if perhaps else []
        facts: dict[str, Any] = {
            "template": template,
            "node": self.key,
            "created": created,
            "removed": removed,
            "orphans": [str(orphan) for orphan in orphans],
        }
        return PreparationError(
            " ".join(parts), code=self.facts.get("code"), hint=self.hint, facts={**facts, **self.facts}
        )


def refused(key: str, verb: str, request: ApiRequest, attempt: CallOutcome, redactor: Redactor) -> NodeFailure:
    """Build the failure of a request that got no answer, or not the one that was needed."""
    times = f" after {attempt.sent} attempts" if attempt.sent > 1 else ""
    response = attempt.response
    if response is None:
        reason = attempt.error.message.rstrip(".") if attempt.error else "no answer came"
        hint = attempt.error.hint if attempt.error else None
        facts = attempt.error.facts if attempt.error else {}
        return NodeFailure(key, f"could not be {verb}{times}: {reason}", hint=hint, facts=facts)
    wanted = f" (expected {' or '.join(map(str, request.expect))})" if request.expect else ""
    if request.condition and request.expected(response):
        wanted = f" (accepted is {request.condition})"
    answer = excerpt(response, redactor)
    led = f" ({response.redirect})" if response.redirect else ""
    return NodeFailure(
        key,
        f"could not be {verb}{times}: {request.method} {redactor.text(response.url)}{led} answered {response.status}"
        f"{wanted}{f': {answer}' if answer else ''}",
        hint=_hint(response),
        facts={
            "class": _class(response.status),
            "status": response.status,
            "method": request.method,
            "url": redactor.text(response.url),
            "curl": response.request,
            "excerpt": answer,
            "attempts": attempt.sent,
        },
    )


def excerpt(response: Response, redactor: Redactor) -> str:
    """Return what the product says of an error: its message where the body has a usual one, else its beginning."""
    body = response.json
    said = body
    for name in ("error", "errors", "detail", "message"):
        if isinstance(said, dict) and name in said:
            said = said[name]
        if isinstance(said, list) and said:
            said = said[0]
    if isinstance(said, dict) and "message" in said:
        where = f" (field '{said['field']}')" if said.get("field") else ""
        said = f"{said['message']}{where}"
    text = " ".join(redactor.text(said if isinstance(said, str) else response.text).split())
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def _hint(response: Response) -> Text:
    if response.status in (401, 403):
        return Text("core.hint.unauthorized")
    if response.status == 404:
        return Text("data.hint.not_found", url=response.url)
    if response.status == 409:
        return Text("data.hint.conflict")
    if response.status == 429:
        return Text("data.hint.too_many")
    if response.status >= 500:
        return Text("data.hint.server_error")
    return Text("data.hint.refused")


def _class(status: int) -> str:
    known = {401: "unauthorized", 403: "unauthorized", 404: "not_found", 409: "conflict", 429: "quota"}
    return known.get(status, "internal" if status >= 500 else "bad_input")
