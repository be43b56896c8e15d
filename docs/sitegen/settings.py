"""The page of settings and the page of events, from the docstrings of their classes."""

import dataclasses
import inspect
import re
import textwrap

from sitegen.markdown import table
from sitegen.texts import translate

VARIABLES = {
    "AIGC_CONFIG": "Config file (`aigc.yaml`)",
    "AIGC_RUN": "Another name of AIGC_RUN_ID: the launches on several machines that are one run",
    "AIGC_BROWSER": "Path of the browser to start, instead of an installed one",
    "AIGC_DASHBOARD_TOKEN": "Token that visitors of the dashboard must send; required when it listens beyond this "
    "machine",
    "AIGC_BROWSER_ARGS": "More arguments for the browser, separated by spaces",
}
PRECEDENCE = "If a setting is made in several places, the first of these wins:"
ORDER = "import argument > `AIGC_*` environment variable > config file > default"
MORE = "`AIGC_CONFIG` names a config file for all suites. For the commands and the browser:"


def settings(language: str = "en") -> str:
    """Describe the settings: import argument, YAML key, environment variable, default."""
    from AIGCLibrary.config import _ENVIRONMENT, Settings

    described = argument_docs(Settings.__doc__ or "")
    rows = []
    for field in dataclasses.fields(Settings):
        if field.name == "arguments":
            continue  # records where the others came from
        variable = f"`AIGC_{field.name.upper()}`" if field.name in _ENVIRONMENT else ""
        default = "" if field.default in (None, dataclasses.MISSING, (), "") else f"`{field.default}`"
        rows.append((f"`{field.name}`", variable, default, translate(described.get(field.name, ""), language)))
    headings = [translate(word, language) for word in ("Setting", "Environment variable", "Default", "Meaning")]
    variables = [(f"`{name}`", translate(meaning, language)) for name, meaning in VARIABLES.items()]
    lines = [
        f"# {translate('Settings', language)}",
        "",
        translate(PRECEDENCE, language),
        "",
        translate(ORDER, language),
    ]
    lines += ["", *table(headings, rows), translate(MORE, language), ""]
    return "\n".join([*lines, *table(headings[1::2], variables)])


def events(language: str = "en") -> str:
    """Describe the events of the bus and their fields."""
    lines = [f"# {translate('Events', language)}", "", translate(EVENTS, language), ""]
    for name, summary, fields in event_texts():
        lines += [f"## {name}", "", translate(summary, language), ""]
        lines += [f"- `{field}`: {translate(text, language)}".rstrip(": ") for field, text in fields.items()] + [""]
    return "\n".join(lines)


EVENTS = (
    "Events are how the capabilities inform each other and plug-ins. Subscribe with "
    "`context.engine.bus.subscribe(Event, function)`."
)


def event_texts() -> list[tuple[str, str, dict[str, str]]]:
    """Return the events: name, what happened, and the meaning of each field."""
    from AIGCLibrary import events as module

    found = []
    for name, item in sorted(vars(module).items()):
        if inspect.isclass(item) and dataclasses.is_dataclass(item) and item.__module__ == module.__name__:
            summary = " ".join(inspect.cleandoc(item.__doc__ or "").partition("\n\n")[0].split())
            described = argument_docs(item.__doc__ or "")
            found.append((name, summary, {f.name: described.get(f.name, "") for f in dataclasses.fields(item)}))
    return found


def argument_docs(docstring: str, section: str = "Args") -> dict[str, str]:
    """Read the `Args:` (or `Attributes:`) of a docstring."""
    body = inspect.cleandoc(docstring).partition(f"{section}:\n")[2].split("\n\n")[0]
    entries = re.split(r"\n(?=\S)", textwrap.dedent(body))
    pairs = (entry.partition(":") for entry in entries if ":" in entry)
    return {name.strip().lstrip("*"): " ".join(text.split()) for name, _, text in pairs}
