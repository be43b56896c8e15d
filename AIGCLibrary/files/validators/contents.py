"""Judges what is in an archive: the manifest against the files, and files by rule sets of their own, in parallel."""

import fnmatch
import json
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import Finding, FindingKind, Severity
from AIGCLibrary.files.rules.book import RuleSet
from AIGCLibrary.files.zips.directory import Directory
from AIGCLibrary.files.zips.entry import ZipEntry
from AIGCLibrary.files.zips.extract import read_entry, write_entry

LARGEST_MANIFEST = 32 << 20
WORKERS = 4


def judge_contents(examination: Examination, path: Path, directory: Directory, hashes: Mapping[str, str]) -> None:
    """Judge the manifest and the nested files of an archive that is whole and safe.

    Args:
        examination: The archive's examination; takes the findings.
        path: The archive.
        directory: Its directory.
        hashes: SHA-256 of entries, where they are known.
    """
    rules = examination.rules
    if manifest := rules.get("archive", "manifest"):
        examination.extend(list(_manifest(manifest, path, directory, hashes)))
    chosen = list(_chosen(examination, directory))
    if not chosen:
        return
    with tempfile.TemporaryDirectory(prefix=".nested-", dir=path.parent) as folder:
        with ThreadPoolExecutor(min(WORKERS, len(chosen)), thread_name_prefix="aigc-nested") as pool:
            jobs = [
                pool.submit(_judge_one, examination, path, entry, own, Path(folder) / str(number))
                for number, (entry, own) in enumerate(chosen)
            ]
        nested = [job.result() for job in jobs]
    for inner in nested:
        for finding in inner.findings:
            place = f"entry {inner.name}" + (f", {finding.place}" if finding.place else "")
            examination.add(replace(finding, place=place))
    examination.section("archive")["nested"] = [
        {"name": inner.name, "media_type": inner.media_type, "facts": inner.facts, "ok": not inner.failed}
        for inner in nested
    ]
    _twin_images(examination, nested)


def _chosen(examination: Examination, directory: Directory) -> Iterator[tuple[ZipEntry, RuleSet]]:
    """Return the entries that are looked into: those with rules of their own, and archives within the depth."""
    rules = examination.rules
    own: Mapping[str, Any] = rules.get("archive", "rules") or {}
    depth = rules.get("archive", "depth") or 0
    for entry in directory.entries:
        if entry.is_folder or entry.is_encrypted or entry.is_link:
            continue
        found = next((value for pattern, value in own.items() if fnmatch.fnmatchcase(entry.name, pattern)), None)
        if found is not None:
            yield entry, RuleSet(entry.name, found, rules.directory)
        elif entry.name.lower().endswith(".zip") and examination.depth < depth:
            yield entry, RuleSet(entry.name, {"archive": rules.get("archive") or {}}, rules.directory)
        elif entry.name.lower().endswith(".zip") and depth:
            message = f"Archive '{entry.name}' lies deeper than {depth}; it was not looked into."
            examination.add(entry.finding("zip.depth", message, FindingKind.UNSAFE))


def _judge_one(outer: Examination, path: Path, entry: ZipEntry, rules: RuleSet, target: Path) -> Examination:
    from AIGCLibrary.files.evaluation import judge_file

    target.mkdir()
    file = target / Path(entry.name).name
    inner = Examination(entry.name, rules, depth=outer.depth + 1, stop=outer.stop, limits=outer.limits)
    inner.readers, inner.work = outer.readers, outer.work
    problem = write_entry(path, entry, file)
    if problem is not None:
        inner.add(problem)
        return inner
    judge_file(inner, file)
    file.unlink()
    return inner


