"""`aigc slo`, `aigc store`, `aigc dashboard` as a CI server or a tester calls them."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from AIGCLibrary.store import Store, tables
from tests.support.ports import free_port
from tests.support.robot_run import ROOT, clean_environment
from tests.support.robot_run import run_aigc as aigc
from tests.support.stores import fill

AT = 1_800_000_000.0


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{(tmp_path / 'results' / 'aigc.db').as_posix()}"
    store = Store(url, "run-1")
    store.upsert(tables.run, id="run-1", name="Suite", started_at=AT, status="PASS")
    row = {"weight": None, "unit": "1", "labels": {}, "place": None}
    fill(store, tables.sample, ({"name": "locator.gold_hit", "at": AT + i, "value": 1.0, **row} for i in range(40)))
    fill(store, tables.sample, ({"name": "async_task.completed", "at": AT + i, "value": 0.0, **row} for i in range(9)))
    store.close()
    return url


def test_a_breach_fails_the_gate_and_is_reported_to_machines(database, tmp_path):
    done = aigc(tmp_path, "slo", "check", "--junit", "slo.xml", "--summary", "summary.md")
    assert done.returncode == 1
    assert "✗\N{NO-BREAK SPACE}breach" in done.stdout
    assert re.search(r"Suite, \d{4}-\d\d-\d\d .*\(run run-1\)", done.stdout)
    suite = ET.parse(tmp_path / "slo.xml").getroot()
    assert (suite.get("failures"), suite.get("tests")) == ("1", "11")
    assert "🔴" in (tmp_path / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_gate_decides_whatever_a_console_can_show(database, tmp_path, encoding, language):
    done = subprocess.run(
        [sys.executable, "-m", "AIGCLibrary", "slo", "check", "--language", language],
        cwd=tmp_path,
        env=clean_environment(PYTHONIOENCODING=encoding, PYTHONUTF8="0"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 1
    assert "async_task.completion_rate" in done.stdout.decode(encoding)
    assert "Traceback" not in done.stderr.decode(encoding)


def test_own_objectives_decide(database, tmp_path):
    (tmp_path / "slo.yaml").write_text("slo: {locator: {gold_hit_rate: {min: 0.7}}}")
    assert aigc(tmp_path, "slo", "check", "--slo", "slo.yaml").returncode == 0
    (tmp_path / "slo.yaml").write_text("slo: {locator: {gold_hit_rate: {min: 0.99}}}")
    assert aigc(tmp_path, "slo", "check", "--slo", "slo.yaml").returncode == 0
    assert aigc(tmp_path, "slo", "check", "--slo", "slo.yaml", "--gate", "unproven").returncode == 1


def test_a_missing_store_or_run_is_reported_in_one_sentence(database, tmp_path):
    (tmp_path / "empty").mkdir()
    done = aigc(tmp_path / "empty", "slo", "check")
    assert (done.returncode, "There is no store at" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
    done = aigc(tmp_path, "slo", "check", "--run", "run-2")
    assert f"There is no run 'run-2' in the store '{database}'. Did you mean 'run-1'?" in done.stderr
    done = aigc(tmp_path, "store", "export", "--run", "run-2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean 'run-1'?" in done.stderr


def test_the_store_can_be_looked_into_exported_and_pruned(database, tmp_path):
    assert re.search(r"sample\s+49", aigc(tmp_path, "store", "info").stdout)
    rows = [json.loads(line) for line in aigc(tmp_path, "store", "export", "--run", "run-1").stdout.splitlines()]
    assert sum(row["table"] == "sample" for row in rows) == 49
    # The samples are of the year 2027 and so are younger than any age.
    assert "Nothing is that old." in aigc(tmp_path, "store", "prune", "--older-than", "1 d").stdout


@pytest.mark.parametrize("age", ["30", "-1 d", "0 d", "3 m", "30 MB", "30 %", "old"])
def test_an_age_without_a_clear_unit_removes_nothing(database, tmp_path, age):
    done = aigc(tmp_path, "store", "prune", f"--older-than={age}", "--yes")
    assert (done.returncode, f"'{age}' " in done.stderr, "'30 d'" in done.stderr) == (2, True, True)
    assert re.search(r"sample\s+49", aigc(tmp_path, "store", "info").stdout)


def test_what_goes_is_shown_before_it_goes(database, tmp_path):
    store = Store(database, "run-0")
    fill(store, tables.task, [{"handle": "old", "updated_at": time.time() - 3 * 86400}])
    store.close()
    shown = aigc(tmp_path, "store", "prune", "--older-than", "2 d", "--dry-run")
    assert re.search(r"before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", shown.stdout)
    assert re.search(r"task\s+1\s", shown.stdout)
    assert "removed" not in shown.stdout
    done = aigc(tmp_path, "store", "prune", "--older-than", "2 d")
    assert "1 rows were removed." in done.stdout


@pytest.mark.parametrize("command", ["fixes", "mcp"])
def test_a_store_may_be_named_by_folder_file_or_url(database, tmp_path, command):
    (tmp_path / "elsewhere").mkdir()
    for place in (database, str(tmp_path / "results"), str(tmp_path / "results" / "aigc.db")):
        done = aigc(tmp_path / "elsewhere", command, place)
        assert done.returncode == 0, done.stderr
    missing = aigc(tmp_path / "elsewhere", command, "sqlite:////nowhere/aigc.db")
    assert "no store at '/nowhere/aigc.db'" in missing.stderr
    assert f"aigc {command} sqlite:////" in missing.stderr
    assert "--store" not in missing.stderr


def serve(folder, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "AIGCLibrary", "dashboard", "--port", "0", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    line = process.stdout.readline()
    return process, re.search(r"http://\S+", line)[0]


def test_prometheus_scrapes_the_dashboard(database, tmp_path):
    prometheus = shutil.which("prometheus")
    if prometheus is None:
        pytest.skip("Debian's package prometheus is not installed")
    process, url = serve(tmp_path)
    rules = aigc(tmp_path, "slo", "export", "--format", "prometheus-rules", "--output", "rules.yaml")
    assert rules.returncode == 0, rules.stderr
    (tmp_path / "prometheus.yml").write_text(
        f"global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [rules.yaml]\n"
        f"scrape_configs: [{{job_name: aigc, static_configs: [{{targets: ['{url.removeprefix('http://')}']}}]}}]\n"
    )
    port = free_port()
    server = subprocess.Popen(
        [
            prometheus,
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=tsdb",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def ask(query, seconds=120):
        """Ask until there is an answer."""
        for _ in range(4 * seconds):
            time.sleep(0.25)
            try:
                address = f"http://127.0.0.1:{port}/api/v1/query?{urlencode({'query': query})}"
                with urllib.request.urlopen(address, timeout=5) as answer:
                    if found := json.load(answer)["data"]["result"]:
                        return found
            except OSError:
                continue
        return []

    try:
        found = ask('aigc_slo_value{slo="locator.gold_hit_rate"}')
        misses = {
            "name": "async_task.completed",
            "value": 0.0,
            "weight": None,
            "unit": "1",
            "labels": {},
            "place": None,
        }
        store = Store(database, "run-1")
        fill(store, tables.sample, ({"at": AT + i, **misses} for i in range(20)))
        store.close()
        alerts = ask('ALERTS{alertname="AIGCObjectiveBreached",slo="async_task.completion_rate"}')
        burns = ask('aigc:slo_burn:5m{slo="async_task.completion_rate"} > 1')
    finally:
        for one in (server, process):
            one.terminate()
            one.wait(600)
        process.stdout.close()
    assert alerts[0]["metric"]["alertstate"] in ("pending", "firing")
    assert float(burns[0]["value"][1]) == pytest.approx(20)  # all of 20 missed, one of 20 is allowed
    assert found[0]["value"][1] == "1"
    assert found[0]["metric"]["run"] == "run-1"
