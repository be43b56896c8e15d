"""When a near miss may take the place of a lost target, and when never."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from AIGCLibrary.locators.kinds import compatible, usable_for
from AIGCLibrary.locators.model import TargetState
from AIGCLibrary.locators.similarity import Scored, coefficients

USE_MARGIN = 0.25
"""Least lead over the next candidate."""
UNSEEN_PROBABILITY = 0.85
"""Least probability where no fingerprint was ever taken: the words of the selectors must carry it alone."""

_DESTRUCTIVE = re.compile(
    r"\b(delete|remove|discard|destroy|drop|erase|wipe|clear|reset|cancel|stop|abort|revoke|deactivate|unsubscribe|"
    r"format|purge|terminate|pay|buy|purchase|checkout|order|transfer|withdraw|refund|sign out|log ?out)\b|"
    r"删除|移除|清空|清除|重置|取消|停止|终止|丢弃|撤销|注销|退出|支付|付款|购买|下单|转账|提现|退款",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a target is wanted for.

    Args:
        verb: `clicked`, `filled`, `given files`, `read`, or empty.
        state: The state asked of it.
        secret: A secret will be given to it.
        expected: It may be missing without failing the test, as inside `Run Keyword And Expect Error`.
    """

    verb: str = ""
    state: TargetState = TargetState.VISIBLE
    secret: bool = False
    expected: bool = False

    @property
    def never_healed(self) -> bool:
        """True where nothing but the target's own locators may answer."""
        return self.secret or self.expected or self.state.negative


def refusal(
    best: Scored,
    ranked: Sequence[Scored],
    profile: Mapping[str, Any],
    purpose: Purpose,
    taken: frozenset[int] = frozenset(),
) -> str | None:
    """Say why the best candidate may not be used; None when it may.

    Args:
        best: The candidate.
        ranked: All candidates, the most probable first.
        profile: What the lost target looked like.
        purpose: What it is wanted for.
        taken: Numbers of elements that are other targets.
    """
    one = best.candidate
    seen = bool(profile.get("seen"))
    least = float(coefficients("relocation")["threshold"]) if seen else UNSEEN_PROBABILITY
    unseen = "" if seen else ", and it was never seen before"
    second = max((other.probability for other in ranked if other is not best), default=0.0)
    checks = (
        (purpose.state.negative, "absence was asked for"),
        (purpose.expected, "a failure is expected or handled here"),
        (purpose.secret, "a secret is never typed into a guess"),
        (best.probability < least, f"probability {best.probability:.2f} is under {least:.2f}{unseen}"),
        (best.probability - second < USE_MARGIN, f"the next candidate is nearly as probable ({second:.2f})"),
        (bool(one.get("password")) != bool(profile.get("password")), "one of the two is a password field"),
        (bool(one.get("password")), "it is a password field"),
        (_destructive(profile) or _destructive(one), "its name says that it destroys or pays something"),
        (not usable_for(one, purpose.verb), f"a {one.get('role') or one.get('tag')} cannot be {purpose.verb}"),
        (not compatible(profile, one), f"a {profile.get('role')} does not become a {one.get('role')}"),
        (one.get("element") in taken and not one.get("frame"), "it is another target"),
        (bool(one.get("frame")), "it is in another frame"),
        (one.get("tag") == "iframe", "it is a frame"),
        (not one.get("ways"), "no selector finds it alone"),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _destructive(element: Mapping[str, Any]) -> bool:
    texts = [element.get("name"), element.get("text"), element.get("title"), *element.get("texts", ())]
    return any(_DESTRUCTIVE.search(str(text)) for text in texts if text)
