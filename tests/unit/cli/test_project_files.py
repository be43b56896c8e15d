"""YAML files of a new project name their schema, and speak the language of the project."""

import re
from pathlib import Path

import pytest

from AIGCLibrary.cli.init import write_project
from AIGCLibrary.cli.main import main
from AIGCLibrary.yaml import load_yaml

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODE = re.compile(r"^(\s*[\w-]+:|\s*- |\s{2,}aigc |LUFS|yaml-language-server)")


@pytest.fixture(scope="module", params=["en", "zh-CN"])
def project(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    write_project(folder, request.param)
    return request.param, folder


def test_every_yaml_file_names_a_schema_that_is_there_and_matches_it(project):
    _, folder = project
    files = sorted(folder.rglob("*.yaml"))
    assert len(files) > 10
    for path in files:
        schema = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text(encoding="utf-8"))[1]
        assert (path.parent / schema).resolve().parent == (folder / ".schemas").resolve(), path
        assert (path.parent / schema).is_file(), path
        load_yaml(path, Path(schema).name.removesuffix(".schema.json"))


def test_every_comment_of_a_chinese_project_is_chinese(project):
    language, folder = project
    if language != "zh-CN":
        pytest.skip("about the Chinese project")
    english = [
        f"{path.name}: {comment}"
        for path in folder.rglob("*.yaml")
        for comment in re.findall(r"(?m)(?:^|[ \t])# ?( *\S.*)$", path.read_text(encoding="utf-8"))
        if not CHINESE.search(comment) and not CODE.match(comment)
    ]
    assert english == []


def test_schemas_are_written_over_older_ones(tmp_path, capsys):
    (tmp_path / ".schemas").mkdir()
    (tmp_path / ".schemas" / "slo.schema.json").write_text("{}", encoding="utf-8")
    assert main(["schemas", str(tmp_path)]) == 0
    assert "rules.schema.json" in capsys.readouterr().out
    assert (tmp_path / ".schemas" / "slo.schema.json").stat().st_size > 1000
