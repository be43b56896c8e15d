"""Texts in English and Chinese: one catalogue of messages, chosen by language when shown.

Each file `locales/messages/<area>.yaml` maps a key to its texts:

Hint:
      extra:
        en: "Install it: pip install 'robotframework-aigclibrary[{extra}]'"
        zh: "请安装：pip install 'robotframework-aigclibrary[{extra}]'"

`Text("<area>.hint.extra", extra="mcp")` names one of them with its values.
"""

import locale
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from importlib import resources
from typing import Any

from AIGCLibrary.harmless import visible
from AIGCLibrary.sentences import in_chinese, names_in_chinese

ENGLISH = "en"
CHINESE = "zh"
_HAN = re.compile("[\u2e80-\u9fff\uf900-\uffef“”]")
"""A Chinese sign: between two of them stands no blank, between one and a Latin letter or a number there is one."""
_SEAM = re.compile(f"(?<={_HAN.pattern}) \ufdd0|\ufdd1 (?={_HAN.pattern})|[\ufdd0\ufdd1]")


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """A message of the catalogue with the values to fill in.

    Args:
        key: `<area>.<path>` of the message.
        values: What the placeholders of the message stand for. `original` is an English sentence that was written
            where the thing happened, and is said in English instead of the catalogue's.

    Example:
        ```python
        Text("tasks.hint.raise_timeout", seconds=120).render("zh")
        ```
    """

    key: str
    values: dict[str, object] = field(default_factory=dict)

    def __init__(self, key: str, **values: object) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", values)

    def render(self, language: str = ENGLISH) -> str:
        """Return the text in a language, English where it has no other; control characters of values are shown."""
        texts = _lookup(self.key)
        if "original" in self.values and short_language(language) == ENGLISH:
            return visible(str(self.values["original"]))
        values = {name: _value(value, language) for name, value in self.values.items()}
        if short_language(language) == CHINESE:
            own = {name: _marked(value) for name, value in values.items() if value is not self.values[name]}
            return visible(_SEAM.sub("", texts.get(CHINESE, texts[ENGLISH]).format(**{**values, **own})))
        return visible(texts[ENGLISH].format(**values))

    def __str__(self) -> str:
        return self.render(ENGLISH)

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted((k, str(v)) for k, v in self.values.items()))))


def render(value: object, language: str) -> object:
    """Translate a `Text`; anything else is returned as it is."""
    return value.render(language) if isinstance(value, Text) else value


def in_language(message: Text | str, language: str) -> str:
    """Return a message in a language: a `Text` from the catalogue, an English sentence from `sentences.yaml`."""
    if isinstance(message, Text):
        return message.render(language)
    return in_chinese(message) if short_language(language) == CHINESE else message


def _value(value: object, language: str) -> object:
    """Return what is filled into a message; one or two words are a name, more may be a sentence of ours."""
    if not isinstance(value, str) or short_language(language) != CHINESE:
        return render(value, language)
    names = names_in_chinese(value) if "', '" in value else None
    return names or (in_chinese(value) if value.count(" ") > 1 else value)


def _marked(words: object) -> object:
    """Mark where words of ours begin and end in Chinese: there, Chinese before or behind them needs no blank."""
    text = str(words)
    start = "\ufdd0" if _HAN.match(text[:1]) else ""
    end = "\ufdd1" if _HAN.match(text[-1:]) else ""
    return f"{start}{text}{end}" if start or end else words


def listed(parts: Iterable[Text | str], key: str = "core.listed") -> Text | str:
    """Put parts of a sentence in a row, with the comma of the language; `core.lines` puts them one under the other."""
    return reduce(lambda before, part: Text(key, before=before, part=part), parts)


def series(names: Iterable[Text | str]) -> Text | str:
    """Put names in a row, with the mark of the language between them."""
    parts = list(names)
    return listed(parts, "core.series") if parts else ""


def short_language(language: str | None) -> str:
    """Reduce `zh-CN`, `zh_CN.UTF-8`, `Chinese Simplified` … to `zh`; everything else to `en`."""
    name = (language or "").lower()
    return CHINESE if name.startswith(("zh", "chinese")) else ENGLISH


def local_language(environ: Mapping[str, str] = os.environ) -> str:
    """Return the language of the person at this machine: as the environment says, else as the system's locale does.

    The environment counts first: a container often names a locale that was never generated, and then speaks C.
    """
    return short_language(environ.get("LC_ALL") or environ.get("LANG") or locale.getlocale()[0])


@cache
def catalogue(area: str) -> dict[str, Any]:
    """Read the messages of one area."""
    import yaml

    source = resources.files("AIGCLibrary") / "locales" / "messages" / f"{area}.yaml"
    # libyaml, where PyYAML has it, reads ten times as fast.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return dict(yaml.load(source.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506 - both are safe


def _lookup(key: str) -> dict[str, str]:
    area, *path = key.split(".")
    node: Any = catalogue(area)
    while path:
        whole = ".".join(path)  # the last key may have dots of its own, as the ids of rules do
        name, path = (whole, []) if whole in node else (path[0], path[1:])
        node = node[name]
    return dict(node)
