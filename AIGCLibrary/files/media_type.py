"""Judges the type of a file: at once where its first bytes decide, by its tracks where a container holds both.

A container without a picture is sound, whatever its brand or its first bytes say (RFC 4337, RFC 9559).
"""

from AIGCLibrary.content.formats import TEXT_TYPES, extension_type
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.rules.judge import judge_type

SOUND = {
    "video/mp4": "audio/mp4",
    "video/quicktime": "audio/mp4",
    "video/webm": "audio/webm",
    "video/x-matroska": "audio/x-matroska",
    "video/x-ms-asf": "audio/x-ms-wma",
    "video/x-msvideo": "audio/x-msvideo",
    "video/x-flv": "audio/x-flv",
    "video/mp2t": "audio/mp2t",
    "video/mpeg": "audio/mp2p",
    "application/mxf": "audio/mxf",
    "application/vnd.rn-realmedia": "audio/vnd.rn-realaudio",
    "video/x-nut": "audio/x-nut",
}
"""Type of a container without a picture, by the type of one that has some."""
_EITHER = {"application/mxf": "video/mxf", "application/vnd.rn-realmedia": "video/vnd.rn-realvideo"}
_PICTURE = {"audio/mp4": "video/mp4", "audio/webm": "video/webm", "audio/x-matroska": "video/x-matroska"}
_RELATED = (
    {"video/mp4", "video/quicktime", "audio/mp4"},
    {"video/webm", "video/x-matroska", "audio/webm", "audio/x-matroska"},
    {"video/x-msvideo", "audio/x-msvideo"},
    {"audio/ogg", "video/ogg"},
    {"video/x-nut", "audio/x-nut"},
    {"audio/mpeg", "audio/flac", "audio/aac"},
    {"image/heic", "image/heif", "image/avif"},
    {"application/json", "application/x-ndjson"},
    {"text/html", "application/xml"},
)
_ANSWERS = ("text/html", "application/xml", "application/json", "application/x-ndjson")
"""What servers send in place of a file: a page or a message on what went wrong."""
_FREE = ("text/plain", "text/markdown")
"""Texts that may hold anything."""


def judge_media_type(examination: Examination) -> None:
    """Judge the type found by the first bytes, unless the tracks may make another of it that is judged otherwise."""
    found = examination.media_type or ""
    others = [other for other in (SOUND.get(found), _PICTURE.get(found), _EITHER.get(found)) if other]
    if any(_findings(examination, found) != _findings(examination, other) for other in others):
        examination.type_open = not all(_rejects(examination, media_type) for media_type in (found, *others))
    if not examination.type_open:
        examination.extend(list(_findings(examination, examination.media_type)))


def settle_media_type(examination: Examination, *, picture: bool, sound: bool) -> None:
    """Return which tracks a container has, and judge its type by them."""
    found = examination.media_type or ""
    if sound and not picture:
        examination.media_type = SOUND.get(found, found)
    elif picture:
        examination.media_type = {**_PICTURE, **_EITHER}.get(found, found)
    close_media_type(examination)


def close_media_type(examination: Examination) -> None:
    """Judge the type by what is known, when it was left open."""
    if examination.type_open:
        examination.type_open = False
        examination.extend(list(_findings(examination, examination.media_type)))


def _rejects(examination: Examination, media_type: str) -> bool:
    return any(finding.severity is Severity.ERROR for finding in _findings(examination, media_type))


def _findings(examination: Examination, media_type: str | None) -> list[Finding]:
    promised = extension_type(examination.name)
    findings = list(judge_type(examination.rules, media_type))
    if examination.rules.get("type") is None and promised and promised != media_type:
        findings.append(
            Finding(
                "type.name",
                f"The name promises {promised}; the content is {media_type or 'of an unknown type'}.",
                FindingKind.TYPE,
                _severity_of_misnaming(promised, media_type),
                expected=promised,
                actual=media_type or "unknown",
            )
        )
    return findings


def _severity_of_misnaming(promised: str, found: str | None) -> Severity:
    """Related types under each other's names are common; a picture named as a video, or a page as a table, is not."""
    related = any({promised, found} <= group for group in _RELATED)
    texts = promised in TEXT_TYPES and found in TEXT_TYPES and (found not in _ANSWERS or promised in _FREE)
    return Severity.INFO if related or texts else Severity.ERROR
