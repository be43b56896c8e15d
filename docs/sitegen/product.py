"""The pages of metrics and of the faults that the demo product can produce on request (`misbehave`)."""

import dataclasses
import functools

from sitegen.markdown import table
from sitegen.settings import argument_docs
from sitegen.texts import load, translate


def metrics(language: str = "en") -> str:
    """Describe the metrics that are measured automatically."""
    from AIGCLibrary.monitoring.catalogue import BY_METRIC, MEASURED

    say = functools.partial(translate, language=language)
    texts = load("metrics")
    lines = [f"# {say('Metrics')}", "", texts["intro"][language], ""]
    rows = [
        (
            f"`{name}`",
            f"`{metric.name}`",
            say(KINDS[metric.kind.value]),
            UNITS.get(metric.unit, ""),
            texts[metric.name][language],
        )
        for name, metric in MEASURED.items()
    ]
    lines += [f"## {say('Objectives and their metrics')}", ""]
    lines += table([say(word) for word in ("Objective", "Metric", "Kind", "Unit", "Samples")], rows)
    more = [(f"`{name}`", text[language]) for name, text in texts["more"].items() if name not in BY_METRIC]
    lines += [f"## {say('Further metrics')}", "", *table([say("Metric"), say("Samples")], more)]
    return "\n".join(lines)


KINDS = {"share": "share", "mean": "mean", "ratio": "ratio of sums"}
UNITS = {"s": "s", "bytes": "bytes"}


def misbehave(language: str = "en") -> str:
    """Describe the keys of `misbehave`: of a task, of the studio, of a page."""
    from AIGCLibrary.misbehave.faults import OutputFault
    from AIGCLibrary.misbehave.meanings import meaning as meaning_of
    from AIGCLibrary.studio.misbehaviour import HttpBurst, Misbehaviour, UiQuirks

    say = functools.partial(translate, language=language)
    texts = load("misbehave")
    lines = [f"# {say('Faults of the studio: misbehave')}", "", texts["intro"][language].strip(), ""]
    for name, kind in (("misbehave", Misbehaviour), ("http_burst", HttpBurst), ("ui", UiQuirks)):
        described = argument_docs(kind.__doc__ or "", "Attributes")
        rows = []
        for field in dataclasses.fields(kind):
            example = texts["examples"].get(f"{name}.{field.name}", "")
            meaning = described.get(field.name) or texts["ui"].get(field.name, "")
            rows.append((f"`{field.name}`", f"`{example}`" if example else "", say(meaning)))
        lines += [f"## `{name}`", "", *table([say("Key"), say("Example"), say("Meaning")], rows)]
    rows = [(f"`{fault.value}`", meaning_of(fault.value, language)) for fault in OutputFault]
    lines += ["## `output`", "", *table([say("Value"), say("Produced file")], rows)]
    return "\n".join(lines)
