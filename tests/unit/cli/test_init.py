"""The project that `aigc init` makes."""

import pytest

from AIGCLibrary.cli.main import main
from tests.support.project import PROJECT, ROOT, copied_files, shared_files


def test_the_example_project_is_this_repositorys_own():
    assert copied_files() == shared_files(), "python -m tests.support.project"
    changed = [str(path) for path in shared_files() if (PROJECT / path).read_bytes() != (ROOT / path).read_bytes()]
    assert changed == [], "python -m tests.support.project"


def test_a_project_has_the_layout_of_this_repository(tmp_path, capsys):
    assert main(["init", str(tmp_path / "mine")]) == 0
    made = tmp_path / "mine"
    assert {path.name for path in made.iterdir()} == {
        "suites",
        "keywords",
        "resources",
        "results",
        "README.md",
        ".gitignore",
    }
    assert (made / "results" / ".gitkeep").exists()
    assert list((made / "suites").glob("*.robot"))
    assert "aigc demo" in capsys.readouterr().out


@pytest.mark.parametrize(("spoken", "title"), [("en", "# Tests of an AIGC product"), ("zh-CN", "# AIGC 产品的测试")])
def test_the_readme_is_in_the_language_spoken(tmp_path, spoken, title):
    assert main(["init", str(tmp_path / "mine"), "--language", spoken]) == 0
    assert (tmp_path / "mine" / "README.md").read_text(encoding="utf-8").startswith(title)
    assert [path.name for path in (tmp_path / "mine").glob("README*")] == ["README.md"]


def test_the_next_command_can_be_pasted(tmp_path, capsys):
    assert main(["init", str(tmp_path / "a b")]) == 0
    assert f"cd '{tmp_path / 'a b'}'" in capsys.readouterr().out


def test_a_folder_with_files_is_left_alone(tmp_path, capsys):
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 2
    assert "AIGC017" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_force_writes_only_what_is_not_there(tmp_path, capsys):
    (tmp_path / "README.md").write_text("mine", encoding="utf-8")
    assert main(["init", str(tmp_path), "--force"]) == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "resources" / "aigc.yaml").exists()


@pytest.mark.parametrize("name", ["file.txt"])
def test_a_file_in_the_way_is_said_clearly(tmp_path, name, capsys):
    (tmp_path / name).write_text("", encoding="utf-8")
    assert main(["init", str(tmp_path / name)]) == 2
    assert "is not an empty folder" in capsys.readouterr().err
