"""Example plug-in for AIGCLibrary: checks prompts, and explains refused ones."""

from aigc_prompt_guard.plugin import PromptGuardPlugin
from aigc_prompt_guard.strategy import RephrasePrompt

__all__ = ["PromptGuardPlugin", "RephrasePrompt"]
