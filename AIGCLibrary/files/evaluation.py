"""Judges a file that lies on the disk: type, structure, rules, labels, quality."""

import hashlib
from pathlib import Path

from AIGCLibrary.content.formats import TEXT_TYPES, extension_type
from AIGCLibrary.content.sniff import HEAD
from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.media_type import close_media_type, judge_media_type
from AIGCLibrary.files.rules.judge import judge
from AIGCLibrary.files.rules.missing import missing_facts, missing_sections
from AIGCLibrary.files.rules.vocabulary import AMOUNTS, WORDS, watched_sections
from AIGCLibrary.files.validators import Validator, Validators
from AIGCLibrary.wording import NOT_MEASURED

PIECE = 1 << 20
_BY_DECODER = (
    "application/zip",
    "audio/mpeg",
    "audio/aac",
    "audio/ogg",
    "video/x-",
    "video/mpeg",
    "video/webm",
    "image/x-tga",
)
HASHES = ("sha256", "sha1", "md5")


def judge_file(examination: Examination, path: Path, validators: Validators | None = None) -> None:
    """Judge a whole file.

    Args:
        examination: Takes facts and findings.
        path: The file.
        validators: The known validators.
    """
    validator = examine(examination, path, validators or Validators())
    inspect(examination, validator, path)
    analyse(examination, path)
    conclude(examination)


def examine(examination: Examination, path: Path, validators: Validators) -> Validator:
    """Do for a file on the disk what is otherwise done while it arrives: type, structure, hashes."""
    size = path.stat().st_size
    examination.length = examination.facts["size"] = size
    with LocalReader(path) as reader:
        recognise(examination, reader.read(0, HEAD), validators)
        validator = validators.of(examination)
        if size:
            validator.peek(reader)
    _feed(examination, path, validator)
    return validator


def recognise(examination: Examination, head: bytes, validators: Validators) -> None:
    """Find the type by content, refined by the name among texts, and judge it."""
    examination.head = head
    examination.media_type = validators.sniff(head)
    promised = extension_type(examination.name)
    if (
        examination.media_type in TEXT_TYPES
        and promised in TEXT_TYPES
        and _may_be(examination.media_type or "", promised or "")
    ):
        examination.media_type = promised
    if examination.media_type is None and promised and promised.startswith(_BY_DECODER):
        examination.media_type = promised  # something may stand before it; its end, or the decoder, decides
    if examination.media_type == "image/jpeg" and promised == "video/x-motion-jpeg":
        examination.media_type = promised  # the first picture of a film is one like any other
    examination.facts["name"] = Path(examination.name).name
    if not head:
        examination.report(
            "empty", "The file is empty.", FindingKind.TRUNCATED, expected="> 0", actual="0", unit="bytes"
        )
    else:
        judge_media_type(examination)


def wanted_hashes(examination: Examination) -> list[str]:
    """Return which hashes are needed: SHA-256, those the rules name, and those that were announced."""
    named = {name for name in HASHES if examination.rules.get(name) is not None}
    return [name for name in HASHES if name == "sha256" or name in named or name in examination.announced]


def inspect(examination: Examination, validator: Validator, path: Path) -> None:
    """Look into the whole file, unless its structure is known to be broken."""
    examination.stop.check()
    examination.facts["size"] = path.stat().st_size
    if validator.name != "none":
        examination.judged.add("intact")
    if examination.media_type is not None and not is_broken(examination):
        validator.look(path)


def analyse(examination: Examination, path: Path) -> None:
    """Look, listen and read the labels, where the rules ask for it."""
    if is_broken(examination) or examination.work.exceeded:
        return
    media_type = examination.media_type or ""
    if not examination.encrypted and media_type.startswith(("video/", "audio/")) and _asks_for_quality(examination):
        from AIGCLibrary.files.quality.media import judge_media

        judge_media(examination, path)
    if examination.rules.get("labels"):
        from AIGCLibrary.files.labels.judge import judge_labels

        judge_labels(examination, path)
    if examination.rules.get("sound"):
        from AIGCLibrary.files.hearing.rules import judge_sound

        judge_sound(examination, path)
    if any(examination.rules.get(section) for section in ("labels", "judge", *watched_sections())):
        from AIGCLibrary.files.viewing import view

        view(examination, path)


