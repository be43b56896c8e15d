"""The project that `aigc init` makes."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from AIGCLibrary.cli import studio
from AIGCLibrary.cli.main import build_parser, main

ROOT = Path(__file__).resolve().parents[3]


def files_of(folder, *names):
    """The files below folders, by their path from `folder`."""
    found = (path for name in names for path in (folder / name).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if "__pycache__" not in path.parts}


def test_the_project_has_the_keywords_and_resources_of_this_repository(tmp_path):
    assert main(["init", str(tmp_path / "mine")]) == 0
    names = ("keywords", "resources")
    mine, ours = files_of(tmp_path / "mine", *names), files_of(ROOT, *names)
    assert {name: without_schema(text) for name, text in mine.items()} == {
        name: without_schema(text) for name, text in ours.items()
    }


def without_schema(content):
    """The schemas are beside the package here, and in a folder of their own in a project."""
    return re.sub(rb"\A# yaml-language-server: [^\n]*\n", b"", content)


def test_no_file_of_the_project_is_kept_twice():
    template = ROOT / "AIGCLibrary" / "defaults" / "project"
    assert {path.name for path in template.iterdir()}.isdisjoint({"keywords", "resources"})


def test_a_wheel_writes_the_same_project(tmp_path):
    wheels = tmp_path / "wheels"
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(wheels)]
    source = tmp_path / "source"
    for name in ("AIGCLibrary", "keywords", "resources"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source)
    subprocess.run([*build, str(source)], check=True, timeout=900)
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    command = [sys.executable, "-m", "AIGCLibrary", "init", str(tmp_path / "mine")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    subprocess.run(command, check=True, cwd=tmp_path, env=environment, capture_output=True, timeout=900)
    assert main(["init", str(tmp_path / "here")]) == 0
    assert files_of(tmp_path / "mine", ".") == files_of(tmp_path / "here", ".")
    assert [path.name for path in (tmp_path / "installed").iterdir() if path.name in ("keywords", "resources")] == []


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
        ".schemas",
    }
    assert (made / "results" / ".gitkeep").exists()
    assert list((made / "suites").glob("*.robot"))
    assert "aigc demo" in capsys.readouterr().out


@pytest.mark.parametrize(("spoken", "title"), [("en", "# Tests of an AIGC product"), ("zh-CN", "# AIGC 产品的测试")])
def test_the_readme_is_in_the_language_spoken(tmp_path, spoken, title):
    assert main(["init", str(tmp_path / "mine"), "--language", spoken]) == 0
    assert (tmp_path / "mine" / "README.md").read_text(encoding="utf-8").startswith(title)
    assert [path.name for path in (tmp_path / "mine").glob("README*")] == ["README.md"]


def test_every_suite_of_a_chinese_project_is_chinese(tmp_path):
    assert main(["init", str(tmp_path / "en")]) == 0
    assert main(["init", str(tmp_path / "zh"), "--language", "zh-CN"]) == 0
    english, chinese = (sorted((tmp_path / lang / "suites").iterdir()) for lang in ("en", "zh"))
    assert [path.name[:2] for path in chinese] == [path.name[:2] for path in english]
    for path in chinese:
        text = path.read_text(encoding="utf-8")
        assert re.match(r"Language: zh-CN\n# robocop: off=[\w,]+\n\n\*\*\* 设置 \*\*\*", text), path.name
        (resource,) = re.findall(r"(?m)^资源文件 +(\S+)$", text)
        assert (path.parent / resource).is_file()
    assert main(["check", "suites", str(tmp_path / "zh" / "suites")]) == 0


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


def test_a_folder_that_is_a_new_repository_is_filled_and_what_is_there_stays(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("README.md", "LICENSE", ".gitignore"):
        (tmp_path / name).write_text("ours", encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 0
    assert "cd ." not in capsys.readouterr().out
    assert (tmp_path / "suites").is_dir()
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "ours"
    other = tmp_path / "other"
    other.mkdir()
    (other / "code.py").touch()
    assert main(["init", str(other)]) == 2
    assert "README, LICENSE" in capsys.readouterr().err


def test_the_project_and_the_studio_use_one_port():
    parser = build_parser({"studio": studio})
    port = str(parser.parse_args(["studio"]).port)
    named = [path for folder in ("keywords", "resources") for path in (ROOT / folder).rglob("*.*")]
    found = {port for path in named for port in re.findall(r"127\.0\.0\.1:(\d+)", path.read_text(encoding="utf-8"))}
    assert found == {port}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_project_passes_the_rules_that_robocop_has_by_default(tmp_path, language):
    assert main(["init", str(tmp_path / "mine"), "--language", language]) == 0
    checked = subprocess.run(
        [sys.executable, "-m", "robocop", "check"],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=600, cwd=tmp_path / "mine",
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
