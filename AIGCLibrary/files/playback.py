"""When a film or sound begins for a viewer: times are counted from there, whatever its first time stamp is."""

from typing import Any


def origin_of(container: Any) -> float:
    """Return the time stamp, in seconds, at which playing begins.

    Recordings and transport streams often begin at 1.4 s or at hours, and MP3 behind the delay of its encoder. What
    lies before zero is cut away by an edit list or a decoder, and is not played.

    Args:
        container: An open container of PyAV.
    """
    import av

    start = container.start_time
    return max(0.0, start / av.time_base) if start is not None else 0.0