def conclude(examination: Examination) -> None:
    """Hold the demands on single values against all that is known, and report what was not measured."""
    rules, facts, media_type = examination.rules, examination.facts, examination.media_type
    close_media_type(examination)
    broken = is_broken(examination)
    examination.extend(list(judge(rules, facts)))
    examination.extend(list(judge(rules.section("quality"), facts, AMOUNTS, prefix="quality.")))
    if rules.get("intact") == "decoded" and not broken:
        _report_undecoded(examination)
    elif facts.get("size") and not broken and "intact" not in examination.judged and not _compared(examination):
        message = f"Whether it is whole was not measured: {_nothing_reads(media_type)}."
        examination.report("intact", message, FindingKind.RULE, severity=Severity.WARNING, actual=NOT_MEASURED)
    if rules.get("quality", "scan") == "off":
        examination.unmeasured.update(quality="`quality.scan` is off", sound="`quality.scan` is off")
    examination.extend(list(missing_facts(rules, facts, examination.unmeasured, media_type, broken=broken)))
    examination.extend(
        list(missing_sections(rules, examination.judged, examination.unmeasured, media_type, broken=broken))
    )


def _report_undecoded(examination: Examination) -> None:
    """Report that a file which is to be decoded as a whole was not."""
    why = examination.unmeasured.get("quality")
    if not why and "intact" not in examination.judged:
        why = _nothing_reads(examination.media_type)
    if why:
        message = f"Whether all of it can be decoded was not measured: {why}."
        examination.report("intact", message, FindingKind.RULE, expected="decoded", actual=NOT_MEASURED)


def _compared(examination: Examination) -> bool:
    """Report whether a hash shows that the file is the one that was meant."""
    return any(name in examination.announced or examination.rules.get(name) is not None for name in HASHES)


def _nothing_reads(media_type: str | None) -> str:
    return f"nothing here reads a file of type {media_type or 'unknown'}"


def _asks_for_quality(examination: Examination) -> bool:
    rules = examination.rules
    if rules.get("intact") == "decoded":
        return True
    demanded = (name for name in rules.data if name in WORDS and WORDS[name].fact.startswith("sound."))
    return rules.get("quality", "scan") != "off" and bool(rules.get("quality") or any(demanded))


def is_broken(examination: Examination) -> bool:
    """Report whether the structure is known to be broken, so that decoding it would only repeat that."""
    kinds = (FindingKind.CORRUPT, FindingKind.TRUNCATED, FindingKind.UNSAFE, FindingKind.TYPE)
    return any(f.severity is Severity.ERROR and f.kind in kinds for f in examination.findings)


def _feed(examination: Examination, path: Path, validator: Validator) -> None:
    digests = {name: hashlib.new(name, usedforsecurity=False) for name in wanted_hashes(examination)}
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    judging = validator.feeds and not is_broken(examination)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            examination.stop.check()
            for digest in digests.values():
                digest.update(view[:count])
            if judging:
                validator.take(view[:count])
    if judging:
        validator.end()
    examination.facts["hashes"] = {name: digest.hexdigest() for name, digest in digests.items()}


def _may_be(found: str, promised: str) -> bool:
    """Report whether a text of a found type can be what its name promises."""
    specific = {
        "application/json",
        "application/x-ndjson",
        "text/html",
        "application/xml",
        "text/vtt",
        "application/x-subrip",
    }
    if found in ("application/json", "application/x-ndjson") and promised in (
        "application/json",
        "application/x-ndjson",
    ):
        return True
    if found == "text/plain":
        return promised not in ("text/html", "application/xml")
    return found not in specific or promised in ("text/plain", "text/markdown")
