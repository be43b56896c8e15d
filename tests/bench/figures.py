"""How a benchmark tells its figures: a line each with the value, the peer, the bar, and whether it is reached."""

from dataclasses import dataclass, field


@dataclass
class Figures:
    """Collects and prints the figures of one area."""

    area: str
    reached: list[bool] = field(default_factory=list)

    def add(
        self, name: str, value: float, bar: float, *, unit: str = "", peer: str = "", better: str = "lower"
    ) -> bool:
        """Print a figure; `better` says on which side of the bar it must lie."""
        ok = value <= bar if better == "lower" else value >= bar
        sign = "≤" if better == "lower" else "≥"
        self.reached.append(ok)
        beside = f"  beside {peer}" if peer else ""
        print(
            f"{'ok  ' if ok else 'MISS'} {name}: {value:.4g} {unit}".rstrip()
            + f"  (bar {sign} {bar:g} {unit}".rstrip()
            + f"){beside}",
            flush=True,
        )
        return ok

    def note(self, text: str) -> None:
        """Print a measured value that has no bar."""
        print(f"     {text}", flush=True)

    def end(self) -> int:
        """Print the last line and give the exit code."""
        print(f"{self.area}: {sum(self.reached)} of {len(self.reached)} figures reached")
        return 0 if all(self.reached) else 1
