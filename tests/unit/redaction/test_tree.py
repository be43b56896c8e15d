"""Masked HTML and XML has the tree that it had: elements, attributes, comments, sections and instructions."""

import html
import random
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK

SAYINGS = (
    "Authorization: Bearer abc123def", "Cookie: a=b; c=d", "password=Pa$$w0rd1", "token: abc123DEF4",
    '"token": "abc123"', "auth=[x, y1]", "?token=abc123&b=c", "https://u:p4ss@host/x", "plain title",
    "password='abc1'", "令牌是abc123", "${token} = abc1", "sk-abcdefghijklmnop12", "curl -u a:b", "curl -b 'a=b",
    "eyJabcdefghij.abcdefghi.x", "X-Api-Key: k--", "a & b < c", "known-value-1", "value", "&token;", "secret=a?",
    "密码：abc--", "-----BEGIN PRIVATE KEY-----abc", "token=]]", "--secret--", "token: some/password=abc1--",
)  # fmt: skip
NAMES = ["div", "span", "password", "td", "title", "api-key", "token", "data-token", "h1", "x.y", "secret_1", "bearer"]
KNOWN = (
    "status", "title", "span", "token", "known-value-1", "html", "version", "utf-8", "quot", "amp;", "39;x",
    "--secret", "value", "data-token", "encoding", "DOCTYPE", "http", "xhtml", "password", "apos;abc",
)  # fmt: skip
XML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<x xmlns:a="http://www.w3.org/1999/xhtml" xmlns="http://x/token/y">{}</x>'
)


class Tree(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.seen = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [name for name, _ in attrs]))

    def handle_endtag(self, tag):
        self.seen.append(tag)

    def handle_comment(self, _):
        self.seen.append("comment")

    def handle_decl(self, decl):
        self.seen.append(decl)

    def handle_pi(self, _):
        self.seen.append("instruction")

    def unknown_decl(self, _):
        self.seen.append("section")


def node(rng, *, xml, depth=0):
    kind, saying = rng.randrange(7), rng.choice(SAYINGS)
    if depth > 3 or kind == 0:
        return html.escape(saying, quote=rng.random() < 0.5)
    if kind == 1:
        return f"<!--{saying.replace('-----', '').replace('--', '-').strip('-')}{rng.choice(('', ' '))}-->"
    if xml and kind in (2, 3):
        return f"<![CDATA[{saying}]]>" if kind == 2 else f"<?do {saying.replace('?', '')}?>"
    name = rng.choice(NAMES)
    head = "".join(f' {one}="{html.escape(rng.choice(SAYINGS))}"' for one in rng.sample(NAMES, rng.randrange(3)))
    inner = "".join(node(rng, xml=xml, depth=depth + 1) for _ in range(rng.randrange(4)))
    return f"<{name}{head}>{inner}</{name}>" if rng.random() < 0.85 else f"<{name}{head.replace(chr(34), chr(39))}/>"


def tags(text):
    return [(one.tag, sorted(one.attrib)) for one in ET.fromstring(text).iter()]


@pytest.mark.parametrize("seed", range(4))
def test_masked_markup_has_the_same_tree(seed):
    rng = random.Random(seed)
    for _ in range(60):
        xml = rng.random() < 0.7
        text = f"<div>{''.join(node(rng, xml=xml) for _ in range(3))}</div>"
        text = (XML.format(text) if rng.random() < 0.4 else text) if xml else f"<!DOCTYPE html>{text}"
        redactor = Redactor()
        redactor.add(*rng.sample(KNOWN, 4))
        for masked in (redactor.text(text), redactor.known(text)):
            assert Tree(masked).seen == Tree(text).seen
            assert not xml or tags(masked) == tags(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<a/><!--token=abc123DEF-->", "<a/><!--token=****-->"),
        ("<a/><!-- Authorization: Bearer abc123 -->", "<a/><!-- Authorization: ****-->"),
        ("<a><![CDATA[token=abc123DEF]]></a>", "<a><![CDATA[token=****]]></a>"),
        ("<a><?do token=abc123DEF?></a>", "<a><?do token=****?></a>"),
        ("<a/><!-- sk-abcdefghijklmnop12-->", "<a/><!-- ****-->"),
        ("<data-token data-value2='plain'>x</data-token>", "<data-token data-value2='plain'>x</data-token>"),
        ("<p>&amp;x1-secret</p>", "<p>****</p>"),
        ("<p>x1-secret&lt;b&gt;</p>", "<p>x1-secret&lt;b&gt;</p>"),
    ],
)
def test_delimiters_and_entities_stay_whole(text, shown):
    redactor = Redactor()
    redactor.add("amp;x1-secret")
    assert redactor.text(text) == shown


def test_a_known_value_in_a_comment_leaves_its_end():
    redactor = Redactor()
    redactor.add("secret-value--")
    assert redactor.known("<!--secret-value---->") == f"<!--{MASK}-->"
    assert redactor.known("<!--secret-value-->") == f"<!--{MASK}-->"
