"""`aigc plugins`: the plug-ins a project enables are judged where the project is."""

import json

from AIGCLibrary.cli.main import main


def test_a_name_that_no_plugin_has_is_an_error_with_what_was_meant(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", "--json", "--plugins", "fil"]) == 1
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["fil"]["health"] == "unknown"
    assert "There is no plug-in 'fil'." in rows["fil"]["reason"]


def test_the_plugins_of_the_projects_own_settings_are_listed(tmp_path, monkeypatch, capsys):
    (tmp_path / "aigc.yaml").write_text("plugins: [ghost_rules:Ghost]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", "--json"]) == 1
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert "ghost_rules" in rows["ghost_rules:Ghost"]["reason"]
