"""A recovery strategy: for a task that the content policy refused, names the word that is the likely reason."""

from collections.abc import Iterable

from aigc_prompt_guard.plugin import refused_words
from AIGCLibrary.plugins import Applicability, Failure, RecoveryStrategy, Suggestion


class RephrasePrompt(RecoveryStrategy):
    """Suggests to leave a word out."""

    name = "rephrase_prompt"

    def suggest(self, failure: Failure) -> Iterable[Suggestion]:
        """Look for refused words in the error and in the inputs of the task."""
        inputs = failure.facts.get("inputs") or {}
        words = refused_words(f"{failure.message} {inputs}")
        if words:
            yield Suggestion(
                code=failure.code,
                cause_class=failure.cause,
                cause=f"The prompt holds {', '.join(words)}.",
                fix=f"Say it without {words[0]}.",
                evidence={"words": words},
                applicability=Applicability.LIKELY,
                source=self.name,
                score=0.9,
            )
