"""`aigc fixes`: lists the suggestions of a run by cause, and applies the certain ones as a reviewable diff."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.project import add_language
from AIGCLibrary.cli.results import open_results

if TYPE_CHECKING:
    from AIGCLibrary.recovery.journal import Group
    from AIGCLibrary.recovery.patching import Patch

NAME = "fixes"
HELP = "List the fix suggestions of a run; --apply makes the certain ones"
EXITS = {0: "done", 1: "a fix was to be applied and could not be"}

PATCH = "fixes.patch"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "results",
        nargs="?",
        help="folder with aigc.db or output.xml (.json), such a file, or a store's URL (AIGC_STORE, else results)",
    )
    parser.add_argument("--apply", action="store_true", help="change the files; without it the diff is only shown")
    parser.add_argument(
        "--likely", action="store_true", help="the likely ones that name a file too, not only the certain"
    )
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="where the files are (default: here)")
    parser.add_argument("--run", metavar="ID", help="run; the latest one otherwise")
    parser.add_argument("--json", action="store_true", help="print JSON for a machine")
    parser.add_argument("--github", action="store_true", help="print annotations of GitHub Actions, beside the lines")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """List, write the diff, apply.

    Returns:
        0; 1 when something was to be applied and could not be.
    """
    from AIGCLibrary.cli.terminal import language
    from AIGCLibrary.monitoring.runs import run_title, wanted_run
    from AIGCLibrary.recovery.journal import groups
    from AIGCLibrary.recovery.model import Applicability
    from AIGCLibrary.recovery.patching import make_patch

    place = Path(args.results or "results")
    store, run_id = open_results(args.results, NAME, args.run)
    try:
        run_id = wanted_run(store, run_id)
        found = groups(store, run_id)
        title = run_title(store, run_id, language(args.language))
    finally:
        store.close()
    lang = language(args.language)
    wanted = [Applicability.CERTAIN, *([Applicability.LIKELY] if args.likely else [])]
    patch = make_patch(_edits(found, wanted), args.root)
    diff = patch.diff()
    _print(args, run_id, title, found, patch, lang)
    kept = _keep(diff, place)
    if args.apply:
        for path in patch.write():
            print(_text("changed", lang, file=path))
    elif diff and not args.json and not args.github:
        print(_text("how_kept", lang, file=kept) if kept else _text("how", lang))
    _complain(patch, lang)
    return int(bool(args.apply and patch.refused))


def _complain(patch: "Patch", lang: str) -> None:
    """Print what cannot be applied and why; beside the output that a machine reads."""
    from AIGCLibrary.cli.terminal import paragraph
    from AIGCLibrary.recovery.patching import MissingError

    for edit, reason in patch.refused:
        print(_text("refused", lang, file=edit.file or "?", reason=reason.text_in(lang)), file=sys.stderr)
    if any(isinstance(reason, MissingError) for _, reason in patch.refused):
        print(paragraph(_text("root", lang, root=patch.root)), file=sys.stderr)


def _keep(diff: str, place: Path) -> Path | None:
    """Write the diff into the folder of the results; returns the file, None where nothing is written."""
    if not diff or not place.is_dir():
        return None
    file = place / PATCH
    file.write_text(diff, encoding="utf-8")
    return file


def _print(args: argparse.Namespace, run_id: str, title: str, found: "list[Group]", patch: "Patch", lang: str) -> None:
    """Print the suggestions in the form that was asked for."""
    from AIGCLibrary.recovery.model import Applicability

    diff = patch.diff()
    if args.github:
        from AIGCLibrary.cli.fixes_github import annotations

        for annotation in annotations(found, lang):
            print(annotation)
    elif args.json:
        _print_json(run_id, found, patch, lang)
    else:
        _show(title, found, lang)
        likely = 0 if args.likely else _count(found, [Applicability.LIKELY], args.root)
        if diff or not (likely or patch.refused):
            print(diff or _text("nothing" if found else "none", lang))
        if likely:
            print(_text("likely", lang, count=likely))


def _edits(found: "list[Group]", wanted: list[Any]) -> list[Any]:
    return [edit for group in found if (edit := _chosen(group, wanted)) is not None]


def _count(found: "list[Group]", wanted: list[Any], root: Path) -> int:
    """Count the edits that could be made today: the text they change still stands where they say."""
    from AIGCLibrary.recovery.patching import make_patch

    return sum(bool(make_patch([edit], root).diff()) for edit in _edits(found, wanted))


def _chosen(group: "Group", wanted: list[Any]) -> Any:
    """Return the best edit of a group: of rivals only one can be right."""
    for advice in group.advice:
        if advice.edit is not None and advice.edit.file and advice.applicability in wanted:
            return advice.edit
    return None


def _show(title: str, found: "list[Group]", lang: str) -> None:
    """Print the suggestions as a list: names, places and texts to copy have lines of their own, never broken.

    A cause or place that several suggestions of a failure share is printed once.
    """
    from AIGCLibrary.cli.terminal import paragraph
    from AIGCLibrary.monitoring.report.facts import with_trust

    print(title)
    for number, group in enumerate(found, 1):
        print()
        for index, test in enumerate(group.tests):
            print(f"{number:>3}. {test}" if index == 0 else f"     {test}")
        before = ""
        for advice, following in zip(group.advice, [*(after.place for after in group.advice[1:]), None], strict=True):
            cause = f"[{_cause_class(advice.cause_class, lang)}] {advice.cause(lang)}"
            if cause != before:
                print(paragraph(cause, "     "))
            print(paragraph(f"→ {with_trust(advice.fix(lang), advice.applicability.value, lang)}", "     ", "       "))
            if advice.place and advice.place != following:
                print(f"       {advice.place}")
            before = cause
    print()


def _cause_class(name: str, lang: str) -> str:
    from AIGCLibrary.recovery.model import Cause

    return Cause(name).text.render(lang) if name in {cause.value for cause in Cause} else name


def _print_json(run_id: str, found: "list[Group]", patch: "Patch", lang: str) -> None:
    from dataclasses import asdict

    from AIGCLibrary.cli.terminal import print_json

    data = {
        "run": run_id,
        "groups": [
            {
                "tests": group.tests,
                "message": group.message,
                "suggestions": [
                    {
                        "cause_class": advice.cause_class,
                        "cause": advice.cause(lang),
                        "fix": advice.fix(lang),
                        "applicability": advice.applicability.value,
                        "verified": advice.verified,
                        "place": advice.place,
                        "edit": asdict(advice.edit) if advice.edit else None,
                    }
                    for advice in group.advice
                ],
            }
            for group in found
        ],
        "diff": patch.diff(),
        "root": str(patch.root),
        "refused": [
            {"file": edit.file, "line": edit.line, "reason": reason.text_in(lang)} for edit, reason in patch.refused
        ],
    }
    print_json(data)


def _text(name: str, lang: str, **values: object) -> str:
    from AIGCLibrary.i18n import Text

    return Text(f"recovery.fixes.{name}", **values).render(lang)
