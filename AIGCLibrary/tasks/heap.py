"""Keeps what thousands of waiting tasks consist of out of Python's garbage collection.

A full collection walks through every object of the process. Where a thousand requests a second make and drop objects,
there is one every two seconds, and it stops the loop for a tenth of a second: a quarter of all CPU time that ten
thousand waiting tasks take. None of what a task consists of becomes garbage before the task ends.
"""

import gc

MANY = 1000
"""Least number of watched tasks at which their objects are left out."""
GROWTH = 1.5
"""Factor by which the number of tasks grows before the new ones are left out, too."""
SHRINK = 4
"""The objects take part again once the number has fallen to this part."""


class FrozenHeap:
    """Leaves the objects that exist out of garbage collection while many tasks are watched.

    Reference counting goes on as always; only cycles that exist by then are kept until few tasks are left.
    """

    def __init__(self) -> None:
        self._frozen = 0

    def adapt(self, watched: int) -> None:
        """Take into account how many tasks are watched.

        Args:
            watched: Their number.
        """
        if watched >= max(MANY, self._frozen * GROWTH):
            gc.collect()  # a cycle that is garbage already would be kept
            gc.freeze()
            self._frozen = watched
        elif self._frozen and watched < self._frozen / SHRINK:
            self.release()

    def release(self) -> None:
        """Have all objects take part again."""
        if self._frozen:
            gc.unfreeze()
        self._frozen = 0
