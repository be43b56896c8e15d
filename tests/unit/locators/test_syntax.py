"""Selectors are checked without a browser: errors are reported, and nothing that a browser accepts is refused."""

import pytest

from AIGCLibrary.locators.syntax import chain, problem_of

RIGHT = (
    *("input[type=file]", "div > p + span ~ em", "div:has(> button:visible)", 'button:has-text("Go")', "> p"),
    *("*:nth-match(button, 3)", "a:nth-child(2n+1 of .x)", '[a="b" i]', 'input:right-of(:text("Name"), 50)'),
    *(r".a\:b", r"#\31 23", ":is(h1,h2):not(.a,.b)", ".日本", '[aria-label="a]b"]', "input:-webkit-autofill"),
    *(":host(.x) a", ":nth-child( even )", "a:new-in-2031", "a /* why */ b", 'button:text-matches("lo?g", "i")'),
)
WRONG = (
    ("button[", "open '['"), ("div > > p", "position 7"), ("a:nth-child(foo)", "odd, even"), ("..x", "position 2"),
    ("div,", "ends where"), (":not()", "ends where"), ("[=x]", "position 2"), ("1a", "unexpected '1a'"),
    ("a:first-chid", "Did you mean 'first-child'"), ('a:contains("x")', ":has-text"), ("a:eq(1)", "jQuery"),
    ("a:has-text(x)", "one text in quotes"), ("p::first-line", "pseudo-element"), ("a::part(x)", "pseudo-element"),
    ("text=Go", "{text: Go}"), ("id=go", "{id: go}"), ("input[type=file]]", "too many"), ("", "ends where"),
)  # fmt: skip
XPATHS = (
    ('//button[@id="x"]', None), ("(//a)[1]", None), ("//a | //b", None), ('//*[local-name()="svg"]', None),
    ("//a[starts-with(@href, 'x')]/following-sibling::*[1]", None), ("..", None),
    ("//a[@href==1]", "position 11"), ("//a/", "end of source"), ("//a[matches(@x, 'y')]", "unknown function"),
    ("//svg:path", "not declared"), ("//a[contains(@x)]", "Too few arguments"), ("//a[@x='a]", "open '"),
)  # fmt: skip
CHAINS = (
    ("css=div >> text=it's >> css=a", None), ('text="a >> b" >> nth=0', None), ('role=textbox[name="a[level"]', None),
    ('[data-testid="x"] >> visible=true', None), (r"text=/\p{L}+/u", None), ("role=button[name=/^(A|B)$/i]", None),
    ("text=/path", None), ("css=div >> css=a..", "CSS"), ("a >> nth=x", "whole number"), ("tetx=x", "'text'"),
    ("a >> visible=yes", "true or false"), ("text=/a**/", "pattern"), ("role=button[name=/(/]", "pattern"),
)  # fmt: skip


@pytest.mark.parametrize("css", RIGHT)
def test_right_css_passes(css):
    assert problem_of(f"css={css}") is None


@pytest.mark.parametrize(("css", "reported"), WRONG)
def test_broken_css_is_reported(css, reported):
    assert reported in problem_of(f"css={css}")


@pytest.mark.parametrize(("xpath", "reported"), XPATHS)
def test_xpath_of_version_one_is_read(xpath, reported):
    problem = problem_of(f"xpath={xpath}")
    assert problem is None if reported is None else reported in problem


@pytest.mark.parametrize(("selector", "reported"), CHAINS)
def test_chains_are_read_part_by_part(selector, reported):
    problem = problem_of(selector)
    assert problem is None if reported is None else reported in problem


@pytest.mark.parametrize("piece", ["'", "' ", "text=a'", "text='", "a\"b' >> "])
def test_a_selector_of_quotes_is_split_in_linear_time(piece):
    class Counted(str):
        taken = 0

        def __getitem__(self, key):
            part = super().__getitem__(key)
            Counted.taken += len(part)
            return part

    selector = Counted(piece * 2000)
    for separator in (">>", None):
        Counted.taken = 0
        list(chain(selector, separator))
        assert Counted.taken <= 3 * len(selector)
