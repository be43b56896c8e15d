"""Findings in the reader's language: in the log, and in what is suggested."""

import ast
import hashlib
import json
import re
from pathlib import Path

import pytest

import AIGCLibrary.files
from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import FileError
from AIGCLibrary.files.finding import Finding
from AIGCLibrary.files.html import report_html
from AIGCLibrary.files.report import FileReport
from AIGCLibrary.files.rules.vocabulary import ARCHIVE_WORDS, QUALITY_WORDS, WORDS
from AIGCLibrary.i18n import Text
from AIGCLibrary.recovery.failure import Failure
from AIGCLibrary.wording import rule_ids, sentence, title_of, value_of
from tests.unit.files.conftest import make_zip

REPORTED = re.compile(r'(?:report|_unsafe|Finding)\(\s*"([a-z0-9_]+)\.')


def written_rules():
    """The ids of findings in the source, apart from the facts of the same look."""
    root = Path(AIGCLibrary.files.__file__).parent
    texts = [file.read_text(encoding="utf-8") for file in root.rglob("*.py") if file.name != "base.py"]
    families = {name for text in texts for name in REPORTED.findall(text)} | {"announced", "avif", "mp4", "zip"}
    written = re.compile(rf'[(\s]"((?:{"|".join(sorted(families))})\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)"')
    found = {name for text in texts for name in written.findall(text) if title_of(name) is None or name in rule_ids()}
    words = {**WORDS, **ARCHIVE_WORDS, **QUALITY_WORDS}
    return found - {word.fact for word in words.values()}


def rules_of_one_word():
    """The ids without a family in what is reported."""
    root = Path(AIGCLibrary.files.__file__).parent
    one = re.compile(r'[a-z]\.report\(\s*"([a-z0-9_]+)"')
    return {name for file in root.rglob("*.py") for name in one.findall(file.read_text(encoding="utf-8"))}


def test_every_rule_has_words():
    assert {"empty", "memory", "work"} <= rules_of_one_word() <= rule_ids()
    words = {*WORDS, *(f"archive.{name}" for name in ARCHIVE_WORDS), *(f"quality.{name}" for name in QUALITY_WORDS)}
    assert len(written_rules()) > 60
    assert (written_rules() | words | {"empty", "type"}) - rule_ids() == set()


@pytest.mark.parametrize(
    ("finding", "chinese"),
    [
        (Finding("width", "W.", expected="640", actual="320", unit="px"), "宽度：应为 640 px，实际为 320 px。"),
        (Finding("duration", "D.", expected="5", unit="s"), "时长：应为 5 s，但文件中没有。"),
        (Finding("zip.crc", "C.", place="entry a, b, offset 4"), "条目的 CRC-32 校验失败（条目 a, b，偏移 4 字节）。"),
        (Finding("labels.aigc", "L", expected="one label", actual="none"),
         "AIGC 隐式标识：应为 1 个标识，但文件中没有。"),
        (Finding("mp4.structure", "B.", expected="660", actual="394", unit="bytes", place="offset 34"),
         "MP4 结构损坏：声明为 660 字节，实际为 394 字节（偏移 34 字节）。"),
        (Finding("labels.aigc.ContentProducer", "C.", expected="27 characters", actual="22 characters"),
         "AIGC 标识的 ContentProducer（生成服务提供者）：应为 27 个字符，实际为 22 个字符。"),
        (Finding("labels.aigc.ContentPropagator", "C.", expected="service type 2", actual="service type 1"),
         "AIGC 标识的 ContentPropagator（传播服务提供者）：应为服务类型 2，实际为服务类型 1。"),
        (Finding("json.values.a.b", "V.", expected="3", actual="{x}", place="line 2"),
         "JSON 中的值不符合要求：应为 3，实际为 {x}（第 2 行）。"),
    ],
)  # fmt: skip
def test_a_finding_is_said_in_chinese_and_kept_in_english(finding, chinese):
    said = sentence(finding.as_dict())
    assert isinstance(said, Text)
    assert (said.render("zh"), said.render("en")) == (chinese, finding.message)


def test_a_rule_of_a_plugin_keeps_its_message():
    assert sentence(Finding("obj3d.faces", "The model has no faces.").as_dict()) == "The model has no faces."


