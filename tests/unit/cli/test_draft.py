"""`aigc draft suite`: a first suite that passes the checks, and is never written over another one."""

import subprocess
import sys
from dataclasses import replace

import pytest
import yaml

from AIGCLibrary.cli.draft_suite import DraftOrder, DraftPage, suite_text
from AIGCLibrary.cli.main import main
from AIGCLibrary.tasks.providers.loader import Providers


def draft(folder, *arguments, name="first.robot"):
    return main(["draft", "suite", str(folder / "suites" / name), *arguments])


def test_a_suite_for_a_preset_at_a_url_passes_a_dry_run_and_robocop(tmp_path, capsys):
    arguments = ["--provider", "cog", "--url", "http://127.0.0.1:5000", "--input", "prompt=a  cat # ${x}"]
    assert draft(tmp_path, *arguments, "--input", "seconds:=0.5") == 0
    assert "first.robot" in capsys.readouterr().out
    assert draft(tmp_path, *arguments, "--language", "zh-CN", name="second.robot") == 0
    text = (tmp_path / "suites" / "first.robot").read_text(encoding="utf-8")
    assert r"prompt=a \ cat # \${x}    seconds=${0.5}" in text
    assert "Process Task Files    ${task}    rules=image" in text
    written = yaml.safe_load((tmp_path / "resources" / "providers" / "first.yaml").read_text(encoding="utf-8"))
    own = {"extends": "cog", "base_url": "http://127.0.0.1:5000", "own_address": True}
    assert written["providers"] == {"first": own}
    chinese = (tmp_path / "suites" / "second.robot").read_text(encoding="utf-8")
    assert chinese.startswith("Language: zh-CN\n")
    assert "处理任务文件    ${任务}" in chinese
    assert "首个用例集：Cog 模型服务（同步调用）。" in chinese
    found = subprocess.run(
        [sys.executable, "-m", "robocop", "check", "suites"],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=600, cwd=tmp_path,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout


def test_a_suite_that_is_there_is_kept(tmp_path, capsys):
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "first.robot").write_text("mine", encoding="utf-8")
    assert draft(tmp_path, "--provider", "kling") == 2
    assert "already exists" in capsys.readouterr().err
    assert (tmp_path / "suites" / "first.robot").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--provider", "nosuch"), "nosuch"),
        (("--provider", "generic"), "--url"),
        (("--provider", "bentoml"), "--input route="),
        (("--provider", "bentoml", "--url", "http://127.0.0.1:3000"), "--input route="),
        (("--provider", "kling", "--rules", "nosuch"), "nosuch"),
        (("--provider", "kling", "--input", "prompt"), "NAME=VALUE"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(tmp_path, capsys, arguments, said):
    assert draft(tmp_path, *arguments) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.rglob("*")) == []


def test_a_password_in_an_address_goes_into_no_file_and_no_message(tmp_path, capsys):
    for option in ("--url", "--page"):
        assert draft(tmp_path, "--provider", "kling", option, "https://mei:lan-7@api.example/v1") == 2
        said = capsys.readouterr().err
        assert "api.example" in said
        assert "lan-7" not in said
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(("suite", "name"), [("a/b/first.robot", "first"), ("---.robot", "product")])
def test_the_provider_file_is_in_the_project_and_has_a_name(tmp_path, suite, name):
    assert draft(tmp_path, "--provider", "cog", "--url", "http://127.0.0.1:5000", name=suite) == 0
    assert [path.name for path in (tmp_path / "resources" / "providers").iterdir()] == [f"{name}.yaml"]


def test_a_preset_keeps_its_address_beside_the_environments_of_a_project(tmp_path):
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "environments.yaml").write_text(
        "version: 1\nenvironments: {local: {base_url: 'http://127.0.0.1:8765'}}", encoding="utf-8"
    )
    assert draft(tmp_path, "--provider", "cog") == 0
    text = (tmp_path / "resources" / "providers" / "first.yaml").read_text(encoding="utf-8")
    assert "base_url: http://127.0.0.1:5000\n    own_address: true" in text


