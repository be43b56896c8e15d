"""What the doctor finds, and which remedy it gives."""

import json

import pytest

from AIGCLibrary.cli import health
from AIGCLibrary.cli.main import main


@pytest.fixture(autouse=True)
def in_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AIGC_STORE", raising=False)


def findings(capsys, code=None):
    got = main(["doctor", "--json", "--language", "en"])
    if code is not None:
        assert got == code
    return {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)}


def test_what_is_needed_is_here(capsys):
    found = findings(capsys)
    for name in ("Python", "robotframework", "robotframework-browser", "Node.js", "Store"):
        assert found[name]["state"] == "ok", found[name]


def test_a_missing_browser_fails_with_its_remedy(monkeypatch, capsys):
    monkeypatch.setattr(health, "find_browser", lambda: None)
    browser = findings(capsys, code=1)["Browser"]
    assert browser["state"] == "missing"
    assert "rfbrowser install chromium" in browser["remedy"]


def test_a_browser_that_does_not_start_is_reported(monkeypatch, capsys):
    monkeypatch.setattr(health, "find_browser", health_browser)
    monkeypatch.setattr(health, "browser_version", lambda _: None)
    assert "does not start" in findings(capsys, code=1)["Browser"]["found"]


def health_browser():
    from pathlib import Path

    from AIGCLibrary.cli.browser import FoundBrowser

    return FoundBrowser(Path("/opt/chrome"), "installed")


def test_a_store_that_cannot_be_reached_is_reported_without_its_password(monkeypatch, capsys):
    monkeypatch.setenv("AIGC_STORE", "sqlite:////proc/nowhere/aigc.db")
    assert findings(capsys, code=1)["Store"]["remedy"]
    monkeypatch.setenv("AIGC_STORE", "nonsense://me:secret@host/db")
    reported = findings(capsys, code=1)["Store"]
    assert reported["state"] == "missing"
    assert "secret" not in json.dumps(reported)


def test_a_package_of_the_wrong_version_is_reported(monkeypatch, capsys):
    from packaging.requirements import Requirement

    monkeypatch.setattr(health, "_needed", lambda: [Requirement("robotframework>=99"), Requirement("no-such-thing>=1")])
    found = findings(capsys, code=1)
    assert found["robotframework"]["remedy"] == "pip install 'robotframework>=99'"
    assert found["no-such-thing"]["found"] == "not installed"


def test_extras_are_optional_and_name_their_package(monkeypatch, capsys):
    monkeypatch.setattr(health, "EXTRAS", {"mcp": ("no-such-thing",)})
    extra = next(found for name, found in findings(capsys).items() if name.startswith("[mcp]"))
    assert extra["state"] == "optional"
    assert extra["remedy"] == "pip install 'robotframework-aigclibrary[mcp]'"


def test_a_missing_font_is_no_failure(monkeypatch, capsys):
    from AIGCLibrary.studio.media import fonts

    monkeypatch.setattr(fonts, "can_write_chinese", lambda: False)
    found = findings(capsys)["Font with Chinese characters"]
    assert found["state"] == "optional"
    assert "fonts-noto-cjk" in found["remedy"]


def test_the_table_speaks_chinese(capsys):
    main(["doctor", "--language", "zh-CN"])
    assert "浏览器" in capsys.readouterr().out


def test_every_extra_of_the_project_is_looked_at():
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(health.EXTRAS) == set(project["optional-dependencies"]) - {"dev", "docs", "bench"}
