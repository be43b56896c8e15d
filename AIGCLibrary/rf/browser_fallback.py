"""The page asked with `Evaluate JavaScript` alone: more round trips, the same answers.

Selectors other than XPath and the simplest CSS are found by Playwright itself, one call each, so that roles, names and
combinators across shadow roots mean the same here; the page program then works with the elements found.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

TICK = 0.1
_SIMPLE = re.compile(r"^(css=)?([\w-]*([.#][\w-]+|\[[\w-]+(=(?:\"[^\"\]]*\"|[^\"\]]*))?\])*)$")
"""CSS of one element without pseudo-classes or combinators, which means the same to a page and to Playwright."""


class EvaluatedPage:
    """Runs the page program in the page's own world.

    Args:
        library: Instance of the Browser library.
    """

    def __init__(self, library: Any) -> None:
        self._library = library

    def call(self, command: str, request: Mapping[str, Any]) -> Any:
        """Run a command; `locate` is repeated until its deadline."""
        if command == "health":
            return self._command(command, {**request, "targets": self._judged(request)})
        if command == "list":
            return self._command(command, {**request, "selectors": self._given(request)})
        if "selector" in request:
            return self._command(command, {**request, **self._looked_up(request, request.get("frame", ()))})
        if command != "locate":
            return self._command(command, request)
        deadline = time.monotonic() + request["timeout"] / 1000
        while True:
            answer = self._locate(request, last=time.monotonic() >= deadline)
            if answer["status"] in ("found", "invalid") or time.monotonic() >= deadline:
                return answer
            time.sleep(TICK)

    def _locate(self, request: Mapping[str, Any], *, last: bool) -> dict[str, Any]:
        frame = [*request.get("frame", ())]
        count = self._library.get_element_count(f"!prefix {' >>> '.join(frame)}") if frame else 1
        if not count and request.get("state") in ("hidden", "detached"):
            return {"status": "found", "winner": None, "url": self._library.get_url(), "selectors": []}
        if count != 1:
            return {"status": "no-frame", "frame": " >>> ".join(frame), "frameCount": count, "selectors": []}
        selectors = self._given(request)
        if selectors and "error" in selectors[-1]:
            return {"status": "invalid", "broken": len(selectors) - 1, "selectors": selectors[-1:]}
        profile = request.get("profile") if last else None
        return dict(self._command("locate", {**request, "selectors": selectors, "timeout": 0, "profile": profile}))

    def _judged(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Look up all selectors of all targets; one that cannot be understood finds nothing."""
        frame = request.get("frame", ())
        return [
            {**target, "selectors": [self._looked_up(selector, frame) for selector in target["selectors"]]}
            for target in request["targets"]
        ]

    def _given(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Look up selectors; ends with the `error` of one that cannot be understood."""
        selectors: list[dict[str, Any]] = []
        for selector in request["selectors"]:
            selectors.append(self._looked_up(selector, request.get("frame", ())))
            if "error" in selectors[-1]:
                break
        return selectors

    def _looked_up(self, way: Mapping[str, Any], frame: Sequence[str]) -> dict[str, Any]:
        """Let Playwright find what the page itself cannot: its elements, or the `error`."""
        selector = str(way["selector"])
        simple = (selector.startswith("xpath=") and " >> " not in selector) or _SIMPLE.match(selector)
        if simple and not frame:
            return dict(way)
        try:
            given = self._evaluate(" >>> ".join([*frame, selector]), f"(found) => ({_program()}).register(found)")
        except AssertionError as error:
            return {**way, "given": [], "error": str(error)}
        return {**way, "given": given}

    def _command(self, command: str, request: Mapping[str, Any]) -> Any:
        argument = json.dumps(request)
        frame = [*request.get("frame", ())]
        if frame:
            code = f"(roots, argument) => ({_program()})[{json.dumps(command)}](JSON.parse(argument))"
            inside = " >>> ".join([*frame, "html"])
            return self._library.evaluate_javascript(f"!prefix {inside}", code, arg=argument, all_elements=True)
        code = f"(argument) => ({_program()})[{json.dumps(command)}](JSON.parse(argument))"
        return self._library.evaluate_javascript(None, code, arg=argument)

    def _evaluate(self, selector: str, code: str) -> Any:
        return self._library.evaluate_javascript(f"!prefix {selector}", code, all_elements=True)


@cache
def _program() -> str:
    """Return the expression of the page program, which is made once in each document."""
    folder = resources.files("AIGCLibrary.locators").joinpath("js", "page")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".js")), key=lambda file: file.name)
    body = "\n".join(file.read_text(encoding="utf-8") for file in files)
    made = f'((injected) => {{\n"use strict";\n{body}\nreturn commands;\n}})(null)'
    return f'(globalThis[Symbol.for("aigc.locators")] ??= {made})'
