"""C2PA manifests (Content Credentials): present, unbroken and trusted are separate findings. Needs the extra `c2pa`."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from AIGCLibrary.errors import missing_extra
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.labels.manifest_boxes import TooManyBoxesError, may_hold_manifest
from AIGCLibrary.wording import NOT_MEASURED

TRUST = ("signingCredential.untrusted", "signingCredential.expired", "signingCredential.ocsp", "timeStamp.untrusted")
"""Codes that speak of who signed, not of whether the content was changed; so does every `….untrusted`."""
_OFFLINE = {
    "core": {"allowed_network_hosts": [], "allow_redirects": False, "decode_identity_assertions": False},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}
"""Settings of the reader: judging a file never opens a connection to an address that is written in it."""
_REMOTE = re.compile(r"must fetch remote manifests from url (?P<url>\S+)")
_NOTHING: dict[str, Any] = {"generator": None, "issuer": None, "source_types": [], "trust": []}
ISO_MEDIA = ("image/avif", "image/heic", "image/heif", "video/mp4", "video/quicktime", "audio/mp4")
SIGNABLE = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/heif",
    "image/gif",
    "image/tiff",
    "image/svg+xml",
    "video/mp4",
    "video/quicktime",
    "audio/mp4",
    "audio/mpeg",
    "audio/wav",
    "audio/flac",
    "video/x-msvideo",
    "application/pdf",
)


def judge_c2pa(examination: Examination, path: Path, wanted: str, *, trusted: bool) -> None:
    """Read the manifest of a file and judge it.

    Args:
        examination: Takes facts and findings.
        path: The file.
        wanted: `required`, `optional` or `forbidden`.
        trusted: The signer must be on the trust list.

    Raises:
        ConfigError: The package c2pa-python is not installed.
    """
    found = read_c2pa(path, examination.media_type)
    examination.section("labels")["c2pa"] = found
    if found is None:
        if wanted == "required":
            examination.report(
                "labels.c2pa",
                "The file carries no C2PA manifest.",
                FindingKind.LABEL_MISSING,
                expected="a manifest",
                actual="none",
                source="C2PA 2.2",
            )
        return
    if found.get("remote"):
        examination.report(
            "labels.c2pa.remote",
            f"The C2PA manifest is elsewhere ({found['remote']}); it was not fetched, so it was not checked.",
            FindingKind.LABEL_MISSING,
            severity=Severity.ERROR if wanted == "required" else Severity.INFO,
            expected="a manifest",
            actual=NOT_MEASURED,
            source="C2PA 2.2, 11.4",
        )
    if wanted == "forbidden":
        examination.report("labels.c2pa", "The file carries a C2PA manifest, and must not.", FindingKind.LABEL_INVALID)
    for code in found["integrity"]:
        examination.report(
            "labels.c2pa.integrity",
            f"The C2PA manifest does not fit the content: {code}.",
            FindingKind.LABEL_INVALID,
            expected="unbroken",
            actual=code,
            source="C2PA 2.2, 15",
        )
    for code in found["trust"]:
        examination.report(
            "labels.c2pa.trust",
            f"The signer of the C2PA manifest is not trusted: {code}.",
            FindingKind.LABEL_INVALID,
            severity=Severity.ERROR if trusted else Severity.INFO,
            expected="trusted",
            actual=code,
            source="C2PA 2.2, 14",
        )


def read_c2pa(path: Path, media_type: str | None) -> dict[str, Any] | None:
    """Read a manifest.

    Returns:
        `generator`, `issuer`, `source_types`, `integrity` and `trust` (codes of what is wrong), and `remote`,
        the address of a manifest that is not in the file and was not fetched; None without one.

    Raises:
        ConfigError: The package c2pa-python is not installed.
    """
    if media_type not in SIGNABLE:
        return None
    try:
        import c2pa  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError as error:
        raise missing_extra("c2pa-python", "c2pa", "Reading C2PA manifests") from error
    try:
        if media_type in ISO_MEDIA and not may_hold_manifest(path):
            return None
    except TooManyBoxesError as error:
        return {**_NOTHING, "integrity": [str(error)], "remote": None}
    try:
        with path.open("rb") as stream:
            context = c2pa.Context(c2pa.Settings.from_dict(_OFFLINE))
            reader = c2pa.Reader(media_type, stream, context=context)
            store = json.loads(reader.json())
            reader.close()
    except Exception as error:  # noqa: BLE001 - the library has many errors; what they say decides
        text = str(error)
        if "ManifestNotFound" in type(error).__name__ + text or "no JUMBF" in text:
            return None
        elsewhere = _REMOTE.search(text)
        integrity = [] if elsewhere else [text[:200]]
        remote = elsewhere["url"] if elsewhere else None
        return {**_NOTHING, "integrity": integrity, "remote": remote}
    return _digest(store)


def _digest(store: Mapping[str, Any]) -> dict[str, Any]:
    active = store.get("manifests", {}).get(store.get("active_manifest"), {})
    codes = list(dict.fromkeys(_failures(store)))
    generator = active.get("claim_generator_info") or [{}]
    return {
        "generator": active.get("claim_generator") or generator[0].get("name"),
        "issuer": (active.get("signature_info") or {}).get("issuer"),
        "system": _system(active),
        "time": (active.get("signature_info") or {}).get("time") or next(_values(active, "when"), None),
        "instance": active.get("instance_id") or store.get("active_manifest"),
        "source_types": sorted(set(_values(active, "digitalSourceType"))),
        "integrity": [code for code in codes if not _is_trust(code)],
        "trust": [code for code in codes if _is_trust(code)],
        "state": store.get("validation_state"),
    }


def _is_trust(code: str) -> bool:
    return code.startswith(TRUST) or code.endswith(".untrusted")


def _failures(store: Mapping[str, Any]) -> Iterator[str]:
    results = store.get("validation_results") or {}
    for failure in (results.get("activeManifest") or {}).get("failure") or []:
        yield str(failure.get("code"))
    for delta in results.get("ingredientDeltas") or []:
        for failure in (delta.get("validationDeltas") or {}).get("failure") or []:
            yield str(failure.get("code"))
    if not results:
        for status in store.get("validation_status") or []:
            yield str(status.get("code"))


def _system(manifest: Mapping[str, Any]) -> str | None:
    """Return name and version of the system that made the content; None where one of both is missing."""
    agents = [info for action in _actions(manifest) if isinstance(info := action.get("softwareAgent"), Mapping)]
    for info in (*agents, *(manifest.get("claim_generator_info") or [])):
        if info.get("name") and info.get("version"):
            return f"{info['name']} {info['version']}"
    return None


def _values(manifest: Mapping[str, Any], key: str) -> Iterator[str]:
    return (str(action[key]) for action in _actions(manifest) if action.get(key))


def _actions(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for assertion in manifest.get("assertions") or []:
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            yield from assertion.get("data", {}).get("actions") or []
