"""A known value is found in every encoding that our outputs write."""

import html
import json
import string
from urllib.parse import quote, quote_plus

import markupsafe
from hypothesis import example, given
from hypothesis import strategies as st

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK

VALUES = st.text(
    st.sampled_from(string.ascii_letters + string.digits + string.punctuation + " 中密é"), min_size=8, max_size=24
).filter(lambda text: text == text.strip())


def encoded(value):
    document = json.dumps({"x": value})
    return {
        "plain": value,
        "json": document,
        "json with signs": json.dumps(value, ensure_ascii=False),
        "json in json": json.dumps(document),
        "json in json in json": json.dumps(json.dumps(document)),
        "repr": repr({"x": value}),
        "repr of bytes": repr(value.encode()),
        "json in bytes": repr(document.encode()),
        "json in json in bytes": repr(json.dumps(document).encode()),
        "html": html.escape(value),
        "text of xml": html.escape(value, quote=False),
        "markupsafe": str(markupsafe.escape(value)),
        "json in html": str(markupsafe.escape(document)),
        "json in an attribute": html.escape(document),
        "script": markupsafe.htmlsafe_json_dumps(value) if hasattr(markupsafe, "htmlsafe_json_dumps") else value,
        "address": quote(value),
        "form": quote_plus(value),
        "twice": quote(quote(value, safe=""), safe=""),
    }


@given(VALUES)
@example("000000\\'")
@example("pass\\\\'word\"")
def test_known_value_is_masked_in_every_encoding(value):
    redactor = Redactor()
    redactor.add(value)
    for name, text in encoded(value).items():
        shown = redactor.known(f"a {text} b")
        assert MASK in shown, name
        assert value not in shown, name
