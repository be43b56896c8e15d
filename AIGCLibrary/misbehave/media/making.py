"""From the name of a fault to the function that makes it."""

from collections.abc import Callable
from typing import Any

from AIGCLibrary.misbehave.media import containers, film, picture, wave
from AIGCLibrary.misbehave.media.impossible import ImpossibleFaultError

Maker = Callable[[bytes, str, Any], bytes]
_PICTURE: dict[str, Maker] = {
    "black": picture.black,
    "wrong_size": picture.smaller,
    "no_visible_mark": picture.without_mark,
    "mislabelled": picture.other_format,
}
_FILM: dict[str, Maker] = {
    "black": film.black,
    "frozen": film.frozen,
    "silent": film.silent,
    "blank_first_frame": film.blank_first_frame,
    "wrong_length": film.shorter,
    "wrong_size": film.smaller,
    "no_visible_mark": film.without_mark,
    "mislabelled": film.other_format,
    "moov_last": film.index_last,
}
_WAVE: dict[str, Maker] = {**_FILM, "silent": wave.silent, "wrong_length": wave.shorter}
_ANY: dict[str, Maker] = {
    "corrupt": containers.corrupt,
    "truncated": containers.truncated,
    "unlabelled": containers.unlabelled,
    "wrong_label": containers.wrong_label,
    "zip_slip": containers.zip_slip,
}


def make(fault: str, content: bytes, media_type: str, value: Any) -> bytes:
    """Return a file with a fault.

    Args:
        fault: Its name.
        content: The right file.
        media_type: Its type.
        value: Of the fault.

    Raises:
        ImpossibleFaultError: It cannot be made from this file.
    """
    own = _WAVE if content[:4] == b"RIFF" and content[8:12] == b"WAVE" else _FILM
    own = _PICTURE if media_type.startswith("image/") else own
    maker = _ANY.get(fault) or own.get(fault)
    if maker is None:
        raise ImpossibleFaultError(f"'{fault}' cannot be made from a file of type '{media_type}'.")
    try:
        made = maker(content, media_type, value)
    except ImpossibleFaultError:
        raise
    except Exception as error:
        raise ImpossibleFaultError(
            f"'{fault}' cannot be made from a file of type '{media_type}': {error!r}."
        ) from error
    if made == content:
        raise ImpossibleFaultError(f"'{fault}' leaves a file of type '{media_type}' as it is.")
    return made
