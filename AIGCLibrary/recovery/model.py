"""The words of recovery: causes, how far a fix may be trusted, edits, suggestions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from AIGCLibrary.harmless import visible
from AIGCLibrary.i18n import CHINESE, Text, render, short_language
from AIGCLibrary.repetition import one_line, without_repetition


class Cause(StrEnum):
    """Why a test failed, named `<area>.<what>`; the strategy table has a row for each."""

    LOCATOR_LOST = "locator.bronze_failure"
    """No tier finds the target, not even bronze."""
    LOCATOR_AMBIGUOUS = "locator.ambiguous"
    LOCATOR_CONFLICT = "locator.conflict"
    LOCATOR_HIDDEN = "locator.hidden"
    LOCATOR_COVERED = "locator.covered"
    LOCATOR_DISABLED = "locator.disabled"
    LOCATOR_INVALID = "locator.invalid"
    TIMING = "timing"
    ASSERTION_TEXT = "assertion.text"
    ASSERTION_VALUE = "assertion.value"
    API_BAD_INPUT = "api.bad_input"
    API_UNAUTHORIZED = "api.unauthorized"
    API_NOT_FOUND = "api.not_found"
    API_CONFLICT = "api.conflict"
    API_RATE_LIMITED = "api.rate_limited"
    API_SERVER = "api.server"
    API_UNREACHABLE = "api.unreachable"
    TASK_TIMEOUT = "async_task.timeout"
    TASK_QUEUED = "async_task.queued"
    TASK_STALLED = "async_task.stalled"
    TASK_UNKNOWN_STATE = "async_task.unknown_state"
    TASK_BAD_INPUT = "async_task.bad_input"
    TASK_QUOTA = "async_task.quota"
    TASK_MODERATION = "async_task.moderation"
    TASK_INTERNAL = "async_task.internal"
    TASK_FAILED = "async_task.failed"
    TASK_CANCELLED = "async_task.cancelled"
    TASK_VANISHED = "async_task.vanished"
    FILE_CORRUPTED = "file_processing.corrupted"
    FILE_TRUNCATED = "file_processing.truncated"
    FILE_TYPE = "file_processing.wrong_type"
    FILE_RULE = "file_processing.rule_broken"
    FILE_LABEL = "file_processing.label_missing"
    FILE_UNSAFE = "file_processing.unsafe"
    FILE_TOO_LARGE = "file_processing.too_large"
    DATA = "data.not_prepared"
    ENVIRONMENT = "environment.broken"
    CONFIG = "test.config"
    TEST_DEFECT = "test.defect"
    SLO = "slo.not_met"
    PLUGIN = "plugin.failed"
    PRODUCT = "product.defect"
    UNKNOWN = "unknown"

    @property
    def text(self) -> Text:
        """What the cause is called, for a tester."""
        return Text(f"recovery.class.{self.value.replace('.', '_')}")


class Applicability(StrEnum):
    """How far a fix may be trusted (after rustc's Applicability)."""

    CERTAIN = "certain"
    """May be applied by a machine."""
    LIKELY = "likely"
    """Probably what is meant; look before applying."""
    NEEDS_VALUES = "needs_values"
    """Says what to do; values or a decision are the tester's."""

    @property
    def text(self) -> Text:
        """What it is called, for a tester."""
        return Text(f"recovery.applicability.{self.value}")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one place in a file, ready to paste.

    Args:
        before: The text as it is; lines may be joined by newlines. Empty when only something is added.
        after: The text as it should be.
        file: The file to change, where known.
        line: Line of the change, from 1.
        place: Path into a YAML file, for example `targets.generate.gold`.
        value: JSON of what is added at `place`, before what stands there already.
    """

    before: str
    after: str
    file: str | None = None
    line: int | None = None
    place: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A fix with its cause and evidence.

    Args:
        code: Code of the error it explains, or of the kind of message.
        cause_class: What sort of cause.
        cause: Why it failed.
        fix: What to do.
        evidence: What was measured or seen, by name; JSON values.
        applicability: How far the fix may be trusted.
        verified: The fix was tried where the failure happened (for a locator: exactly one visible match), and
            worked; False: not tried or could not be.
        source: Name of the strategy that made it.
        runner_up: The second-best answer.
        margin: By how much the first beats the second, 0 to 1.
        edit: The change to make, where it can be written down.
        place: `file:line` of the failing keyword.
        score: For ranking among suggestions of one applicability, 0 to 1.
    """

    code: str
    cause_class: Cause
    cause: Text | str
    fix: Text | str
    evidence: Mapping[str, object] = field(default_factory=dict)
    applicability: Applicability = Applicability.NEEDS_VALUES
    verified: bool = False
    source: str = "triage"
    runner_up: str | None = None
    margin: float | None = None
    edit: Edit | None = None
    place: str | None = None
    score: float = 0.5

    def __post_init__(self) -> None:
        """Show control characters of a product in what is written without a catalogue."""
        for name in ("cause", "fix"):
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, visible(value))

    def line(self, language: str = "en", beside: str = "") -> str:
        """Return it as one plain line: `cause → fix (applicability)`.

        Args:
            language: `en` or `zh`.
            beside: The message it is shown beside; the cause does not repeat it.
        """
        cause = without_repetition(one_line(render(self.cause, language)), beside)
        return f"{cause} → {self.remedy(language)}"

    def remedy(self, language: str = "en") -> str:
        """Return what to do, and how sure that is, in one line."""
        fix, how = (one_line(render(part, language)) for part in (self.fix, self.applicability.text))
        return f"{fix}（{how}）" if short_language(language) == CHINESE else f"{fix} ({how})"
