"""What a newcomer does, as written: the suite of the README, the tutorial, a project of one's own, the demo."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from robot.api import ExecutionResult

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("AIGC_") or "BROWSER" in key}


def aigc(*arguments, cwd=ROOT, timeout=900):
    """Run the command as a user does; give its exit code and all it said."""
    environment = {**CLEAN, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "AIGCLibrary", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def cases_of(folder):
    return list(ExecutionResult(folder / "output.xml").suite.all_tests)


def failures_of(folder):
    return {test.full_name: test.message for test in cases_of(folder) if test.failed}


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_suite_of_the_readme_runs(page, tmp_path, robot, studio):
    suite = re.search(r"```robotframework\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)[1]
    assert len(suite.splitlines()) <= 22
    shutil.copytree(ROOT / "resources", tmp_path / "resources")
    run = robot(suite, "--variable", f"STUDIO_URL:{studio.url}", "--variable", "STUDIO_TOKEN:studio-demo-token")
    assert run.code == 0, run.console
    assert len(run.tests) == 2


def test_every_page_of_the_tutorial_runs(tmp_path):
    code, said = aigc("demo", "--suite", "docs/tutorial", "--outputdir", tmp_path)
    assert failures_of(tmp_path) == {}, said
    assert code == 0
    assert len({test.parent.name for test in cases_of(tmp_path)}) == len(
        list((ROOT / "docs/tutorial").glob("*.robot.md"))
    )


def test_a_project_of_ones_own_runs_as_it_is_made(tmp_path):
    project = tmp_path / "mine"
    assert aigc("init", project)[0] == 0
    code, said = aigc("demo", cwd=project)
    assert failures_of(project / "results") == {}, said
    assert code == 0
    assert (project / "results" / "aigc.db").is_file()


def test_the_demo_passes_and_leaves_its_reports(tmp_path):
    code, said = aigc("demo", "--outputdir", tmp_path)
    assert failures_of(tmp_path) == {}, said
    assert code == 0
    for name in ("log.html", "report.html", "metrics.html", "aigc.db"):
        assert (tmp_path / name).stat().st_size > 1000, name
        assert str(tmp_path / name) in said
    assert re.search(r"\d+ objectives: \d+ proven, \d+ need more samples", said)
    assert "unproven" not in said, said  # what only needs more samples is in that one line
    assert "Traceback" not in said


def test_the_broken_demo_fails_and_every_failure_suggests_a_fix(tmp_path):
    code, said = aigc("demo", "--broken", "--outputdir", tmp_path)
    tests = cases_of(tmp_path)
    assert [test.name for test in tests if not test.failed] == []
    assert code == len(tests) > 0
    assert said.index(f"{code} of {code} tests failed") < said.index("Service level objectives") < said.index("Reports")
    assert [test.name for test in tests if "→" not in test.message] == []
    assert "Traceback" not in said


def test_the_demo_speaks_chinese(tmp_path):
    code, said = aigc("demo", "--suite", "suites/03_短剧.robot", "--language", "zh-CN", "--outputdir", tmp_path)
    assert code == 0, said
    assert "演示产品" in said
    assert "服务等级目标" in said
    assert re.search(r"共 \d+ 个目标项：", said)


def test_broken_suites_are_tagged_so_that_other_runs_can_leave_them_out(tmp_path):
    code, said = aigc(
        "demo", "--suite", "suites/broken", "--outputdir", tmp_path, "--", "--dryrun", "--exclude", "broken"
    )
    assert code == 252, said
    assert "contains no tests" in said
