"""What can be wrong with a tape, or with a request to it."""

from AIGCLibrary.errors import AIGCError


class TapeError(AIGCError):
    """A tape cannot be read or written, or it does not hold what is asked for."""

    code = "AIGC700"


MORE = "Record again without --thin, or replay the whole tape."
"""What helps where a tape holds only a part of a file."""
CLEAN = "Record again with credentials that the product does not repeat in its files, or add their pattern to 'redact'."
"""What helps where an answer was left out, since it held a secret."""
