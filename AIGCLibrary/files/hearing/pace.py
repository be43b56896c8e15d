"""The pace of speech, and its longest pause."""

from collections.abc import Sequence

from AIGCLibrary.files.captions import speech_units

Span = tuple[float, float]


def longest_pause(spans: Sequence[Span], duration: float) -> Span:
    """Return the longest time without speech, that before the first and behind the last word included.

    Args:
        spans: Start and end of speech in seconds, ascending; not empty.
        duration: Seconds of the whole sound.
    """
    edges = [0.0, *(at for span in spans for at in span), duration]
    return max(zip(edges[::2], edges[1::2], strict=True), key=lambda pause: pause[1] - pause[0])


def pace_of(texts: Sequence[str], spans: Sequence[Span]) -> tuple[float, str] | None:
    """Return the pace of speech: pauses between the spans of speech do not count.

    Args:
        texts: What is said.
        spans: Start and end of speech in seconds.

    Returns:
        Characters a second of East Asian texts, else words a second, and which of both; None without text or speech.
    """
    count, unit = speech_units("\n".join(texts))
    seconds = sum(end - start for start, end in spans)
    return (round(count / seconds, 2), unit) if count and seconds > 0 else None
