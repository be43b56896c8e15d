"""The part of a product's words that is searched for a reason."""

HALF = 2000
"""Characters at the beginning and at the end of a text. A message of a product may be a page or a dump of megabytes,
and the time that a pattern takes may grow with the square of the length."""


def searched(text: str) -> str:
    """Return a text, of a long one its beginning and its end: a reason is in the first or the last lines."""
    return text if len(text) <= 2 * HALF else f"{text[:HALF]}\n{text[-HALF:]}"
