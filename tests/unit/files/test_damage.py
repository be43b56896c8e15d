"""Files damaged from a seed: whole ones are accepted, cut ones rejected, and nothing crashes a validator."""

import random

import pytest

from tests.support.damage import CODECS, PICTURES, archives, cuts, flips, samples

NAMES = [*CODECS, *PICTURES, "wav", "json", *(f"{name}.zip" for name in archives())]


@pytest.mark.parametrize("name", NAMES)
def test_whole_file_is_accepted(judge, name):
    assert not judge(samples()[name], f"a.{name}").failed


@pytest.mark.parametrize("name", NAMES)
def test_cut_file_is_rejected(judge, name):
    data = samples()[name]
    accepted = [cut for cut in cuts(data, random.Random(name), 6) if not judge(data[:cut], f"a.{name}").failed]
    assert accepted == [], f"of {len(data)} bytes"


@pytest.mark.parametrize("name", NAMES)
def test_flipped_bytes_never_crash_a_validator(judge, name):
    for _, broken in flips(samples()[name], random.Random(name), 6):
        judge(broken, f"a.{name}", {"labels": {"aigc": "optional"}})
