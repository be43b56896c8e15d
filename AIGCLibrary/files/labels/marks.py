"""What labels a file carries."""

from dataclasses import dataclass, field

from AIGCLibrary.files.labels.value import Label
from AIGCLibrary.files.labels.xmp import SourceType

KEY = "AIGC"
"""Name of the label in every carrier that has names."""


@dataclass(slots=True)
class Marks:
    """What a file carries."""

    labels: list[Label] = field(default_factory=list)
    source_types: list[SourceType] = field(default_factory=list)
