"""Says what is wrong with a selector before any browser is open: chains, CSS, XPath, roles, and patterns.

The parsers of others judge: cssselect2 reads CSS, elementpath XPath 1.0. What Playwright adds to CSS is known by name
(https://playwright.dev/docs/other-locators). What is doubtful passes: the page judges it when it is first used.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from AIGCLibrary.errors import close_names, near_matches
from AIGCLibrary.locators.grammar import (
    ATTRIBUTE_ROLES,
    ENGINES,
    JQUERY,
    PSEUDO_CLASSES,
    PSEUDO_ELEMENTS,
    ROLES,
    TEXT_PSEUDO_CLASSES,
    XPATH_FUNCTIONS,
)

_ENGINE = re.compile(r"^\*?(?P<name>[A-Za-z_][\w:+-]*)=(?P<body>.*)$", re.DOTALL)
_ROLE = re.compile(r"^\s*(?P<role>[\w-]+)?\s*(?P<rest>.*)$", re.DOTALL)
_ROLE_ATTRIBUTE = re.compile(r"\[\s*([a-z-]+)")
_PATTERN = re.compile(r"^\s*/(?P<body>(?:[^/\\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+)/[dgimsuvy]*", re.DOTALL)
_LOOSE_TEXT = re.compile(r"\s*text\s*=\s*")
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BROKEN_PATTERN = ("unbalanced parenthesis", "missing )", "unterminated", "nothing to repeat", "multiple repeat")
"""What Python's `re` finds and JavaScript finds too; the two differ in much else."""


def problem_of(selector: str) -> str | None:
    """Describe what is wrong with a selector.

    Args:
        selector: As a Browser keyword takes it, `>>` included.

    Returns:
        The problem as the end of a sentence; None when nothing is known to be wrong.

    Example:
        ```python
        problem_of("css=div > > p")  # "is not a CSS selector: unexpected '>' at position 7"
        ```
    """
    if ">>>" in "".join(chain(selector, separator=None)):
        return "has '>>>', which leads into a frame; name the frame under 'frame' instead"
    for part in chain(selector):
        if problem := _of_part(part.strip()):
            return problem
    return None


def chain(selector: str, separator: str | None = ">>") -> Iterator[str]:
    """Split a selector at `>>` outside of quotes, as Playwright does; without separator, leave out what is quoted."""
    quote, start, index = "", 0, 0
    loose = _loose_from(selector, start)
    while index < len(selector):
        letter = selector[index]
        if letter == "\\":
            index += 2
            continue
        if quote:
            quote = "" if letter == quote else quote
            if separator is None and not quote:
                start, loose = index + 1, _loose_from(selector, index + 1)
        elif letter in "\"'`" and index <= loose:
            if separator is None:
                yield selector[start:index]
            quote = letter
        elif separator and selector.startswith(separator, index):
            yield selector[start:index]
            index += len(separator)
            start, loose = index, _loose_from(selector, index)
            continue
        index += 1
    yield selector[start:]


def unbalanced(text: str) -> str | None:
    """Describe which bracket or quote of a CSS or XPath expression is left open, if any."""
    open_brackets: list[str] = []
    quote = ""
    escaped = False
    for letter in text:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in _PAIRS:
            open_brackets.append(letter)
        elif letter in _PAIRS.values() and (not open_brackets or _PAIRS[open_brackets.pop()] != letter):
            return f"has a '{letter}' too many"
    if quote:
        return f"has an open {quote}"
    return f"has an open '{open_brackets[-1]}'" if open_brackets else None


def _loose_from(selector: str, start: int) -> int:
    """Return where the text of an unquoted `text=It's` begins, behind which quotes are letters; the end for none."""
    found = _LOOSE_TEXT.match(selector, start)
    return found.end() if found else len(selector)


def _of_part(part: str) -> str | None:
    if part.startswith(("/", "(/", "..")):
        return _xpath(part)
    if part.startswith(('"', "'")):
        return None
    named = _ENGINE.match(part)
    if not named:
        return _css(part)
    name, body = named["name"].removesuffix(":light"), named["body"].strip()
    if name in _JUDGES:
        return _JUDGES[name](body)
    near = close_names(name, ENGINES)
    return None if name in ENGINES or not near else f"has an unknown engine '{name}='. {near_matches(name, ENGINES)}"


def _nth(body: str) -> str | None:
    return None if re.fullmatch(r"-?\d+", body) else f"has nth={body}, which must be a whole number"


def _visible(body: str) -> str | None:
    return None if body in ("true", "false") else f"has visible={body}, which must be true or false"


