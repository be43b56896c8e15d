"""The settings of one studio: where it listens, how fast it runs, who may sign in, what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.studio.durations import DEFAULTS, Duration, parse_duration
from AIGCLibrary.studio.misbehaviour import Misbehaviour, parse_misbehaviour

UI_VERSIONS = (1, 2, 3)
LANGUAGES = ("en", "zh")
KINDS = ("image", "video", "audio", "bundle")


@dataclass(frozen=True, slots=True)
class StudioSettings:
    """Settings of a studio; every one has a default that suits a demo.

    Example: `StudioSettings(seed=1, speed=60, misbehave={"output": "corrupt", "share": 0.1})`

    Attributes:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        seed: Same seed and same requests produce the same ids, durations and files.
        speed: Production runs so many times faster than life.
        ui: UI version when the visitor has chosen none: 1, 2 (redesign) or 3 (other labels and structure).
        lang: Language when the visitor has chosen none: `en` or `zh`.
        token: The API token.
        username: Name for the sign-in.
        password: Password for the sign-in.
        webhook_secret: Standard Webhooks secret, `whsec_` and base64.
        concurrency: Jobs that run at once; the others queue by priority.
        queue_limit: Jobs that may wait; more are refused with 429.
        upload_limit: Largest upload in bytes.
        durations: Production times by kind, each as `Duration`, seconds, a family's name or an object; kinds
            left out keep their default.
        misbehave: What goes wrong (see `Misbehaviour`).
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 1
    speed: float = 1.0
    ui: int = 1
    lang: str = "en"
    token: str = "studio-demo-token"  # noqa: S105 - a demo's published token
    username: str = "demo"
    password: str = "demo-password"  # noqa: S105 - a demo's published password
    webhook_secret: str = "whsec_c3R1ZGlvLWRlbW8td2ViaG9vay1zZWNyZXQ="  # noqa: S105
    concurrency: int = 4
    queue_limit: int = 10_000
    upload_limit: int = 50 * 1024 * 1024
    durations: Mapping[str, Duration | float | str | Mapping[str, Any]] = field(default_factory=dict)
    misbehave: Misbehaviour | Mapping[str, Any] = field(default_factory=Misbehaviour)

    def __post_init__(self) -> None:
        """Check what can be checked, and turn plain JSON into objects.

        Raises:
            ValueError: The message names the setting, what it was, and what is expected.
        """
        if self.ui not in UI_VERSIONS:
            raise ValueError(f"'ui' is '{self.ui}'; expected one of: 1, 2, 3")
        if self.lang not in LANGUAGES:
            raise ValueError(f"'lang' is '{self.lang}'; expected one of: {', '.join(LANGUAGES)}")
        if not self.speed > 0:
            raise ValueError(f"'speed' is '{self.speed}'; expected a number above zero")
        if self.concurrency < 1:
            raise ValueError(f"'concurrency' is '{self.concurrency}'; expected 1 or more")
        if not self.webhook_secret.startswith("whsec_"):
            raise ValueError("'webhook_secret' must start with 'whsec_' and go on in base64")
        unknown = [kind for kind in self.durations if kind not in KINDS]
        if unknown:
            raise ValueError(f"'durations' has the kind '{unknown[0]}'; expected: {', '.join(KINDS)}")
        own = {kind: parse_duration(value, DEFAULTS[kind]) for kind, value in self.durations.items()}
        object.__setattr__(self, "durations", {**DEFAULTS, **own})
        object.__setattr__(self, "misbehave", parse_misbehaviour(self.misbehave))

    def family(self, kind: str) -> Duration:
        """How long jobs of a kind take."""
        return parse_duration(self.durations[kind])