def test_the_log_tells_findings_in_its_language():
    report = FileReport(
        "a.png", findings=[Finding("width", "The width is 3 px.", expected="5", actual="3", place="line 1")]
    )
    chinese, english = report_html(report, "zh"), report_html(report, "en")
    assert "宽度：应为 5，实际为 3（第 1 行）。</td>" in chinese
    assert "第 1 行</td>" in chinese
    assert "The width is 3 px.</td>" in english


@pytest.fixture
def suggested(tmp_path):
    """Process a file that is refused, and give the suggestions, best first."""
    engine = Engine(Settings(store=f"sqlite:///{tmp_path}/a.db").identified({}), directory=tmp_path)

    def run(data, name, rules):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(FileError) as caught:
            engine.loop.run(engine.files.process(tmp_path / name, rules=rules)).raise_for_errors()
        return engine.recovery.suggester.suggest(Failure.of_error(caught.value, "Process File"))

    yield run
    engine.close()


FILES = {"images/00.png": b"a" * 3000, "images/01.png": b"b" * 3000}


def archive_with(**changed):
    rows = [{"name": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in FILES.items()]
    rows[1] |= changed
    return make_zip({**FILES, "manifest.json": json.dumps({"files": rows})})


MANIFEST = {"archive": {"manifest": {"file": "manifest.json"}}}


@pytest.mark.parametrize("changed", [{"sha256": "0" * 64}, {"size": 7}, {"name": "images/02.png"}])
def test_a_wrong_manifest_is_not_explained_as_damage(suggested, changed):
    found = suggested(archive_with(**changed), "a.zip", MANIFEST)
    lines = [one.line("en") for one in found]
    assert changed.get("name", "images/01.png") in lines[0]
    assert "contradicts its own manifest" in lines[0]
    assert not [line for line in lines if "good" in line or "damage" in line or "broken" in line]
    assert not [line for line in lines if "ownload it" in line]
    chinese = found[0].line("zh")
    assert "条目 images/0" in chinese
    assert "The " not in chinese


def test_another_hash_than_demanded_is_no_break_either(suggested):
    found = suggested(archive_with(), "a.zip", {"sha256": "0" * 64})
    assert not [one for one in found if "good" in one.line("en") or "damage begins" in one.line("en")]


def test_suggestions_tell_findings_in_chinese(suggested):
    broken = bytearray(archive_with())
    broken[60] ^= 255
    assert not re.search(r"[a-z] [a-z]", suggested(bytes(broken), "a.zip", None)[0].line("zh"))


def test_a_rejected_file_is_reported_in_the_language_of_the_reader(tmp_path):
    engine = Engine(Settings(store=f"sqlite:///{tmp_path}/b.db").identified({}), directory=tmp_path)
    (tmp_path / "a.json").write_text("[1, ", encoding="utf-8")
    report = engine.loop.run(engine.files.process(tmp_path / "a.json", rules={"type": "application/json"}))
    with pytest.raises(FileError) as caught:
        report.raise_for_errors()
    engine.close()
    assert caught.value.message.startswith("File 'a.json' (4 bytes")
    chinese = caught.value.text_in("zh")
    assert chinese.startswith("文件“a.json”（4 字节")
    assert "finding" not in chinese


NAMES = re.compile(r"^(?:utf-8|[0-9x,A-F -]+|http\S+|Iptc4xmpExt:\S+|[^a-z]*)$")
"""What a finding expects or has, and that is written alike in every language."""


def written_values():
    """The words that findings expect or have, as the source has them."""
    for file in Path(AIGCLibrary.files.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("expected", "actual"):
                parts = {part for one in ast.walk(node.value) if isinstance(one, ast.JoinedStr) for part in one.values}
                found = (one for one in ast.walk(node.value) if isinstance(one, ast.Constant) and one not in parts)
                yield from (one.value for one in found)


def test_every_value_that_is_words_has_them_in_chinese():
    words = {value for value in written_values() if isinstance(value, str) and " " in value.strip()}
    whole = {value for value in words if value == value.strip() and not NAMES.match(value)}
    assert len(whole) > 8
    assert {value for value in whole if not isinstance(value_of(value), Text)} == set()
    for value in ("a label (required)", "a label (optional)", "at most 32768 bytes", "decoded", "undecided"):
        assert re.search("[\u4e00-\u9fff]", value_of(value).render("zh"))
