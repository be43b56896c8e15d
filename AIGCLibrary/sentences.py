"""Chinese for sentences that were written in English where they arose.

Most errors are sentences with values in them: `There is no template 'x'. Did you mean 'y'?`. They are raised in
English, since code, patterns and facts work with one language, and are translated when they are shown. `sentences.yaml`
maps each English sentence to its Chinese one, as gettext does, with `{name}` for a value:

    "There is no template '{name}'. {near}": "没有名为“{name}”的模板。{near}"

A value that is a sentence of the file itself is translated too, unless it is quoted: then it is a name of the
user. What is not in the file stays as it is.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

_HOLE = re.compile(r"\{(\w+)\}|%(?:\.\d+f|[sd])")
_QUOTED = r"'(?:[^']|'(?=\w))+'"
_NAMES = re.compile(rf"{_QUOTED}(?:, {_QUOTED})*(?: (?:and|or) {_QUOTED})?")
_BETWEEN = {", ": "、", " and ": "和", " or ": "或"}
_ENDS = re.compile(r"(?<=[.!?;]) (?=\S)|\n")
_CHINESE_END = re.compile(r"(?<=[\u4e00-\u9fff”）])\. +$")
"""Our full stop behind the words of a product."""
_NUMBERS = {"n", "m", "total", "line", "at", "status", "seconds"}
"""Values that are numbers: another word there is another sentence."""
_PROBLEMS = re.compile(r"\n(?=  line \d)")
"""Between the problems of a file."""
_FORMS = {"found", "wanted", "units"}
"""Values that name kinds of values: `a list`, `text or a mapping (path, json)`."""
_FORM = re.compile(r"(, | or )(?![^()]*\))")
_WORDS = {"method", "url", "thing"}
"""Values without a blank, or with one before a bracket, so that a sentence which begins with one is not found in
another."""
_DEEPEST = 7  # levels of values within values
_KEY = 3  # letters by which sentences are looked up
_MOST = 8  # sentences that may be one entry of the file
_LONGEST = 8_000  # characters: beyond, a message carries an answer of the product


@dataclass(frozen=True, slots=True)
class _Sentence:
    """An English sentence with its values left out.

    Args:
        literals: The words around the values, one more than there are values.
        names: Names of the values; whether each is a name in quotes shows in the literals around it.
        chinese: The Chinese sentence.
    """

    literals: tuple[str, ...]
    names: tuple[str, ...]
    chinese: str
    weight: int
    longest: str

    def values(self, text: str) -> list[str] | None:
        """Return the values of a text that is this sentence, each as short as possible; None where it is another."""
        first, *middle = self.literals
        if not middle:
            return [] if text == first else None
        last = middle.pop()
        if not text.startswith(first) or not text.endswith(last):
            return None
        at, found = len(first), []
        for literal in middle:
            end = text.find(literal, at)
            if end < 0:
                return None
            found.append(text[at:end])
            at = end + len(literal)
        end = len(text) - len(last)
        return [*found, text[at:end]] if end >= at else None

    def translated(self, text: str, depth: int) -> str | None:
        """Return the Chinese of a text that is this sentence; None where it is another."""
        values = self.values(text)
        if values is None or not all(_fits(name, value) for name, value in zip(self.names, values, strict=True)):
            return None
        shown = {
            name: value if before.endswith("'") and after.startswith("'") else _named(name, value, depth)
            for name, value, before, after in zip(self.names, values, self.literals, self.literals[1:], strict=False)
        }
        return _filled(self.chinese, shown)


def names_in_chinese(text: str) -> str | None:
    """Return quoted names in a row, `'a', 'b' and 'c'`, with the marks of Chinese; None where a text is none."""
    if not _NAMES.fullmatch(text):
        return None
    return "“" + re.sub("'(, | and | or )'", lambda between: f"”{_BETWEEN[between[1]]}“", text[1:-1]) + "”"


def in_chinese(text: str) -> str:
    """Return an English sentence of the library in Chinese; the same text where it is none of ours.

    Args:
        text: What was raised or logged, with its values.
    """
    if not text or len(text) > _LONGEST:
        return text
    return "\n".join(_whole(part, 0) or _parts(part, 0) for part in _PROBLEMS.split(text))


def _whole(text: str, depth: int) -> str | None:
    known = _sentences()
    # One that begins with words of its own says more than one that may begin with anything.
    likely = (
        sentence
        for begun in (known.get(text[:_KEY], ()), known.get("", ()))
        for sentence in sorted(begun, key=lambda sentence: -sentence.weight)
        if sentence.longest in text
    )
    return next((found for sentence in likely if (found := sentence.translated(text, depth)) is not None), None)


def _parts(text: str, depth: int) -> str:
    """Translate sentences in a row; the longest stretch that is an entry of the file counts as one."""
    cuts = [0, *(end.end() for end in _ENDS.finditer(text)), len(text)]
    out, start = "", 0
    while start < len(cuts) - 1:
        for stop in range(min(len(cuts) - 1, start + _MOST), start, -1):
            piece = text[cuts[start] : cuts[stop]]
            body = piece.rstrip(" \n")
            found = (_whole(body, depth) or _unended(body, depth)) if body else None
            if found is not None:
                out += found + ("\n" if "\n" in piece[len(body) :] else "")
                start = stop
                break
        else:
            out += _CHINESE_END.sub("。", text[cuts[start] : cuts[start + 1]])
            start += 1
    return out


def _value(text: str, depth: int) -> str:
    """Return what stands for a value: names with the quotes of the language, a sentence of ours, else the text."""
    names = names_in_chinese(text)
    if names is not None:
        return names
    if depth >= _DEEPEST or not text.strip():
        return text
    body = text.lstrip()
    return _whole(body, depth + 1) or _parts(body, depth + 1)


def _named(name: str, value: str, depth: int) -> str:
    """Return what stands for a value, by its name in the file."""
    if name not in _FORMS:
        return _value(value, depth)
    parts = _FORM.split(value)
    kinds = [_whole(f"(a value) {part}", depth + 1) or _value(part, depth) for part in parts[::2]]
    return "".join(text + _BETWEEN.get(between, "") for text, between in zip(kinds, [*parts[1::2], ""], strict=True))


def _unended(text: str, depth: int) -> str | None:
    """Translate a sentence whose full stop is that of the sentence around it, or one that the file has without."""
    if text.endswith("."):
        found = _whole(text[:-1], depth)
        return f"{found}。" if found else None
    found = _whole(f"{text}.", depth)
    return found.removesuffix("。") if found else None


def _fits(name: str, value: str) -> bool:
    if name in _NUMBERS:
        return value[-1:].isdigit() and value.replace(".", "", 1).isdigit()
    return name not in _WORDS or not any(map(str.isspace, value.partition(" (")[0]))


def _filled(chinese: str, values: Mapping[str, str]) -> str:
    numbers = iter(range(len(values)))
    return _HOLE.sub(lambda hole: values[hole[1] or str(next(numbers))], chinese)


@cache
def _sentences() -> Mapping[str, list[_Sentence]]:
    """Return all sentences by the letters they begin with; by none where they begin with a value."""
    import yaml

    source = resources.files("AIGCLibrary") / "locales" / "sentences.yaml"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    pairs = yaml.load(source.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe
    found: dict[str, list[_Sentence]] = defaultdict(list)
    for english, chinese in pairs.items():
        sentence = _sentence(english, chinese)
        opening = sentence.literals[0]
        found[opening[:_KEY] if len(opening) >= _KEY or not sentence.names else ""].append(sentence)
    return dict(found)


def _sentence(english: str, chinese: str) -> _Sentence:
    literals, names, at, count = [], [], 0, 0
    for hole in _HOLE.finditer(english):
        names.append(hole[1] or str(count))
        count += not hole[1]
        literals.append(english[at : hole.start()])
        at = hole.end()
    literals.append(english[at:])
    longest = max(literals, key=len)
    return _Sentence(tuple(literals), tuple(names), chinese, sum(map(len, literals)), longest)
