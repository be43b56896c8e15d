"""Random markup: roles and names always mean what they mean to Playwright's own engine."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.browser import open_library
from tests.support.differential import ROLES, Differential

TAGS = (
    *("a", "area", "article", "aside", "button", "caption", "dd", "details", "dialog", "div", "dt", "em", "fieldset"),
    *("figure", "footer", "form", "h1", "h3", "header", "hr", "img", "label", "legend", "li", "main", "menu", "meter"),
    *("nav", "ol", "optgroup", "option", "output", "p", "progress", "search", "section", "select", "span", "strong"),
    *("summary", "svg", "table", "tbody", "td", "textarea", "th", "time", "tr", "ul", "x-own", "datalist", "iframe"),
)
TYPES = (
    *("text", "search", "email", "tel", "url", "password", "number", "range", "checkbox", "radio", "submit", "reset"),
    *("button", "image", "file", "hidden", "color", "date", "nonsense", ""),
)
WORDS = st.sampled_from(
    ["Go", "Ge\u00adnerate", "生成 视频", "Save (3)", "✨", " spaced  out ", "a]b", "it's", "", 'say "x"']
)
ATTRIBUTES = st.one_of(
    st.tuples(st.just("role"), st.sampled_from([*ROLES, "none", "presentation", "nonsense button", "BUTTON", ""])),
    st.tuples(st.sampled_from(["aria-label", "title", "alt", "placeholder", "value"]), WORDS),
    st.tuples(st.sampled_from(["aria-labelledby", "list", "aria-owns", "for"]), st.sampled_from(["n1", "n2", "n1 n2"])),
    st.tuples(st.just("id"), st.sampled_from(["n1", "n2", "n3"])),
    st.tuples(st.just("aria-hidden"), st.sampled_from(["true", "false"])),
    st.tuples(st.sampled_from(["hidden", "href", "disabled", "multiple", "open", "usemap", "inert"]), st.just("x")),
    st.tuples(st.sampled_from(["tabindex", "size", "aria-level"]), st.sampled_from(["0", "-1", "4"])),
    st.tuples(st.just("contenteditable"), st.sampled_from(["", "true", "false"])),
    st.tuples(
        st.just("style"), st.sampled_from(["display:none", "visibility:hidden", "display:contents", "position:fixed"])
    ),
    st.tuples(st.just("class"), st.sampled_from(["before", "shown", "drawn"])),
    st.tuples(st.just("slot"), st.sampled_from(["", "s"])),
    st.tuples(st.just("type"), st.sampled_from(TYPES)),
)
DRAWN = '.drawn{content:url("data:image/gif;base64,R0lGODlhAQABAAAAACw=") / "Go"}'
STYLE = f'<style>.before::before{{content:"Pre "}} .shown{{visibility:visible !important}} {DRAWN}</style>'


def written(tag, attributes, children):
    said = "".join(f' {name}="{value.replace(chr(34), "&quot;")}"' for name, value in dict(attributes).items())
    if tag == "shadow":
        inside = "".join(children)
        return f'<x-host{said}><template shadowrootmode="open">{inside}<slot></slot></template>{inside}</x-host>'
    return f"<{tag}{said}>" + ("" if tag in ("input", "img", "hr", "area") else f"{''.join(children)}</{tag}>")


LEAVES = st.one_of(WORDS, st.builds(written, st.just("input"), st.lists(ATTRIBUTES, max_size=4), st.just([])))
MARKUP = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        written,
        st.sampled_from([*TAGS, "shadow"]),
        st.lists(ATTRIBUTES, max_size=4),
        st.lists(inner, max_size=5),
    ),
    max_leaves=40,
)


@pytest.fixture(scope="module")
def differential():
    library = open_library()
    library.new_page("about:blank")
    yield Differential(library)
    library.close_browser("ALL")
    library.playwright.close()


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(MARKUP, min_size=5, max_size=12))
def test_no_markup_makes_the_engines_disagree(differential, pieces):
    code = "(html) => { document.documentElement.setHTMLUnsafe(html) }"
    differential.library.evaluate_javascript(None, code, arg=f"<head>{STYLE}</head><body>{''.join(pieces)}</body>")
    compared, different = differential.compare()
    assert compared > len(ROLES)
    assert different == []
