"""The items of AVIF and HEIF pictures (ISO/IEC 23008-12, AV1 Image File Format 1.1)."""

from AIGCLibrary.files.iso.boxes import Malformed
from AIGCLibrary.files.iso.walker import IsoWalker


def check_items(walker: IsoWalker) -> None:
    """Check the item structure of a picture.

    Raises:
        Malformed: It is broken.
    """
    if walker.find(b"ftyp") is None:
        raise Malformed("there is no 'ftyp'", 0)
    if walker.find(b"meta", b"moov") is None:
        raise Malformed("there is neither 'meta' nor 'moov'", walker.position)
