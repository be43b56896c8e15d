"""Checks files for the command line: progress while it works, then verdicts, JSON or a page."""

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from AIGCLibrary.cli.masking import command_redactor
from AIGCLibrary.cli.project import find_config
from AIGCLibrary.cli.terminal import print_json, text
from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ConfigError, FileError
from AIGCLibrary.files.finding import Severity
from AIGCLibrary.files.html import report_html
from AIGCLibrary.files.progress import progress
from AIGCLibrary.files.report import FileReport
from AIGCLibrary.files.rules.book import overlay
from AIGCLibrary.files.sarif import sarif_of
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.i18n import ENGLISH, render
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.units import format_size
from AIGCLibrary.wording import sentence

_MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.INFO: "·"}


def check(args: argparse.Namespace) -> int:
    """Judge the files of the arguments; 0: all accepted, 1: one rejected, 2: one could not be fetched."""
    with tempfile.TemporaryDirectory(prefix="aigc-check-") as folder:
        store = f"sqlite:///{Path(folder).as_posix()}/check.db"
        settings = Settings.load(find_config(args.config), {"store": store, "language": args.language})
        engine = Engine(settings, redactor=command_redactor())
        for path in args.load:  # beside those of the settings, which an argument would replace
            engine.files.rules.load(path)
        return _check(engine, args)


def _check(engine: Engine, args: argparse.Namespace) -> int:
    try:
        outcomes = _judge(engine, args)
        if args.json:
            documents = [_document(outcome) for outcome in outcomes]
            print_json(documents if len(documents) > 1 else documents[0])
        else:
            for source, outcome in zip(args.sources, outcomes, strict=True):
                _tell(engine, source, outcome)
        if args.sarif:
            version = metadata.version("robotframework-aigclibrary")
            log = engine.redactor.data(sarif_of(zip(args.sources, outcomes, strict=True), version))
            Path(args.sarif).write_text(json.dumps(log, ensure_ascii=False, indent=1), encoding="utf-8")
        if args.html:
            _page(Path(args.html), engine, outcomes)
    finally:
        engine.close()
    if any(isinstance(outcome, FileError) for outcome in outcomes):
        return 2
    return 0 if all(outcome.success for outcome in outcomes if isinstance(outcome, FileReport)) else 1


def _judge(engine: Engine, args: argparse.Namespace) -> list[Any]:
    rules = engine.files.rules.get(args.rules)  # a mistake in the rules is reported before anything is fetched
    if args.law:
        named = f"{rules.name}, law {args.law}"
        rules = replace(rules, name=named, data=overlay(rules.data, {"labels": {"law": args.law}}))
    with progress(engine.bus, shown=sys.stderr.isatty()):
        return engine.loop.run(
            engine.files.process_all(
                _sources(args, engine.redactor),
                workers=args.workers,
                rules=rules,
                max_size=args.max_size,
                extract_dir=args.extract_to,
                keep_temp="always" if args.keep else "never",
                pictures=bool(args.html),
            )
        )


def _sources(args: argparse.Namespace, redactor: Redactor) -> list[dict[str, Any]]:
    """Return each source the headers, which go to its own origin and not where a redirect may lead."""
    headers = {}
    for line in args.header:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise ConfigError(f"--header '{line.split()[0] if line.split() else line}' is not 'Name: value'.")
        headers[name.strip()] = value.strip()
    redactor.add_headers(headers)
    return [
        {"source": source, "connection": Connection(source, headers=headers, verify=not args.insecure)}
        if source.startswith(("http://", "https://"))
        else {"source": source}
        for source in args.sources
    ]


def _tell(engine: Engine, source: str, outcome: FileReport | FileError) -> None:
    if isinstance(outcome, FileError):
        print(f"✗ {engine.redactor.text(source)}\n    {engine.redactor.text(outcome.text_in(engine.language))}")
        if outcome.hint:
            print(f"    → {engine.text(outcome.hint)}")
        return
    media = outcome.facts.get("media", {})
    facts = [outcome.media_type or text("unknown_type", engine.language), format_size(outcome.size)]
    facts += [str(media[name]) for name in ("resolution", "video_codec", "audio_codec") if media.get(name)]
    facts += [f"{media['duration']:.2f} s"] if media.get("duration") else []
    if outcome.early:
        facts.append(text("rejected_early", engine.language, saved=format_size(outcome.traffic["saved"])))
    print(f"{'✓' if outcome.success else '✗'} {engine.redactor.text(source)}\n    {', '.join(facts)}")
    for finding in outcome.findings:
        said = engine.redactor.text(str(render(sentence(finding.as_dict()), engine.language)))
        place = f" ({finding.place})" if finding.place and engine.language == ENGLISH else ""
        print(f"    {_MARKS[finding.severity]} {finding.rule}: {said}{place}")
    for path in outcome.files if outcome.path is None or Path(outcome.path) != Path(source) else []:
        print(f"    → {path}")


def _document(outcome: FileReport | FileError) -> dict[str, Any]:
    if isinstance(outcome, FileReport):
        return outcome.as_dict()
    error = {"code": outcome.code, "message": outcome.message}
    return {"version": 1, "success": False, "source": outcome.facts.get("source"), "error": error}


def _page(path: Path, engine: Engine, outcomes: list[Any]) -> None:
    blocks = [report_html(outcome, engine.language) for outcome in outcomes if isinstance(outcome, FileReport)]
    head = '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    path.write_text(engine.redactor.text(head + "\n".join(blocks)), encoding="utf-8")