def _twin_images(examination: Examination, nested: list[Examination]) -> None:
    demand = examination.rules.demand("quality", "duplicates")
    prints = [
        (inner.name, inner.facts["media"]["dhash"]) for inner in nested if inner.facts.get("media", {}).get("dhash")
    ]
    if demand is None or not prints:
        return
    twins = []
    for index, (name, dhash) in enumerate(prints):
        other = next((n for n, p in prints[:index] if (int(p, 16) ^ int(dhash, 16)).bit_count() <= 2), None)
        if other:
            twins.append((name, other))
    examination.section("quality")["duplicates"] = len(twins)
    if not demand.holds(len(twins)):
        pairs = ", ".join(f"'{a}' like '{b}'" for a, b in twins[:5])
        examination.report(
            "quality.duplicates", f"{len(twins)} images are near-duplicates: {pairs}.", FindingKind.QUALITY,
            expected=str(demand), actual=str(len(twins)),
        )  # fmt: skip


def _manifest(
    wanted: Mapping[str, Any], path: Path, directory: Directory, hashes: Mapping[str, str]
) -> Iterator[Finding]:
    import jmespath

    file = wanted["file"]
    by_name = {entry.name: entry for entry in directory.entries if not entry.is_folder}
    if file not in by_name:
        yield Finding("archive.manifest", f"The manifest '{file}' is missing.", expected=file, place=f"entry {file}")
        return
    if by_name[file].size > LARGEST_MANIFEST:
        yield Finding(
            "archive.manifest",
            f"The manifest '{file}' is larger than 32 MB.",
            FindingKind.TOO_LARGE,
            place=f"entry {file}",
        )
        return
    try:
        data = json.loads(read_entry(path, by_name[file]))
    except (ValueError, RecursionError) as error:
        yield Finding(
            "archive.manifest", f"The manifest is no JSON: {error}.", FindingKind.CORRUPT, place=f"entry {file}"
        )
        return
    rows = jmespath.search(wanted.get("files", "files"), data)
    if not isinstance(rows, list):
        yield Finding(
            "archive.manifest", f"The manifest has no list '{wanted.get('files', 'files')}'.", place=f"entry {file}"
        )
        return
    listed = set()
    for row in rows:
        name = jmespath.search(wanted.get("name", "name"), row) if isinstance(row, Mapping) else row
        listed.add(name)
        yield from _row(wanted, row, str(name), by_name.get(str(name)), hashes)
    yield from _manifest_counts(wanted, data, by_name, listed)


def _row(
    wanted: Mapping[str, Any], row: Any, name: str, entry: ZipEntry | None, hashes: Mapping[str, str]
) -> Iterator[Finding]:
    import jmespath

    if entry is None:
        yield Finding(
            "archive.manifest", f"The manifest lists '{name}', which is not in the archive.", place=f"entry {name}"
        )
        return
    if not isinstance(row, Mapping):
        return
    size = jmespath.search(wanted.get("size", "size"), row)
    if size is not None and size != entry.size:
        yield entry.finding(
            "archive.manifest_size", f"'{name}' has {entry.size} bytes; the manifest says {size}.", FindingKind.HASH,
            expected=str(size), actual=str(entry.size), unit="bytes",
        )  # fmt: skip
    digest = jmespath.search(wanted.get("sha256", "sha256"), row)
    if digest and hashes.get(name) and str(digest).lower() != hashes[name]:
        yield entry.finding(
            "archive.manifest_hash", f"The SHA-256 of '{name}' is not the one in the manifest.", FindingKind.HASH,
            expected=str(digest), actual=hashes[name],
        )  # fmt: skip


def _manifest_counts(
    wanted: Mapping[str, Any], data: Any, by_name: Mapping[str, ZipEntry], listed: set[Any]
) -> Iterator[Finding]:
    import jmespath

    if count := wanted.get("count"):
        stated = jmespath.search(count, data)
        there = sum(fnmatch.fnmatchcase(name, wanted.get("counted", "*")) for name in by_name)
        if stated != there:
            yield Finding(
                "archive.manifest_count", f"The manifest states {stated} files, the archive has {there}.",
                expected=str(stated), actual=str(there), place=f"entry {wanted['file']}",
            )  # fmt: skip
    if wanted.get("complete"):
        for name in [name for name in by_name if name not in listed and name != wanted["file"]][:20]:
            yield Finding(
                "archive.manifest", f"'{name}' is not in the manifest.", severity=Severity.ERROR, place=f"entry {name}"
            )
