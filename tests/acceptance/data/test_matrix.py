"""`aigc matrix` over two studios."""

import pytest
import requests

from AIGCLibrary.studio import StudioServer, StudioSettings
from tests.support.robot_run import run_aigc

MATRIX = ("matrix", "m.robot", "--environments-file", "environments.yaml")
SUITE = """
*** Settings ***
Library    RequestsLibrary
Library    AIGCLibrary    environments=environments.yaml

*** Test Cases ***
Data Can Be Prepared
    Prepare Data    character_creation

The Script Is There
    ${environment} =    Use Environment    ${AIGC_ENVIRONMENT}
    ${answer} =    GET On Session    ${environment.name}    /scripts    params=name=Planted
    Should Be Equal As Integers    ${answer.json()}[total]    1
"""


@pytest.mark.parametrize("options", [[], ["--no-pabot"]])
def test_the_same_suite_in_two_environments(studio, tmp_path, options):
    with StudioServer(StudioSettings(seed=2)) as other:
        headers = {"Authorization": "Bearer studio-demo-token"}
        for one, count in ((studio, 1), (other, 0)):
            requests.delete(f"{one.url}/api/v1/scripts/none", headers=headers, timeout=60)
            present = requests.get(f"{one.url}/api/v1/scripts", params={"name": "Planted"}, headers=headers, timeout=60)
            for _ in range(count - present.json()["total"]):
                requests.post(f"{one.url}/api/v1/scripts", json={"title": "Planted"}, headers=headers, timeout=60)
        (tmp_path / "environments.yaml").write_text(
            f"environments:\n  dev: {{base_url: '{studio.url}/api/v1', auth: {{bearer: studio-demo-token}}}}\n"
            f"  staging: {{extends: dev, base_url: '{other.url}/api/v1'}}\n",
            encoding="utf-8",
        )
        (tmp_path / "m.robot").write_text(SUITE, encoding="utf-8")
        done = run_aigc(tmp_path, *MATRIX, "--environments", "dev,staging", *options)
    assert done.returncode == 1, done.stdout + done.stderr
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]
    there = next(row for row in reversed(rows) if row.startswith("The Script Is There"))
    assert "PASS" in there
    assert "FAIL" in there
    assert "Failed 0 1" in rows
    page = (tmp_path / "results" / "matrix" / "matrix.html").read_text(encoding="utf-8")
    assert page.count('class="differs"') == 1
    assert (tmp_path / "results" / "matrix" / "log.html").is_file()


def test_an_unknown_environment_is_reported_before_anything_runs(tmp_path):
    (tmp_path / "environments.yaml").write_text("environments:\n  dev: {base_url: http://x}\n", encoding="utf-8")
    (tmp_path / "m.robot").write_text(SUITE, encoding="utf-8")
    done = run_aigc(tmp_path, *MATRIX, "--environments", "dev,prd")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no environment 'prd'" in done.stderr
