"""Shows what came of the mutants: a table, JSON, and a page in the manner of slo.html."""

import base64
import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

from AIGCLibrary._version import __version__
from AIGCLibrary.cli.mutate_catalogue import NO_KIND, Mutant
from AIGCLibrary.cli.mutate_runs import TOP
from AIGCLibrary.cli.mutate_score import Fate, JudgedMutant, MutationScore, first_line
from AIGCLibrary.cli.terminal import show as print_table
from AIGCLibrary.cli.terminal import table, text
from AIGCLibrary.i18n import Text, in_language, series
from AIGCLibrary.misbehave.meanings import meaning
from AIGCLibrary.units import format_share

REASONS = ("no_data", "no_file", "no_task", "not_played")


def as_dict(found: MutationScore) -> dict[str, Any]:
    """Return it as JSON data."""
    return {
        "score": round(found.score, 1),
        "killed": found.count(Fate.KILLED),
        "survived": found.count(Fate.SURVIVED),
        "not_applicable": found.count(Fate.NOT_APPLICABLE),
        "by_ability": {
            name: {"killed": killed, "applicable": all_, "score": round(score, 1)}
            for name, (killed, all_, score) in found.by_ability().items()
        },
        "by_test": found.by_test(),
        "files_not_downloaded": list(found.unfit),
        "mutants": [_mutant_dict(judged_mutant) for judged_mutant in found.judged],
    }


def _mutant_dict(judged_mutant: JudgedMutant) -> dict[str, Any]:
    line = judged_mutant.line
    return {
        "name": judged_mutant.mutant.title,
        "scenario": judged_mutant.mutant.scenario,
        "ability": judged_mutant.mutant.ability,
        "result": str(judged_mutant.fate),
        "killed_by": [{"test": test, "message": message} for test, message in judged_mutant.killers],
        "reason": judged_mutant.reason or None,
        "line": None
        if line is None
        else {
            "text": line.text,
            "where": line.where,
            "test": line.test,
            "message": line.message,
            "kills": line.kills,
        },
    }


def show(found: MutationScore, lang: str, page: Path) -> None:
    """Print the table."""
    made = table(*(text(f"mutate.{name}", lang) for name in ("mutant", "fate", "test", "message")))
    for judged_mutant in sorted(found.judged, key=lambda judged_mutant: list(Fate).index(judged_mutant.fate)):
        test, message = judged_mutant.killers[0] if judged_mutant.killers else ("", "")
        said = {
            Fate.KILLED: message,
            Fate.SURVIVED: _line(judged_mutant, lang),
            Fate.NOT_APPLICABLE: reason(judged_mutant, lang),
        }[judged_mutant.fate]
        named = _of_kind(judged_mutant.mutant, judged_mutant.mutant.scenario, lang)
        made.add_row(named, text(f"mutate.{judged_mutant.fate}", lang), _last(test), said)
    print_table(made)
    print(summary(found, lang))
    if found.unfit:
        print(text("mutate.unfit", lang, kinds=series(found.unfit)))
    print(text("mutate.page", lang, path=page))


def summary(found: MutationScore, lang: str) -> str:
    """Return the result in one line."""
    killed, survived = found.count(Fate.KILLED), found.count(Fate.SURVIVED)
    return text(
        "mutate.summary",
        lang,
        killed=killed,
        all=killed + survived,
        score=f"{found.score:.1f}",
        survived=survived,
        skipped=found.count(Fate.NOT_APPLICABLE),
    )


def reason(judged_mutant: JudgedMutant, lang: str) -> str:
    """Return why a mutant is not applicable."""
    return (
        text(f"mutate.reasons.{judged_mutant.reason}", lang)
        if judged_mutant.reason in REASONS
        else in_language(judged_mutant.reason, lang)
    )


def write_page(found: MutationScore, lang: str, least: float) -> str:
    """Return the page: one file that needs nothing else, light and dark."""
    from markupsafe import Markup

    from AIGCLibrary.jinja import package_environment

    style = (resources.files("AIGCLibrary.monitoring.report") / "templates" / "slo.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return str(
        package_environment("AIGCLibrary.cli", "pages")
        .get_template("mutants.html")
        .render(
            found=found,
            fates=[(fate, found.count(fate)) for fate in Fate],
            of={fate: [judged_mutant for judged_mutant in found.judged if judged_mutant.fate is fate] for fate in Fate},
            fate=Fate,
            least=least,
            title=lambda mutant: _title(mutant, lang),
            reason=lambda mutant: reason(mutant, lang),
            last=_last,
            below=lambda test: test.removeprefix(f"{TOP}."),
            share=lambda percent: format_share(percent / 100),
            t=lambda key, **values: text(f"mutate.{key}", lang, **values),
            lang="zh-CN" if lang == "zh" else "en",
            style=Markup(style),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            version=__version__,
        )
    )


def _title(mutant: Mutant, lang: str) -> str:
    return _of_kind(mutant, meaning(mutant.fault, lang), lang)


def _of_kind(mutant: Mutant, said: str, lang: str) -> str:
    """Return a text about a mutant after the kind of tasks that it is played on; there is none where no task is met."""
    if mutant.kind == NO_KIND:
        return said
    return Text("cli.mutate.of_kind", kind=mutant.kind, said=said).render(lang)


def _line(judged_mutant: JudgedMutant, lang: str) -> str:
    line = judged_mutant.line
    if line is None:
        return text("mutate.unknown", lang)
    if not line.kills:
        return text("mutate.broken_short", lang, line=line.text, message=first_line(line.message))
    return text("mutate.line_short", lang, line=line.text, where=line.where)


def _last(test: str) -> str:
    return test.rpartition(".")[2]
