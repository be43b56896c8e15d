"""A floor on the speed of a peer: who drips a byte now and then would never run into a timeout for silence."""

from dataclasses import dataclass


class TooSlowError(TimeoutError):
    """A peer sends, but too little.

    Attributes:
        rate: Bytes a second that were measured.
        seconds: Over how long.
        floor: Bytes a second that are the least.
    """

    def __init__(self, rate: float, seconds: float, floor: float) -> None:
        super().__init__(f"{rate:.0f} bytes/s over {seconds:.0f} s; the least is {floor:.0f} bytes/s")
        self.rate, self.seconds, self.floor = rate, seconds, floor


@dataclass(slots=True)
class SpeedMeter:
    """Measures what a peer sends while we wait for it; our own work does not count.

    Args:
        floor: Bytes a second that are the least; 0 for none.
        window: Seconds of waiting over which it is measured.
    """

    floor: float
    window: float
    _waited: float = 0.0
    _received: int = 0

    def add(self, count: int, waited: float) -> None:
        """Count what one read brought.

        Args:
            count: Bytes.
            waited: Seconds the read took.

        Raises:
            TooSlowError: The window has passed, and fewer bytes came than the floor allows.
        """
        self._waited += waited
        self._received += count
        if self._waited < self.window:
            return
        rate, seconds = self._received / self._waited, self._waited
        self._waited, self._received = 0.0, 0
        if rate < self.floor:
            raise TooSlowError(rate, seconds, self.floor)
