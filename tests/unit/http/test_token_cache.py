"""Tokens kept in a folder: readable by their user alone, and nothing that another user planted is taken."""

import json
import os
import stat

import pytest

from AIGCLibrary.http.auth.cache import FetchedToken, TokenCache

TOKEN = FetchedToken("abc", None, 1.0)
posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes of POSIX")


@pytest.fixture
def kept(tmp_path):
    cache = TokenCache(tmp_path / "tokens")
    cache.put("me", TOKEN)
    (path,) = (tmp_path / "tokens").iterdir()
    return cache, path


@posix
def test_a_token_is_readable_by_its_user_alone(kept):
    cache, path = kept
    assert cache.get("me") == TOKEN
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_taken(kept, mode):
    cache, path = kept
    path.chmod(mode)
    assert cache.get("me") is None


@posix
def test_a_link_is_not_followed(kept):
    cache, path = kept
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert cache.get("me") is None


@posix
def test_a_planted_part_is_not_written_through(kept):
    cache, path = kept
    victim = path.with_name("victim")
    victim.write_text("precious")
    path.with_suffix(f".{os.getpid()}").symlink_to(victim)
    cache.put("me", FetchedToken("new", None, 2.0))
    assert victim.read_text() == "precious"
    assert cache.get("me").value == "new"


@posix
def test_a_pipe_in_its_place_does_not_hang(kept):
    cache, path = kept
    path.unlink()
    os.mkfifo(path, 0o600)
    assert cache.get("me") is None


@pytest.mark.parametrize(
    "data",
    [
        {"value": "a\r\nX-Evil: 1", "expires": None, "fetched": 1},
        {"value": 5, "expires": None, "fetched": 1},
        {"value": "", "expires": None, "fetched": 1},
        {"value": "a", "expires": "never", "fetched": 1},
        {"value": "a", "expires": float("nan"), "fetched": 1},
        {"value": "a", "fetched": 1},
        [],
        "text",
    ],
)
def test_what_is_no_token_is_not_taken(kept, data):
    cache, path = kept
    path.write_text(json.dumps(data))
    assert cache.get("me") is None
