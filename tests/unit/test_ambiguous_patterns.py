"""No regular expression of ours takes exponential time: no loop of one reads a text in two ways."""

import json
import re
import subprocess
import sys

import pytest

from tests.support.ambiguity import is_exponential
from tests.support.forks import ROOT

SAFE = {
    r"<!--(?:(?!-->).)*+-->": "a comment ends at the first -->, and each step keeps what it has read",
    r"'(?:[^']|'(?=\w))+'": "a quote is followed by a word within a name and never at its end",
    r"[，。、；：？！）》」”]*)*)": "nothing follows the loop, so that it never goes back",
}
"""Parts of expressions in which a look-ahead or a possessive repeat, which are left out of account, excludes it."""


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b", r"(a*)*b", r"(a|a)*b", r"(?:a?b?)*c", r"(?:a|b|ab)*c", r"(\w+\s?)*$", r"(?:\s*x\s*)*y",
        r"(?s)(?:<!--.*?-->\s*)*<", r"[\w' -]+(\s*>>\s*[\w' -]+)*", r'(\[a(="?[^"\]]*"?)?\])*$',
        r"(?=(a+)+b)a", r"(?:'(?:\\'|[^'])*'|[^()'])*\)", r"(?:(?:a{0,9})?){1,9}b",
    ],
)  # fmt: skip
def test_a_loop_that_reads_a_text_in_two_ways_is_found(pattern):
    assert is_exponential(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"a+b", r"(?:ab)*c", r"(\w+\s)*$", r"(?:\s*x)*\s*", r"'(?:\\.|[^'\\])*'", r"\d+\d+\d+x", r"(x|[^x])*?y",
        r"(?:a|b)+", r"[^:]*:[^:]*", r"(?:[A-Z]{1,40}_){1,10}K", r"(a)?(?:(?(1)b|c))+", b"(?:\xff|[^\xff])*x",
    ],
)  # fmt: skip
def test_a_loop_that_reads_each_text_in_one_way_is_none(pattern):
    assert not is_exponential(pattern)


def test_no_pattern_of_ours_is_exponential():
    command = [sys.executable, "-m", "tests.support.our_patterns"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > 400
    bad = [
        (where, pattern)
        for where, pattern, flags in found
        if not any(part in pattern for part in SAFE)
        and is_exponential(pattern if flags & re.UNICODE else pattern.encode("latin-1"), flags)
    ]
    assert bad == []