def test_a_provider_file_for_another_address_is_kept(tmp_path, capsys):
    assert draft(tmp_path, "--provider", "cog", "--url", "http://127.0.0.1:5000") == 0
    (tmp_path / "suites" / "first.robot").unlink()
    assert draft(tmp_path, "--provider", "cog", "--url", "http://127.0.0.1:5001") == 2
    assert "first.yaml' already exists" in capsys.readouterr().err


def order(provider, **inputs):
    return DraftOrder(Providers().get(provider, "video"), "video", inputs)


def test_inputs_named_like_an_argument_go_into_a_dictionary(tmp_path):
    text = suite_text(order("cog", prompt="cat", kind="webp", sizes=[1, 2]), {}, tmp_path / "a.robot")
    assert "VAR    &{inputs} =    prompt=cat    kind=webp    sizes=${{[1, 2]}}" in text
    assert "inputs=${inputs}" in text


def test_a_long_title_is_wrapped(tmp_path):
    text = suite_text(order("openai_videos", prompt="cat"), {}, tmp_path / "a.robot")
    assert max(map(len, text.splitlines())) <= 120


def test_the_keys_of_the_product_are_named(tmp_path):
    text = suite_text(order("kling", prompt="cat"), {}, tmp_path / "a.robot")
    assert "from the environment: KLING_ACCESS_KEY, KLING_SECRET_KEY." in text
    assert "KLING_JWT" not in text


def test_a_product_without_files_is_no_failure(tmp_path):
    rows = (
        "    ${files} =    Get Length    ${result.result.files}",
        "    IF    ${files}    Process Task Files    ${task}",
    )
    assert "\n".join(rows) in suite_text(order("prefect", deployment="d"), {}, tmp_path / "a.robot")


def test_every_target_of_the_page_is_looked_for(tmp_path):
    page = DraftPage("http://x/login", tmp_path / "resources" / "login.yaml", ("login.user", "login.submit"))
    text = suite_text(order("kling"), {}, tmp_path / "suites" / "a.robot", page)
    assert "locators=${CURDIR}/../resources/login.yaml" in text
    loop = (
        "    FOR    ${target}    IN    login.user    login.submit",
        "        Locate Target    ${target}    state=attached",
        "    END",
    )
    assert "\n".join(loop) in text


def test_files_are_not_expected_of_a_kind_without_rules(tmp_path):
    (tmp_path / "suites").mkdir()
    arguments = ["--provider", "bentoml", "--url", "http://127.0.0.1:3", "--input", "route=meta"]
    for kind, has_files in (("video", True), ("script", False)):
        suite = tmp_path / "suites" / f"{kind}.robot"
        assert main(["draft", "suite", str(suite), "--kind", kind, *arguments]) == 0
        assert ("IF " not in suite.read_text(encoding="utf-8")) is has_files


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("provider", "rules"), [("cog", "video"), ("prefect", "video"), ("prefect", f"rules_of_{'a_product_' * 3}.yaml")]
)
def test_drafts_pass_the_rules_and_the_format_that_robocop_has_by_default(tmp_path, language, provider, rules):
    inputs = {f"input_{n}": "a text of some length" for n in range(9)}
    page = DraftPage("http://127.0.0.1/", tmp_path / "home.yaml", tuple(f"home.target_{n}" for n in range(40)))
    (tmp_path / "suites").mkdir()
    files = {"providers": (tmp_path / "own.yaml",)}
    for name, shown in (("first", None), ("second", page)):
        suite = tmp_path / "suites" / f"{name}.robot"
        content = suite_text(replace(order(provider, **inputs), rules=rules), files, suite, shown, language)
        suite.write_text(content, encoding="utf-8")
    for command in (["check"], ["format", "--check", "--diff", "--no-overwrite"]):
        checked = subprocess.run(
            [sys.executable, "-m", "robocop", *command, "suites"],
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=600, cwd=tmp_path,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout + checked.stderr
