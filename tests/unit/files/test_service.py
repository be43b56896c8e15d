"""The service: reports, events, rows, errors with all findings, temporary folders, tasks, the plug-in."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import jsonschema_rs
import pytest
from sqlalchemy import select

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ConfigError, FileError
from AIGCLibrary.events import DownloadProgress, FileProcessed
from AIGCLibrary.files.html import report_html
from AIGCLibrary.files.options import FileLimits, KeepTemp
from AIGCLibrary.files.outcomes import raise_for_all
from AIGCLibrary.files.rules.vocabulary import MEDIA_FACTS
from AIGCLibrary.files.temp import TempFolder, sweep
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.store import tables
from AIGCLibrary.yaml import load_schema


@pytest.fixture
def engine(tmp_path, server):
    settings = Settings(store=f"sqlite:///{tmp_path}/a.db", options={"files": {"temp": str(tmp_path / "temp")}})
    made = Engine(settings.identified({}), directory=tmp_path, connections=Connection(server.url))
    yield made
    made.close()


def test_report_fits_its_schema_and_is_remembered(engine, server, mp4):
    seen = []
    engine.bus.subscribe(FileProcessed, seen.append)
    engine.bus.subscribe(DownloadProgress, seen.append)
    report = engine.loop.run(
        engine.files.process(server.add("/a.mp4", mp4), rules={"extends": "video", "width": 1, "early": False})
    )
    data = json.loads(json.dumps(report.as_dict()))
    jsonschema_rs.validator_for(load_schema("file_report")).validate(data)
    rows = engine.store.query(select(tables.file_report))
    assert [(row["id"], row["success"], row["media_type"]) for row in rows] == [(report.id, False, "video/mp4")]
    findings = engine.store.query(select(tables.finding))
    assert [(f["rule"], f["expected"], f["actual"], f["unit"]) for f in findings] == [("width", "1", "320", "px")]
    processed = next(event for event in seen if isinstance(event, FileProcessed))
    assert (processed.success, processed.size, processed.disk_efficiency) == (False, len(mp4), 1.0)
    assert any(isinstance(event, DownloadProgress) and event.done for event in seen)


def test_one_error_lists_every_finding(engine, tmp_path, mp4):
    (tmp_path / "a.mp4").write_bytes(mp4)
    report = engine.files.validate(tmp_path / "a.mp4", {"width": 1, "fps": ">= 50", "duration": "9 s"})
    with pytest.raises(FileError) as caught:
        report.raise_for_errors()
    assert caught.value.code == "AIGC304"
    assert caught.value.message.count("\n- ") == 3
    assert "The frame rate is 24 fps; expected >= 50." in caught.value.message
    assert [f["rule"] for f in caught.value.facts["findings"]] == ["duration", "width", "fps"]
    assert {"source", "media_type", "size", "sha256"} <= set(caught.value.facts)


def test_failed_download_is_remembered_too(engine, server):
    with pytest.raises(FileError):
        engine.loop.run(engine.files.process(server.url + "/gone"))
    rows = engine.store.query(select(tables.file_report))
    assert [row["success"] for row in rows] == [False]
    assert "answered 404" in rows[0]["report"]["error"]


def test_path_below_the_session(engine, server, mp4):
    server.add("/files/a.mp4", mp4)
    assert engine.loop.run(engine.files.process("/files/a.mp4")).success


def test_missing_local_file(engine):
    with pytest.raises(FileError) as caught:
        engine.files.validate("nowhere.mp4")
    assert caught.value.code == "AIGC314"


def test_several_files_keep_their_order_and_tell_all_errors(engine, server, mp4):
    good, bad = server.add("/a.mp4", mp4), server.add("/b.mp4", mp4[:-500])
    outcomes = engine.loop.run(engine.files.process_all([good, bad, server.url + "/gone", good], workers=4))
    assert [getattr(o, "success", None) for o in outcomes] == [True, False, None, True]
    with pytest.raises(FileError, match="2 of 4 files failed"):
        raise_for_all(outcomes)


def test_processing_or_judging_nothing_is_an_error(engine, server, mp4):
    with pytest.raises(ConfigError, match="No file is named"):
        engine.loop.run(engine.files.process_all([]))
    with pytest.raises(ConfigError, match="workers=0 is too small"):
        engine.loop.run(engine.files.process_all([server.add("/a.mp4", mp4)], workers=0))
    with pytest.raises(ConfigError, match="No label scheme is named"):
        engine.loop.run(engine.files.check_labels(server.add("/b.mp4", mp4), scheme=" , "))


def test_task_files_are_held_against_what_was_announced(engine, server, mp4):
    url = server.add("/a.mp4", mp4)
    files = [{"url": url, "name": "clip.mp4", "media_type": "video/mp4", "size": len(mp4) + 1, "sha256": "0" * 64}]
    engine.store.insert(tables.task, handle="video:1", state="completed", result={"files": files})
    outcomes = engine.loop.run(engine.files.process_task("video:1"))
    assert [f.rule for f in outcomes[0].findings] == ["announced.size", "announced.sha256"]


@pytest.mark.parametrize(("md5", "said"), [("0" * 32, ["announced.md5"]), (None, [])])
def test_an_announced_md5_counts_as_well(engine, server, mp4, md5, said):
    digest = hashlib.md5(mp4, usedforsecurity=False).hexdigest()
    files = [{"url": server.add("/a.mp4", mp4), "name": "clip.mp4", "md5": md5 or digest}]
    engine.store.insert(tables.task, handle="video:1", state="completed", result={"files": files})
    (outcome,) = engine.loop.run(engine.files.process_task("video:1"))
    assert [f.rule for f in outcome.findings] == said


@pytest.mark.parametrize(
    ("state", "reported", "hint"),
    [
        ("processing", "is still 'processing'", "wait_first"),
        ("completed", "is 'completed' and has no files", "no_files"),
        ("failed", "is 'failed' and has no files", "ended_without_files"),
    ],
)
def test_task_without_files(engine, state, reported, hint):
    engine.store.insert(tables.task, handle="video:2", state=state, result=None)
    with pytest.raises(FileError, match=reported) as caught:
        engine.loop.run(engine.files.process_task("video:2"))
    assert (caught.value.code, caught.value.hint.key) == ("AIGC319", f"files.hint.{hint}")


def test_unknown_task(engine):
    engine.store.insert(tables.task, handle="video:2", state="completed", result=None)
    with pytest.raises(FileError, match=r"'video:1' is not known\. Did you mean 'video:2'\?") as caught:
        engine.loop.run(engine.files.process_task("video:1"))
    assert caught.value.code == "AIGC319"


def test_all_that_is_measured_has_a_known_name(engine, mp4, tmp_path):
    (tmp_path / "a.mp4").write_bytes(mp4)
    assert engine.files.media_of(tmp_path / "a.mp4").keys() <= MEDIA_FACTS


@pytest.mark.parametrize(
    ("keep", "rules", "kept"),
    [
        ("never", {"width": 1}, 0),
        ("on_failure", {"width": 1, "early": False}, 1),
        ("on_failure", {}, 0),
        ("always", {}, 1),
    ],
)
def test_keep_temp(engine, server, mp4, keep, rules, kept):
    report = engine.loop.run(engine.files.process(server.add("/a.mp4", mp4), rules=rules, keep_temp=keep))
    assert len(report.files) == kept
    assert all(Path(path).read_bytes() == mp4 for path in report.files)


def test_accepted_archive_is_unpacked(engine, server, tmp_path):
    from tests.unit.files.conftest import make_zip

    url = server.add("/a.zip", make_zip({"x/a.txt": b"hello"}))
    report = engine.loop.run(engine.files.process(url, extract_dir=tmp_path / "out"))
    assert report.files == [str(tmp_path / "out" / "x" / "a.txt")]


def test_leftovers_of_a_dead_process_are_swept(tmp_path):
    code = (
        "import os,sys\nfrom pathlib import Path\nfrom AIGCLibrary.files.temp import TempFolder\n"
        "TempFolder(Path(sys.argv[1]), 'never'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    mine = TempFolder(tmp_path, KeepTemp.NEVER)
    assert len(list(tmp_path.iterdir())) == 2
    assert sweep(tmp_path, 86_400) == (1 if os.name == "posix" else 0)
    assert mine.path.is_dir()
    mine.close(success=True)


def test_unknown_option_is_reported():
    with pytest.raises(ConfigError, match="Did you mean 'stall'"):
        FileLimits.load({"stal": 3})
    assert FileLimits.load({"max_size": "2 GB", "stall": "5 s"}).max_size == 2_000_000_000


def test_html_shows_findings_and_escapes_what_came_from_outside(engine, tmp_path, mp4):
    (tmp_path / "<img src=x onerror=alert(1)>.mp4").write_bytes(mp4)
    report = engine.loop.run(engine.files.process(next(tmp_path.glob("*.mp4")), rules={"width": "< 5"}))
    html = report_html(report, "zh")
    assert "<img src=x" not in html
    assert "data:image/jpeg;base64," in html
    assert "不合格" in html
    assert "&lt; 5" in html


def test_plugin(engine, server, mp4):
    url = server.add("/a.mp4", mp4)
    result = engine.plugins.execute(
        "file_processing", {"file_info": {"url": url, "size": len(mp4)}, "validation_rules": "video", "keep_temp": True}
    )
    assert result.success
    assert Path(result.data["files"][0]).read_bytes() == mp4
    assert result.data["validation_report"]["media"]["duration"] == 2.0
    assert result.data["processing_metrics"]["disk_efficiency"] == 1.0
    failed = engine.plugins.execute(
        "file_processing", {"file_info": [url, {"url": url}], "validation_rules": {"width": 1}}
    )
    assert failed.status == "failed"
    assert len(failed.data["validation_report"]) == 2


def test_measuring_without_judging(engine, tmp_path, mp4):
    path = tmp_path / "clip.bin"
    path.write_bytes(mp4)
    files = engine.files
    assert files.type_of(path) == "video/mp4"
    assert files.media_of(path)["resolution"] == "320x180"
    assert files.hash_of(path, "md5") == __import__("hashlib").md5(mp4).hexdigest()
    assert files.labels_of(path)[0].fields["Label"] == "1"
    with pytest.raises(ConfigError, match="Did you mean 'sha256'"):
        files.hash_of(path, "sha265")


def test_command_line(tmp_path, mp4, server):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "AIGCLibrary", "files", "check", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )

    (tmp_path / "a.mp4").write_bytes(mp4)
    (tmp_path / "r.yaml").write_text("rules:\n  mine: {extends: video, width: '< 5'}\n")
    good = run(str(tmp_path / "a.mp4"), "--rules", "video", "--json")
    assert (good.returncode, json.loads(good.stdout)["media_type"]) == (0, "video/mp4")
    bad = run(server.add("/a.mp4", mp4), "--rules", str(tmp_path / "r.yaml"))
    assert bad.returncode == 1
    assert "The width is 320 px; expected < 5." in bad.stdout
    assert run(server.url + "/gone").returncode == 2


def test_command_line_reads_the_settings_of_the_project(tmp_path, mp4, monkeypatch, capsys):
    from AIGCLibrary.cli.main import main

    monkeypatch.chdir(tmp_path)
    for name in ("AIGC_STORE", "AIGC_CONFIG", "AIGC_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "aigc.yaml").write_text("rules: own.yaml\nlanguage: en\n")
    (tmp_path / "resources" / "own.yaml").write_text("rules:\n  mine: {extends: video, width: '< 5'}\n")
    (tmp_path / "more.yaml").write_text("rules:\n  more: {extends: mine, width: '>= 5'}\n")
    (tmp_path / "a.mp4").write_bytes(mp4)
    assert main(["files", "check", "a.mp4", "--rules", "mine"]) == 1
    assert "The width is 320 px; expected < 5." in capsys.readouterr().out
    assert main(["files", "check", "--load", "more.yaml", "a.mp4", "--rules", "more", "a.mp4"]) == 0
    assert capsys.readouterr().out.count("✓ a.mp4") == 2
    assert main(["files", "check", "a.mp4", "--rules", "mien", "--language", "en"]) == 2
    said = capsys.readouterr().err
    assert "Did you mean 'mine'?" in said
    assert "--load" in said
    assert not (tmp_path / "results").exists()


def test_disk_that_fills_up_while_writing(tmp_path, monkeypatch):
    from AIGCLibrary.files.disk import require, write_all
    from AIGCLibrary.files.errors import DiskError

    with pytest.raises(DiskError) as caught:
        require(tmp_path, 10**18, "a.mp4")
    assert caught.value.code == "AIGC309"
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=0))
    with pytest.raises(DiskError, match=r"needs more space in .*, 0 bytes are free"):
        require(tmp_path, 0, "a.mp4")
    if Path("/dev/full").exists():
        handle = os.open("/dev/full", os.O_WRONLY)
        with pytest.raises(DiskError, match="needs more space"):
            write_all(handle, memoryview(b"x"), tmp_path, "a.mp4")
        os.close(handle)


def test_validator_named_in_the_settings(tmp_path, monkeypatch):
    (tmp_path / "my_checks.py").write_text(
        "from AIGCLibrary.files.validators import Validator\n"
        "class Recipe(Validator):\n"
        "    name = 'recipe'\n"
        "    media_types = ('text/x-recipe',)\n"
        "    @classmethod\n"
        "    def sniff(cls, head):\n"
        "        return 'text/x-recipe' if head.startswith(b'RECIPE') else None\n"
        "    def inspect(self, path):\n"
        "        self.examination.report('recipe.salt', 'There is no salt in it.')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "a.recipe").write_bytes(b"RECIPE")
    options = {"files": {"validators": ["my_checks:Recipe"]}}
    engine = Engine(Settings(store=f"sqlite:///{tmp_path}/a.db", options=options).identified({}))
    try:
        assert [f.rule for f in engine.files.validate(tmp_path / "a.recipe").findings] == ["recipe.salt"]
    finally:
        engine.close()
