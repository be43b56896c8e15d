"""Relocation by a fixed protocol: any folder of old and new pages, so that others can judge it.

`python -m tests.bench relocate_folder FOLDER` reads pages as `tests/support/relocation_pairs.py` describes them (one
JSON object a page, as in the similo2 benchmark or with fingerprints of the page program, which
`python -m tests.bench relocate_pairs --snapshot FILE` writes). The shipped coefficients, guards and identity checks are
used as they are. Each target is looked for twice, on the page as it is and with the target removed, by a suite that
knows the page and by one that knows the target alone. `--details` lists everything that was not healed, and why.
"""

import argparse
from collections import Counter
from pathlib import Path

from tests.bench.figures import Figures
from tests.support import relocation_pairs as pairs

HEALED, FALSE = 80, 0.5
"""Bars in percent: of what is there, and of what is not or is something else."""


def main(argv: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench relocate_folder")
    parser.add_argument("folder", type=Path, help="folder of *.jsonl files, or one file")
    parser.add_argument("--details", action="store_true", help="list what was not healed, and why")
    parser.add_argument("--by-site", action="store_true", help="print a line for each page as well")
    args = parser.parse_args(argv)
    pages = pairs.read_folder(args.folder)
    if not pages:
        parser.error(f"{args.folder} holds no pages; it needs *.jsonl files with site, targets and candidates")
    asked = pairs.questions(pages)
    figures = Figures("relocate_folder")
    figures.note(f"{len(pages)} pages, {len(asked)} questions")
    tell_peers(figures, asked)
    for alone in (False, True):
        tell_healing(figures, [pairs.healing(one, alone) for one in asked], alone, args)
    tell_hits(figures, [hit for one in asked for hit in pairs.hits(one)], args)
    return figures.end()


def tell_peers(figures, asked):
    """Print what the peers do."""
    present = [one for one in asked if not one.removed]
    removed = [one for one in asked if one.removed]
    right = sum(map(pairs.by_similo, present))
    figures.note(f"Similo: right {right / len(present):.1%}, wrong {1 - right / len(present):.1%}, of removed 100 %")
    used = [(one, pairs.by_rule(one)) for one in present]
    right = sum(found == one.target["widget_id"] for one, found in used) / len(present)
    wrong = sum(found not in (None, one.target["widget_id"]) for one, found in used) / len(present)
    gone = sum(pairs.by_rule(one) is not None for one in removed) / len(removed)
    figures.note(f"same role and exact name, the only one: right {right:.1%}, wrong {wrong:.1%}, of removed {gone:.1%}")


def tell_healing(figures, found, alone, args):
    """Print what the library heals."""
    known = "the target alone" if alone else "the page"
    present = [one for one in found if not one.question.removed]
    removed = [one for one in found if one.question.removed]
    figures.note(f"a suite that knows {known}: {share(present, lambda x: x.place == 0)} first, "
                 f"{share(present, lambda x: x.place < 3)} among three, "
                 f"{share(present, lambda x: not x.acted)} refused")  # fmt: skip
    healed = sum(one.acted and one.right for one in present)
    figures.add(f"healed of {len(present)}", 100 * healed / len(present), HEALED, unit="%", better="higher")
    wrong = sum(one.acted and not one.right for one in present)
    figures.add(f"healed to a wrong one of {len(present)}", 100 * wrong / len(present), FALSE, unit="%")
    false = sum(one.acted for one in removed)
    figures.add(f"healed of {len(removed)} removed", 100 * false / len(removed), FALSE, unit="%")
    if args.by_site:
        for site in dict.fromkeys(one.question.page.site for one in found):
            here = [one for one in present if one.question.page.site == site]
            gone = [one for one in removed if one.question.page.site == site]
            right = share(here, lambda x: x.acted and x.right)
            wrong, false = sum(x.acted and not x.right for x in here), sum(x.acted for x in gone)
            figures.note(f"  {site}: {right} of {len(here)}, wrong {wrong}, of removed {false}")
    for one in found if args.details else ():
        if one.acted if one.question.removed else not (one.acted and one.right):
            asked = "REMOVED" if one.question.removed else f"place {one.place}"
            reported = f"{one.reason or 'HEALED'}; best {shown(one.best)} {one.probability} {one.second}"
            figures.note(f"  {one.question.page.site}: {shown(one.question.target)}: {asked}: {reported}")


def tell_hits(figures, found, args):
    """Print what becomes of selectors that still find one element."""
    wrong, right = [one for one in found if not one.right], [one for one in found if one.right]
    silent = [one for one in wrong if not one.doubt]
    doubted = [one for one in wrong if one.doubt and not one.refused]
    figures.note(f"{len(found)} selectors still find one element; another one than the target: {len(wrong)}")
    figures.add("wrong hits used without a word", len(silent), 0)
    figures.add("wrong hits used with a warning", len(doubted), 0)
    figures.add("right hits refused, element unchanged", sum(one.refused and one.unchanged for one in right), 0)
    figures.note(f"right hits refused of {len(right)}: {share(right, lambda x: x.refused)}")
    figures.note(f"right hits doubted {share(right, lambda x: x.doubt and not x.refused)}; of wrong hits by strategy: "
                 f"{dict(Counter(one.strategy for one in wrong))}")  # fmt: skip
    if args.details:
        for kind, hits in (("SILENT", silent), ("doubted", doubted), ("right, doubted", [x for x in right if x.doubt])):
            for one in hits:
                figures.note(f"  {kind} {one.question.page.site} {one.strategy}{' refused' if one.refused else ''}: "
                             f"{shown(one.question.target)} -> {shown(one.found)} {one.doubt[-90:]}")  # fmt: skip


def share(found, wanted):
    """Return the part of answers that is as wanted, in words."""
    return f"{sum(map(bool, map(wanted, found))) / max(len(found), 1):.1%}"


def shown(one):
    """Return an element in words."""
    said = one.get("name") or one.get("text") or one.get("label") or one.get("placeholder") or ""
    return f"{one.get('role') or one.get('tag')} '{str(said)[:40]}' {one.get('type') or ''} {one.get('twins') or ''}"
