"""Tapes as files: the one of this project, checked; tapes merged; what is broken, reported."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from AIGCLibrary.cli.main import main
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.process import process_mark
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.checking import problems_of
from AIGCLibrary.tape.errors import TapeError
from AIGCLibrary.tape.folder import load_tape
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.recorder import Recorder
from AIGCLibrary.tape.virtual_clock import VirtualClock
from tests.unit.tape.test_safety import ORIGIN, OutgoingRequest, as_json, record

ORDER = "exchanges/0001-post-tasks.json"
DEMO = Path(__file__).resolve().parents[3] / "tapes" / "demo"


@pytest.fixture
def tape(tmp_path):
    order = OutgoingRequest("POST", f"{ORIGIN}/tasks", json={"prompt": "a"})
    picture = ({"content-type": "image/png"}, b"\x89PNG\x00\x01")
    record(tmp_path / "tape", [(order, as_json({"id": "t"})), (OutgoingRequest("GET", f"{ORIGIN}/t.png"), picture)])
    return tmp_path / "tape"


def test_the_tape_of_the_demo_is_whole_small_and_without_secrets():
    assert problems_of(load_tape(DEMO), Redactor()) == []
    assert sum(path.stat().st_size for path in DEMO.rglob("*")) < 3e6


def test_a_changed_and_a_missing_file_are_found(tape):
    (file,) = (tape / "files").iterdir()
    file.write_bytes(b"other")
    (problem,) = problems_of(load_tape(tape), Redactor())
    assert problem.endswith("its SHA-256 is another.")
    file.unlink()
    assert problems_of(load_tape(tape), Redactor()) == [f"File '{file.name}' is missing."]


def test_a_secret_that_was_added_by_hand_is_found(tape, capsys):
    (path,) = (tape / "exchanges").glob("*.json")
    path.write_text(path.read_text().replace('"a"', f'"{"ghp_" + "a1B2" * 9}"'))
    assert main(["tape", "check", str(tape)]) == 1
    assert f"A secret is in 'exchanges/{path.name}'." in capsys.readouterr().out


def _link(path, other):
    path.unlink()
    path.symlink_to(other)


def _pipe(path, _other):
    path.unlink()
    os.mkfifo(path)


def _large(path, _other):
    os.truncate(path, (256 << 20) + 1)


@pytest.mark.parametrize("change", [_link, _pipe, _large])
@pytest.mark.parametrize("where", ["tape.json", "exchanges", "files"])
def test_what_is_no_plain_file_of_a_tape_is_refused_and_not_written_over(tape, tmp_path, capsys, where, change):
    other = tmp_path / "other.json"
    other.write_text("{}")
    part = tape / where
    change(next(part.iterdir()) if part.is_dir() else part, other)
    if (where, change) == ("files", _large):  # a film may be large
        return
    with pytest.raises(TapeError, match="cannot be read: "):
        load_tape(tape)
    assert main(["tape", "check", str(tape)]) == 2
    with pytest.raises(TapeError, match="cannot be read: "):
        record(tape, [(OutgoingRequest("GET", f"{ORIGIN}/a"), as_json({"id": 1}))])
    assert other.read_text() == "{}"


def test_a_folder_that_leads_out_of_a_tape_is_refused(tape, tmp_path):
    (tape / "files").rename(tmp_path / "elsewhere")
    (tape / "files").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TapeError, match="'files' is not a regular file"):
        load_tape(tape)


def test_tapes_are_merged_in_order(tape, tmp_path, capsys):
    record(tmp_path / "second", [(OutgoingRequest("DELETE", f"{ORIGIN}/tasks/t"), as_json({}))])
    assert main(["tape", "merge", str(tape), str(tmp_path / "second"), "--into", str(tmp_path / "both"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["orders"] == [f"POST {ORIGIN}/tasks", f"DELETE {ORIGIN}/tasks/t"]
    assert problems_of(load_tape(tmp_path / "both"), Redactor()) == []


def test_a_recording_of_nothing_leaves_the_tape_that_is_there(tape):
    record(tape, [])
    assert load_tape(tape).exchanges == 2


@pytest.mark.parametrize("broken", [None, "{", '{"version": 9, "started": 1, "ended": 2, "made_by": "x"}'])
def test_what_is_no_tape_is_reported(tmp_path, broken):
    if broken is not None:
        (tmp_path / "tape.json").write_text(broken)
    with pytest.raises(TapeError) as caught:
        load_tape(tmp_path)
    assert caught.value.code == "AIGC702"


@pytest.mark.parametrize("content", ['"\\ud800"', '{"number": "\\ud800"}', '["\\udfff", 1]'])
def test_half_of_a_character_in_an_exchange_is_an_error_of_the_tape(tape, content):
    path = next(iter((tape / "exchanges").glob("*.json")))
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TapeError, match=path.name):
        load_tape(tape)


@pytest.mark.parametrize("name", ["../../outside.txt", "/etc/hostname", "", "a" * 63, 7, None])
def test_a_file_of_a_tape_is_named_by_its_hash_and_is_within_it(tape, name):
    (story,) = [path for path in (tape / "exchanges").glob("*.json") if '"file"' in path.read_text(encoding="utf-8")]
    data = json.loads(story.read_text(encoding="utf-8"))
    for question in data["questions"]:
        for moment in question["timeline"]:
            moment["answer"]["body"] = {"file": name, "size": 1}
    story.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(TapeError, match="cannot be read"):
        load_tape(tape)


@pytest.mark.parametrize(
    "line",
    [
        '{"made_by": "x", "started": 1e18}',
        '{"made_by": "x", "started": NaN}',
        '{"process": -5, "started": "x"}',
        '{"process": 1e999}',
        "[]",
        "null",
        '{"started": 1}\n{"request": [], "answer": {}}',
    ],
)
def test_a_journal_of_another_shape_is_reported_or_read(tmp_path, line):
    (tmp_path / "journal.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(TapeError):
        load_tape(tmp_path)


def cut_off_again(tape, lines):
    """Leave the journal of another recording, whose process was killed, in the folder of a tape."""
    head = {"made_by": "x", "started": 1, "ended": 1}
    (tape / "journal.jsonl").write_text("\n".join(map(json.dumps, (head, *lines))) + "\n", encoding="utf-8")


def test_a_recording_that_was_killed_before_its_first_exchange_leaves_the_tape_that_is_there(tape):
    before = load_tape(tape)
    cut_off_again(tape, [])
    assert load_tape(tape) == before


def test_a_recording_that_was_killed_says_that_the_tape_before_it_is_still_there(tape, capsys):
    before = load_tape(tape)
    asked = {"method": "GET", "url": f"{ORIGIN}/a"}
    cut_off_again(tape, [{"request": asked, "answer": {"status": 200}, "sent": 1, "ended": 2, "reads": True}])
    assert main(["tape", "info", str(tape)]) == 0
    said = capsys.readouterr().out
    assert "was cut off" in said
    assert f"played again once '{tape / 'journal.jsonl'}' is deleted" in said
    (tape / "journal.jsonl").unlink()
    assert load_tape(tape) == before
    assert main(["tape", "info", str(tape)]) == 0
    assert "deleted" not in capsys.readouterr().out


@contextmanager
def another_process():
    """Start a process; return its mark as it wrote it."""
    code = "from AIGCLibrary.process import process_mark; print(process_mark(), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        yield it.stdout.readline().strip()
        it.communicate("\n")


def begun_by(folder, mark, ago):
    folder.mkdir()
    journal = folder / "journal.jsonl"
    journal.write_text(json.dumps({"made_by": "x", "started": 1, "ended": 1, "process": mark}) + "\n", encoding="utf-8")
    os.utime(journal, (time.time() - ago,) * 2)


def recorder(folder):
    return Recorder(folder, Masks(Redactor()), VirtualClock(), {"run": "one", "seed": "s"})


def test_a_tape_that_another_process_records_is_neither_read_nor_recorded(tmp_path):
    tape = tmp_path / "tape"
    with another_process() as mark:
        begun_by(tape, mark, 9000)
        for use in (load_tape, recorder):
            with pytest.raises(
                ConfigError, match=f"is being recorded by process {mark.rpartition(':')[2].split('@')[0]}"
            ):
                use(tape)
    assert not load_tape(tape).whole
    recorder(tape)


def test_a_process_of_another_container_is_judged_by_what_it_writes_and_not_by_its_number(tmp_path):
    where, _, process = process_mark().rpartition(":")
    elsewhere = f"{where}1:{process}"
    begun_by(tmp_path / "now", elsewhere, 1)
    begun_by(tmp_path / "long ago", elsewhere, 9000)
    for use in (load_tape, recorder):
        with pytest.raises(ConfigError, match="is being recorded"):
            use(tmp_path / "now")
    assert not load_tape(tmp_path / "long ago").whole
    recorder(tmp_path / "long ago")


def test_another_process_of_the_same_number_does_not_hold_a_tape(tmp_path):
    begun_by(tmp_path / "tape", f"{process_mark().rpartition('@')[0]}@1", 1)
    assert not load_tape(tmp_path / "tape").whole


def _edit(path, change):
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "change", "said", "chinese"),
    [
        (
            ORDER,
            lambda text: text.replace(' "took"', '<<<<<<< HEAD\n "took"', 1),
            f"'{ORDER}' has an unresolved merge conflict at line 4",
            "第 4 行有未解决的合并冲突",
        ),
        (
            "tape.json",
            lambda text: text.replace(' "ended"', '<<<<<<< HEAD\n "ended"', 1),
            "'tape.json' has an unresolved merge conflict at line 4",
            "第 4 行有未解决的合并冲突",
        ),
        (
            ORDER,
            lambda text: text.replace('"status": 200', '"status": 200,,', 1),
            f"'{ORDER}' is no JSON at line 15, column",
            "第 15 行第",
        ),
        (
            ORDER,
            lambda text: text.replace('"status": 200', '"status": "accepted"', 1),
            f"'{ORDER}' does not follow the schema of tapes at 'answer.status'",
            "的“answer.status”不符合录像带的 Schema",
        ),
        (
            ORDER,
            lambda text: text.replace(' "took"', ' "taken"', 1),
            f"'{ORDER}' has no 'took'",
            "中没有“took”",
        ),
        ("tape.json", lambda text: text.replace('"version"', '"v"'), "'tape.json' has no 'version'", "没有“version”"),
        (
            "tape.json",
            lambda text: re.sub(r'"ignore": \[[^]]*\]', '"ignore": "seed"', text),
            "'tape.json' has another shape: 'ignore' is no list of names",
            "的 ignore 不是名称列表",
        ),
    ],
    ids=["conflict", "conflict in the head", "comma", "status", "field", "version", "ignore"],
)
def test_a_tape_that_was_edited_by_hand_names_the_file_and_the_place(tape, capsys, name, change, said, chinese):
    _edit(tape / name, change)
    with pytest.raises(TapeError) as caught:
        load_tape(tape)
    assert said in str(caught.value)
    assert main(["tape", "check", str(tape), "--language", "zh-CN"]) == 2
    assert chinese in capsys.readouterr().err.replace("\n      ", "")


def test_a_copied_exchange_is_refused_instead_of_shadowing_the_other(tape):
    first = next((tape / "exchanges").glob("0001-*"))
    shutil.copy(first, first.with_name("0001-copy.json"))
    with pytest.raises(TapeError, match=r"'0001-copy\.json' and '0001-.*' have the same number, 1"):
        load_tape(tape)


def test_an_editor_may_write_a_byte_order_mark_and_other_ends_of_lines(tape):
    before = load_tape(tape)
    for path in (tape / "tape.json", *(tape / "exchanges").glob("*.json")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_tape(tape) == before


def test_the_problems_of_a_tape_are_reported_in_chinese(tape, capsys):
    _edit(next((tape / "exchanges").glob("0001-*")), lambda text: text.replace('"took": ', '"took": -4', 1))
    assert main(["tape", "check", str(tape), "--language", "zh-CN"]) == 1
    assert "的“took”不符合录像带的 Schema" in capsys.readouterr().out.replace("\n", "")
