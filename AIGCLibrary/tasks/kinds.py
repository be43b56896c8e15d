"""Warns of a kind of task that looks misspelt; it is sent nevertheless, since a product may have kinds of its own."""

import logging
from collections.abc import Iterable

from AIGCLibrary.errors import close_names
from AIGCLibrary.i18n import Text

log = logging.getLogger("aigc.tasks")
USUAL = ("image", "video", "audio", "script", "text", "speech", "music")
"""Kinds that most products have."""
MISSPELT = 0.75
"""Similarity at which a kind is taken for another one misspelt."""


class KindCheck:
    """Warns once of each kind of a provider that looks misspelt."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def warn(self, kind: str, provider: str, own: Iterable[str]) -> None:
        """Warn where a kind is unknown and near a known one.

        Args:
            kind: As it was written.
            provider: Name of the provider.
            own: Kinds that its description or limits name.
        """
        if kind in USUAL or (provider, kind) in self._seen:
            return
        self._seen.add((provider, kind))
        known = {*USUAL, *own}
        near = close_names(kind, known, MISSPELT)
        if near and kind not in known:
            log.warning(Text("tasks.warning.kind", kind=kind, near=near[0], provider=provider))
