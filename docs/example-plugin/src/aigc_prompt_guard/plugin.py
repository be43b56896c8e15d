"""Checks a prompt before it is sent: empty, too long, placeholders left open, words that are refused."""

import re
from typing import Any

from AIGCLibrary.plugins import AIGCPlugin, PluginResult, ScenarioContext

REFUSED = ("blood", "gore", "weapon", "血腥", "武器")
"""Words that content policies refuse; a real plug-in would read its own list."""
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|\$\{[^}]*\}|<[A-Z_ ]+>|TODO")


class PromptGuardPlugin(AIGCPlugin):
    """Says what is wrong with a prompt."""

    name = "prompt_guard"
    capabilities = ("prompt.check",)

    async def execute(self, context: ScenarioContext, params: dict[str, Any]) -> PluginResult:
        """Check `prompt`; `max_length` is 2,000 characters unless given."""
        prompt = str(params.get("prompt", ""))
        problems = [*self._problems(prompt, int(params.get("max_length", 2000)))]
        context.test_data["prompt"] = prompt
        data = {"prompt": prompt, "problems": problems}
        if problems:
            return PluginResult("failed", data, {"problems": float(len(problems))}, error="; ".join(problems))
        return PluginResult("completed", data, {"problems": 0.0})

    @staticmethod
    def _problems(prompt: str, max_length: int) -> list[str]:
        problems = []
        if not prompt.strip():
            problems.append("the prompt is empty")
        if len(prompt) > max_length:
            problems.append(f"the prompt has {len(prompt)} characters, {max_length} are allowed")
        problems += [f"the placeholder {found} was not filled in" for found in _PLACEHOLDER.findall(prompt)]
        problems += [f"'{word}' is refused by content policies" for word in refused_words(prompt)]
        return problems


def refused_words(prompt: str) -> list[str]:
    """Return the words of a prompt that content policies refuse."""
    return [word for word in REFUSED if word in prompt.lower()]
