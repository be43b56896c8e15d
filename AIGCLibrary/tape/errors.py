"""What can be wrong with a tape, or with a request to it."""

from AIGCLibrary.errors import AIGCError


class TapeError(AIGCError):
    """A tape cannot be read or written, or it does not hold what is asked for."""

    code = "AIGC700"


MORE = "Record again without --thin, or replay the whole tape."
"""What helps where a tape holds only a part of a file."""
CLEAN = "Record again with credentials that the product does not repeat in its files, or add their pattern to 'redact'."
"""What helps where an answer was left out, since it held a secret."""
ONE_SIDE = "Take one side's whole tape (git checkout --ours or --theirs), or join both: aigc tape merge A B --into C."
"""What helps where two versions of a tape were merged line by line."""
OWN_NUMBER = "Each file of exchanges has a number of its own; tapes are joined by aigc tape merge A B --into C."
"""What helps where a file was copied, or two recordings were put into one folder."""
