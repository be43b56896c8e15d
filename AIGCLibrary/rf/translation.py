"""Translated keyword names and documentation beside the English names, which stay alive.

A translation is a table: Python name of a keyword method -> `name`, `doc`, `aliases` (earlier names), and the
`sha256` of the English documentation it was made from; `__intro__` and `__init__` are the library's own texts.
Chinese comes with the library (`locales/zh_CN.json`). Others come from installed modules named
`robotframework_aigclibrary_translation*`, whose
`get_language()` returns a list of `{"language": "de", "path": ".../de.json"}`, as Browser has it.
"""

import copy
import hashlib
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from robotlibcore import DynamicCore

from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import CHINESE, Text, short_language

FILE = "zh_CN.json"
PLUGIN_PREFIX = "robotframework_aigclibrary_translation"


def translation(engine: Engine, language: str | None = None) -> dict[str, Any] | None:
    """Return PythonLibCore's translation table for the language of an import, else of the run; None for English."""
    asked = language if language and language != "auto" else engine.settings.language
    found = None if asked == "auto" else installed_table(asked)
    if found is None and (short_language(asked) if asked != "auto" else engine.language) == CHINESE:
        found = load_table(chinese_file())
    return as_libcore(found) if found else None


def chinese_file() -> Path:
    """Return the place of the Chinese table."""
    return Path(str(resources.files("AIGCLibrary") / "locales" / FILE))


def load_table(path: Path) -> dict[str, dict[str, Any]]:
    """Read a table; documentation may be a list of lines, which reads better in JSON.

    Raises:
        ConfigError: The file is missing or is not JSON.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"Translation '{path}' cannot be read: {error}.") from None
    return {name: {**entry, "doc": _joined(entry.get("doc", ""))} for name, entry in loaded.items()}


def installed_table(language: str) -> dict[str, dict[str, Any]] | None:
    """Find the table of a language among installed translation modules."""
    wanted = language.lower().replace("_", "-")
    for found in pkgutil.iter_modules():
        if not found.name.startswith(PLUGIN_PREFIX):
            continue
        offers = importlib.import_module(found.name).get_language()
        for offer in offers if isinstance(offers, list) else [offers]:
            if str(offer["language"]).lower().replace("_", "-") == wanted:
                return load_table(Path(offer["path"]))
    return None


def as_libcore(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Leave out what was not translated, so that PythonLibCore takes the English for it."""
    return {
        name: {key: entry[key] for key in ("name", "doc", "aliases") if entry.get(key)} for name, entry in table.items()
    }


def add_aliases(
    library: DynamicCore, components: list[Any], texts: Mapping[str, Mapping[str, Any]], language: str
) -> None:
    """Make English names and earlier translated names work beside the names that replaced them.

    The documentation of an alias is one line that refers to the keyword, so that libdoc explains each keyword once.
    """
    names = {method.__name__: name for name, method in library.keywords.items()}
    english = DynamicCore(components)
    for name, method in english.keywords.items():
        if name not in library.keywords:
            text = Text("core.alias.english", name=names[method.__name__]).render(language)
            _add_alias(library, english, name, method, text, name)
    for name, method in english.keywords.items():
        python_name = method.__name__
        for former in texts.get(python_name, {}).get("aliases", ()):
            text = Text("core.alias.former", name=names[python_name]).render(language)
            _add_alias(library, english, former, method, text, name)


def _add_alias(library: DynamicCore, english: DynamicCore, alias: str, method: Any, text: str, name: str) -> None:
    specification = copy.copy(english.keywords_spec[name])
    specification.documentation = text
    library.keywords[alias] = library.attributes[alias] = method
    library.keywords_spec[alias] = specification


def english_texts(library: DynamicCore) -> dict[str, str]:
    """Return the English documentation of a library, by Python name: what a translation is made from."""
    methods = {method.__name__: method for method in library.keywords.values()}
    texts = {name: inspect.getdoc(method) or "" for name, method in sorted(methods.items())}
    cls = type(library)
    return {"__intro__": inspect.cleandoc(cls.__doc__ or ""), "__init__": inspect.getdoc(cls.__init__) or "", **texts}


def fingerprint(text: str) -> str:
    """Return the fingerprint by which a change of the English documentation is noticed."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def compare(table: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> dict[str, str]:
    """Describe what is wrong with a table.

    Returns:
        By Python name: `missing`, `no name`, `no doc`, `stale` (the English changed since), `no 'Args:'` (a section or
        an argument that the English describes) or `unknown` (not a keyword). Empty when all is well.
    """
    found: dict[str, str] = {}
    for name, text in texts.items():
        entry = table.get(name)
        if entry is None:
            found[name] = "missing"
        elif not entry.get("name") and not name.startswith("__"):
            found[name] = "no name"
        elif not entry.get("doc"):
            found[name] = "no doc"
        elif entry.get("sha256") != fingerprint(text):
            found[name] = "stale"
        elif lacking := _lacking(entry["doc"], text):
            found[name] = f"no '{lacking}'"
    return found | {name: "unknown" for name in table if name not in texts}


def _lacking(translated: str, text: str) -> str | None:
    """Return the first section or argument of an English text that its translation lacks; None when it has all."""
    wanted = [section for section in _SECTIONS if section in text]
    arguments = text.partition("Args:")[2].partition("\n\n")[0]
    wanted += re.findall(r"^    \*{0,2}\w+:", arguments, re.MULTILINE)
    return next((part.strip() for part in wanted if part not in translated), None)


_SECTIONS = ("Args:", "Returns:", "Raises:", "```robotframework")
"""Headings that stay English in a translation, since libdoc shows them."""


def updated(table: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Note today's English in every translated entry, drop unknown ones, and return documentation as lines."""
    return {
        name: {
            **({} if name.startswith("__") else {"name": entry.get("name", "")}),
            **({"aliases": entry["aliases"]} if entry.get("aliases") else {}),
            "doc": str(entry.get("doc", "")).splitlines(),
            "sha256": fingerprint(text) if entry.get("doc") else "",
        }
        for name, text in texts.items()
        for entry in [table.get(name, {})]
    }


def _joined(doc: str | list[str]) -> str:
    return doc if isinstance(doc, str) else "\n".join(doc)
