"""`aigc skill`: instructions for coding assistants, made of what the documentation is made of."""

import yaml

from AIGCLibrary.cli.main import main
from AIGCLibrary.rf.documentation import documented_library


def test_the_skill_names_every_keyword_and_recipe(tmp_path, capsys):
    assert main(["skill", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5
    head, _, body = (tmp_path / "SKILL.md").read_text(encoding="utf-8").removeprefix("---\n").partition("---\n")
    assert yaml.safe_load(head)["name"] == "aigclibrary"
    assert "Robot Framework" in yaml.safe_load(head)["description"]
    assert "%TOC%" not in body
    for name in ("keywords", "recipes", "providers", "rules"):
        assert f"`references/{name}.md`" in body
        assert (tmp_path / "references" / f"{name}.md").is_file()
    listed = (tmp_path / "references" / "keywords.md").read_text(encoding="utf-8")
    names = [keyword.name for keyword in documented_library().keywords]
    assert [name for name in names if f"**{name}**" not in listed] == []
    assert len(names) == listed.count("- **")
    assert "Image Should Be Delivered" in (tmp_path / "references" / "recipes.md").read_text(encoding="utf-8")


def test_in_chinese_names_and_examples_are_chinese(tmp_path):
    assert main(["skill", str(tmp_path), "--language", "zh-CN"]) == 0
    listed = (tmp_path / "references" / "keywords.md").read_text(encoding="utf-8")
    recipes = (tmp_path / "references" / "recipes.md").read_text(encoding="utf-8")
    assert "- **等待任务**" in listed
    assert "Wait For Task" not in listed + recipes
    assert "图片应按时交付" in recipes