def _css(css: str) -> str | None:
    from cssselect2.parser import SelectorError, parse
    from tinycss2 import parse_component_value_list

    named = _ENGINE.match(css)
    if named and named["name"] in ENGINES:
        name = named["name"]
        written = {"data-testid": "testid", "data-test-id": "testid", "data-test": "testid"}.get(name, name)
        return f"is not a CSS selector: it starts with '{name}='. Write it as {{{written}: {named['body']}}}"
    if problem := unbalanced(css):
        return problem
    tokens = parse_component_value_list(css)
    try:
        list(parse(css, relative=True))  # `> p` starts at the scope
    except RecursionError:
        return "is not a CSS selector: it has too many parts"
    except SelectorError as error:
        if "pseudo-element" in str(error) and error.args[0] is not None:
            return f"is not a CSS selector of an element: '::{error.args[0].serialize()}' is a pseudo-element"
        return f"is not a CSS selector: {_unexpected(error.args[0] if error.args else None)}"
    return _pseudo_classes(tokens)


def _unexpected(token: Any) -> str:
    if token is None:
        return "it ends where more is expected"
    if token.type == "error":
        return f"{token.message} at position {token.source_column}"
    return f"unexpected '{token.serialize()}' at position {token.source_column}"


def _pseudo_classes(tokens: Iterable[Any]) -> str | None:
    found = list(tokens)
    for index, token in enumerate(found):
        inside = list(getattr(token, "arguments", None) or getattr(token, "content", None) or ())
        colons = sum(1 for before in found[max(0, index - 2) : index] if before == ":")
        if colons and found[index - 1] == ":" and token.type in ("ident", "function"):
            name = token.lower_value if token.type == "ident" else token.lower_name
            if colons > 1 or name in PSEUDO_ELEMENTS:
                return f"is not a CSS selector of an element: '{':' * colons}{name}' is a pseudo-element"
            if problem := _pseudo_class(name, inside, token.type == "function"):
                return problem
        if inside and (problem := _pseudo_classes(inside)):
            return problem
    return None


def _pseudo_class(name: str, inside: list[Any], called: bool) -> str | None:
    if name in JQUERY:
        return f"has ':{name}', which only jQuery knows. Write {JQUERY[name]} instead"
    # An unknown one may be newer than the list; one that nearly is a known one is a slip of the pen.
    if not name.startswith("-") and name not in PSEUDO_CLASSES and close_names(name, PSEUDO_CLASSES):
        return f"has an unknown pseudo-class ':{name}'. {near_matches(name, PSEUDO_CLASSES)}"
    said = "".join(token.serialize() for token in inside)
    if name in TEXT_PSEUDO_CLASSES and [token.type for token in inside if token.type != "whitespace"] != ["string"]:
        return f"has :{name}({said}), which takes one text in quotes"
    if called and name.startswith("nth-") and name != "nth-match":
        from tinycss2.nth import parse_nth

        words = [token.lower_value if token.type == "ident" else "" for token in inside]
        formula = inside[: words.index("of")] if "of" in words else inside
        if parse_nth(formula) is None:
            return f"has :{name}({said}), whose argument must be odd, even, or a number such as 2n+1"
    return None


def _xpath(xpath: str) -> str | None:
    if problem := unbalanced(xpath):
        return problem
    from elementpath import ElementPathError
    from elementpath.xpath1 import XPath1Parser

    try:
        XPath1Parser().parse(xpath)
    except ElementPathError as error:
        said = re.sub(r"^\[err:\w+\]\s*", "", error.message)
        token = getattr(error, "token", None)
        place = f" at position {token.position[1]}" if token is not None else ""
        known = XPATH_FUNCTIONS if said.startswith("unknown function") else ()
        more = f". {near_matches(said.split(chr(39))[1], known)}" if known else ""
        return f"is not an XPath 1.0 expression: {said}{place}{more}"
    return None


def _role(body: str) -> str | None:
    split = _ROLE.match(body)
    role = split["role"] if split else None
    if not split or not role:
        return "needs a role such as button"
    if role not in ROLES:
        return f"has an unknown role '{role}'. {near_matches(role, ROLES)}"
    bare = "".join(chain(split["rest"], separator=None))
    for name in _ROLE_ATTRIBUTE.findall(bare):
        roles = ATTRIBUTE_ROLES.get(name)
        if roles and role not in roles:
            return f"asks for '{name}', which only these roles have: {', '.join(sorted(roles))}"
    name = re.search(r"\[\s*name\s*=\s*(/.*)$", split["rest"], re.DOTALL)
    return _pattern(name[1]) if name else None


def _pattern(text: str) -> str | None:
    found = _PATTERN.match(text)
    end = text.rfind("/")
    if not found and not (text.startswith("/") and end > 0):
        return None
    try:
        re.compile(found["body"] if found else text[1:end])
    except re.error as error:
        if any(sign in error.msg for sign in _BROKEN_PATTERN):
            return f"has a pattern that cannot be read: {error.msg} at position {(error.pos or 0) + 1}"
    return None


_JUDGES: dict[str, Callable[[str], str | None]] = {
    "css": _css,
    "xpath": _xpath,
    "role": _role,
    "internal:role": _role,
    "nth": _nth,
    "visible": _visible,
    "text": _pattern,
    "internal:text": _pattern,
    "internal:label": _pattern,
}
