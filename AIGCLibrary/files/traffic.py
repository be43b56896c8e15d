"""What a download cost, and how one fails."""

from dataclasses import dataclass

from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.i18n import Text
from AIGCLibrary.units import format_size


@dataclass(slots=True)
class Traffic:
    """What a download cost.

    Args:
        requests: HTTP requests sent.
        wire: Bytes of bodies read.
        saved: Bytes of the file that were never fetched, since it was rejected early.
        taken_over: Bytes that an earlier run, which was killed, had fetched already.
        resumed: How often it went on after a broken connection.
        restarted: How often it began again.
        retried: Requests repeated after a busy answer.
        early: It was rejected before its end.
    """

    requests: int = 0
    wire: int = 0
    saved: int = 0
    taken_over: int = 0
    resumed: int = 0
    restarted: int = 0
    retried: int = 0
    early: bool = False
    encoding: str = "identity"


@dataclass(frozen=True, slots=True)
class DownloadState:
    """How far a download has come.

    Args:
        shown: The URL without secrets.
        received: Bytes of the file that are here.
        total: Its length; None when it is not known.
        traffic: What it cost so far.
    """

    shown: str
    received: int
    total: int | None
    traffic: Traffic

    @property
    def length(self) -> str:
        """The length for people."""
        return "an unknown length" if self.total is None else format_size(self.total)

    @property
    def progress(self) -> str:
        """How far it has come, for people; exactly where rounded sizes would be the same."""
        received = format_size(self.received)
        if received == self.length and self.received != self.total:
            return f"{self.received} of {self.total} bytes"
        return f"{received} of {self.length}"


def too_slow(state: DownloadState, what: str) -> DownloadError:
    """Build the error of a server that sends nothing, or next to nothing."""
    wire = state.traffic.wire
    return DownloadError(
        f"'{state.shown}' {what} after {format_size(wire)} of {state.length}.",
        code="AIGC311",
        hint=Text("files.hint.slow"),
        facts={"class": "stalled", "source": state.shown, "received": wire, "total": state.total},
    )


def cut_off(state: DownloadState, why: str) -> DownloadError:
    """Build the error of a download that cannot be resumed."""
    traffic = state.traffic
    return DownloadError(
        f"'{state.shown}' ended after {state.progress}: {why} "
        f"({traffic.resumed} times resumed, {traffic.restarted} times restarted).",
        code="AIGC312",
        hint=Text("files.hint.cut"),
        facts={
            "class": "cut", "source": state.shown, "received": state.received, "total": state.total,
            "resumed": traffic.resumed, "restarted": traffic.restarted,
        },
    )  # fmt: skip


def changes(state: DownloadState) -> DownloadError:
    """Build the error of a file that is another one each time."""
    return DownloadError(
        f"'{state.shown}' changed on the server each time the download was resumed "
        f"({state.traffic.restarted} times restarted).",
        code="AIGC313",
        hint=Text("files.hint.changed"),
        facts={"class": "changed", "source": state.shown, "received": state.received, "total": state.total},
    )
