"""Finds what cannot be meant in a rule set, so that it is reported when the set is read, not when a file is judged."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from AIGCLibrary.content.formats import EXTENSIONS
from AIGCLibrary.errors import ConfigError, close_names, near_matches
from AIGCLibrary.files.rules.constraint import options_of
from AIGCLibrary.files.rules.vocabulary import WORDS, demands_in
from AIGCLibrary.wording import rule_ids

Place = tuple[str, ...]
_FAMILIES = frozenset(("image", "video", "audio", "text", "application", "model", "font", "message", "multipart"))
_MODES = frozenset(
    ("1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "LA", "PA", "RGBX", "RGBa", "La", "I;16",
     "I;16L", "I;16B", "I;16N")
)  # fmt: skip
_ENCODINGS = frozenset(
    (
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "gb18030",
        "big5",
        "shift_jis",
        "euc_kr",
        "cp1251",
        "cp1252",
        "latin-1",
    )
)
_OTHER_NAMES = {
    "h265": "hevc", "h.265": "hevc", "x265": "hevc", "hvc1": "hevc", "avc": "h264", "avc1": "h264", "h.264": "h264",
    "x264": "h264", "mpeg-4 avc": "h264", "vp09": "vp9", "av01": "av1", "mp4a": "aac", "aac-lc": "aac",
    "mpeg-1 layer 3": "mp3",
}  # fmt: skip
_DIGITS = {"sha256": 64, "sha1": 40, "md5": 32}
_WILD = re.compile(r"[*?\[]")
_MANIFEST = ("files", "name", "size", "sha256", "count")


def mistakes(data: Mapping[str, Any], known: Callable[[str], str]) -> Iterator[tuple[Place, str]]:
    """Return every mistake of a rule set as it is written, with its place in it.

    Args:
        data: The set, without what it extends.
        known: Says what is wrong with the name of a set that is extended; empty when nothing is.

    Returns:
        Place and what is wrong, as a sentence.
    """
    bases = data.get("extends") or []
    for base in [bases] if isinstance(bases, str) else bases:
        if wrong := known(base):
            yield ("extends",), wrong
    for place, demand in demands_in(data):
        try:
            demand.check()
        except ConfigError as error:
            yield place, f"{error.message} {error.hint}".strip()
    for name, word in WORDS.items():
        if word.text or name == "resolution":
            yield from (((name,), wrong) for wrong in _texts(name, data.get(name)))
    yield from ((("type",), wrong) for wrong in _texts("type", data.get("type")))
    yield from _expressions(data)
    yield from _severities(data)
    for pattern, nested in ((data.get("archive") or {}).get("rules") or {}).items():
        inside = {"extends": nested} if isinstance(nested, str) else nested or {}
        for place, wrong in mistakes(inside, known):
            yield ("archive", "rules", pattern, *(() if isinstance(nested, str) else place)), wrong


def _texts(name: str, demand: Any) -> Iterator[str]:
    for text in options_of(demand):
        written = str(text)
        wanted = written.removeprefix("!=").strip()
        wrong = _CHECKS[name](name, wanted) if name in _CHECKS and demand is not None else ""
        if wrong:
            yield f"'{written}' {wrong}"


def _type(_name: str, wanted: str) -> str:
    if _WILD.search(wanted):
        return ""
    family, slash, kind = wanted.lower().partition("/")
    meant = EXTENSIONS.get(kind or family)
    if not slash:
        meant = f"{family}/*" if family in _FAMILIES else meant
        near = f"It is called '{meant}' here." if meant else near_matches(wanted, EXTENSIONS.values())
        return "" if family == "unknown" else f"is not a media type. {near}"
    if family not in _FAMILIES:
        return f"is not a media type. {near_matches(wanted, {*EXTENSIONS.values()})}"
    misnamed = meant and wanted.lower() not in {*EXTENSIONS.values(), "video/ogg"}
    return f"is not the media type of such files. It is called '{meant}' here." if misnamed else ""


def _among(known: frozenset[str]) -> Callable[[str, str], str]:
    lower = {name.lower() for name in known}

    def check(_name: str, wanted: str) -> str:
        fits = _WILD.search(wanted) or wanted.lower() in lower
        return "" if fits else f"is not known. {near_matches(wanted, known)}"

    return check


def _codec(_name: str, wanted: str) -> str:
    meant = _OTHER_NAMES.get(wanted.lower())
    return f"is not the name of a codec. It is called '{meant}' here." if meant else ""


def _resolution(_name: str, wanted: str) -> str:
    fits = re.fullmatch(r"[\d?*\[\]!-]+[xX*][\d?*\[\]!-]+|\*", wanted)
    return "" if fits else "is not a resolution. Write it as 1920x1080; * is wild: *x1080."


def _digest(name: str, wanted: str) -> str:
    if _WILD.search(wanted) or re.fullmatch(rf"[0-9a-fA-F]{{{_DIGITS[name]}}}", wanted):
        return ""
    return f"is not a valid {name}: expected {_DIGITS[name]} hexadecimal digits, got {len(wanted)} characters."


_CHECKS: dict[str, Callable[[str, str], str]] = {
    "type": _type, "image_mode": _among(_MODES), "encoding": _among(_ENCODINGS), "video_codec": _codec,
    "audio_codec": _codec, "resolution": _resolution, "sha256": _digest, "sha1": _digest, "md5": _digest,
}  # fmt: skip


def _expressions(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Read the JMESPath expressions."""
    manifest = (data.get("archive") or {}).get("manifest") or {}
    found: list[tuple[Place, str]] = [
        (("archive", "manifest", key), manifest[key]) for key in _MANIFEST if key in manifest
    ]
    found += [(("json", "values", key), key) for key in (data.get("json") or {}).get("values") or {}]
    if not found:
        return
    import jmespath

    for place, text in found:
        try:
            jmespath.compile(text)
        except jmespath.exceptions.JMESPathError as error:
            reason = str(error).splitlines()[0].strip().rstrip(":.")
            yield place, f"'{text}' is not a JMESPath expression: {reason}."


def _severities(data: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Return names that nearly match a rule; others may belong to a plug-in."""
    rules = {*WORDS, *rule_ids()}
    for name in data.get("severity") or {}:
        near = close_names(name, rules, 0.8)
        known = any(rule == name or rule.startswith(f"{name}.") or name.startswith(f"{rule}.") for rule in rules)
        if near and not known:
            yield ("severity", name), f"there is no rule '{name}'. Did you mean '{near[0]}'?"
