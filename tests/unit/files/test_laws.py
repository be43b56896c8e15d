"""Profiles of law: which labels each demands, with the article, and findings as SARIF."""

import io
import json

import jsonschema_rs
import pytest

from AIGCLibrary.cli.main import main
from AIGCLibrary.files.labels import c2pa, laws
from AIGCLibrary.files.labels.explicit import says_label
from AIGCLibrary.files.labels.writer import packet
from tests.unit.files.conftest import FIELDS


def law_findings(judge, data, name, law):
    return {f.rule: f for f in judge(data, name, {"labels": {"law": law}}).findings}


def jpeg(picture, xmp=""):
    target = io.BytesIO()
    picture.save(target, "JPEG", **({"xmp": xmp.encode()} if xmp else {}))
    return target.getvalue()


@pytest.mark.parametrize(
    ("source_type", "rules"),
    [
        ("", {"labels.law.eu.50-2": "error", "labels.law.eu.50-4": "info"}),
        ("digitalCapture", {"labels.law.eu.50-2": "error", "labels.law.eu.50-4": "info"}),
        ("trainedAlgorithmicMedia", {"labels.law.eu.50-4": "info"}),
    ],
)
def test_the_eu_demands_a_mark_that_machines_read(judge, picture, source_type, rules):
    found = law_findings(judge, jpeg(picture, packet(None, source_type) if source_type else ""), "a.jpg", "eu")
    assert {rule: str(f.severity) for rule, f in found.items()} == rules
    assert all("art. 50" in f.source for f in found.values())


def test_the_label_of_china_alone_is_doubted_in_the_eu(judge, picture):
    found = law_findings(judge, jpeg(picture, packet(json.dumps(FIELDS))), "a.jpg", "eu")
    assert str(found["labels.law.eu.50-2"].severity) == "warning"


def test_a_manifest_that_cannot_be_read_was_not_measured(judge, picture, monkeypatch):
    def fail(*_arguments):
        raise laws.ConfigError("c2pa-python is not installed.")

    monkeypatch.setattr(c2pa, "read_c2pa", fail)
    found = law_findings(judge, jpeg(picture), "a.jpg", "eu")["labels.law.eu.50-2"]
    assert found.actual == "not measured"
    assert "c2pa-python is not installed" in found.message


def test_california_demands_a_latent_disclosure_and_what_it_conveys(judge, picture, monkeypatch):
    assert str(law_findings(judge, jpeg(picture), "a.jpg", "ca")["labels.law.ca.22757-3-b"].severity) == "error"
    found = law_findings(judge, jpeg(picture, packet(json.dumps(FIELDS))), "a.jpg", "ca")
    assert set(found) == {"labels.law.ca.22757-3-b-1-b", "labels.law.ca.22757-3-b-1-c"}
    whole = c2pa._digest(
        {
            "active_manifest": "urn:c2pa:1",
            "manifests": {
                "urn:c2pa:1": {
                    "claim_generator_info": [{"name": "Maker", "version": "2.1"}],
                    "signature_info": {"issuer": "Maker Inc.", "time": "2026-11-01T10:00:00Z"},
                }
            },
        }
    )
    monkeypatch.setattr(c2pa, "read_c2pa", lambda *_arguments: whole)
    assert law_findings(judge, jpeg(picture), "a.jpg", "ca") == {}


def test_china_demands_implicit_and_explicit_labels(judge, wav):
    found = law_findings(judge, wav, "a.wav", "cn")
    assert {rule: f.source for rule, f in found.items()} == {
        "labels.aigc": "GB 45438-2025, 6.1",
        "labels.explicit": "GB 45438-2025, 5.3",
    }


def test_own_rules_win_over_those_of_a_law(judge, wav):
    examined = judge(wav, "a.wav", {"labels": {"law": "cn", "explicit": "optional"}})
    assert {f.rule for f in examined.findings} == {"labels.aigc"}


@pytest.mark.parametrize(
    ("name", "text", "has"),
    [
        ("a.txt", "本文由AI生成\n\n正文第一段。\n", True),
        ("a.srt", "1\n00:00:00,000 --> 00:00:02,000\n内容由人工智能生成\n", True),
        ("a.txt", "春天来了。\n" * 30 + "（AI合成内容）\n", True),
        ("a.txt", "春天来了。\n" * 30, False),
        ("a.txt", "本文未使用AI生成。\n春天来了。\n", False),
    ],
)
def test_a_text_has_its_label_at_start_or_end(judge, name, text, has):
    found = judge(text.encode(), name, {"labels": {"explicit": "required"}}).findings
    assert ("labels.explicit" not in {f.rule for f in found}) is has


def test_words_of_a_text_label():
    assert says_label("由 AI 生成")
    assert not says_label("生成报告 AI 助手")


def test_findings_are_written_as_sarif(tmp_path, monkeypatch, picture, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.jpg").write_bytes(jpeg(picture))
    assert main(["files", "check", "a b.jpg", "--law", "eu", "--sarif", "out.sarif"]) == 1
    assert "labels.law.eu.50-2" in capsys.readouterr().out
    (run,) = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"]
    results = {one["ruleId"]: one for one in run["results"]}
    mark = results["labels.law.eu.50-2"]
    assert mark["level"] == "error"
    assert mark["properties"]["article"].endswith("art. 50(2)")
    assert mark["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.jpg"
    assert run["tool"]["driver"]["rules"][mark["ruleIndex"]]["id"] == "labels.law.eu.50-2"
    assert results["labels.law.eu.50-4"]["level"] == "note"


def obj(required="", **properties):
    """Return the schema of an object, which may have other properties as well."""
    return {"type": "object", "required": required.split(), "properties": properties}


def items(schema):
    return {"type": "array", "items": schema}


TEXT = obj("text", text={"type": "string", "minLength": 1})
LEVEL = {"enum": ["none", "note", "warning", "error"]}
NUMBER, URI = {"type": "integer", "minimum": 0}, {"type": "string", "format": "uri-reference", "minLength": 1}
REGION = obj(startLine={"type": "integer", "minimum": 1}, byteOffset=NUMBER, byteLength=NUMBER)
PLACE = obj("artifactLocation", artifactLocation=obj("uri", uri=URI), region=REGION)
RULE = obj("id", id={"type": "string", "minLength": 1}, shortDescription=TEXT, fullDescription=TEXT)
RESULT = obj(
    "ruleId ruleIndex level message locations",
    level=LEVEL, ruleIndex=NUMBER, message=TEXT, locations=items(obj("physicalLocation", physicalLocation=PLACE)),
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}}, properties={"type": "object"},
)  # fmt: skip
NOTICE = obj("message", level=LEVEL, message=TEXT)
INVOCATION = obj(
    "executionSuccessful", executionSuccessful={"type": "boolean"}, toolExecutionNotifications=items(NOTICE)
)
RUN = obj(
    "tool results", tool=obj("driver", driver=obj("name version rules", rules=items(RULE))), results=items(RESULT),
    invocations=items(INVOCATION), columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
)  # fmt: skip
SARIF = obj("version runs", version={"const": "2.1.0"}, runs=items(RUN))
"""What SARIF 2.1.0 (OASIS, sections 3.13 to 3.58) demands of the properties that are written."""


def test_sarif_has_what_its_standard_demands(tmp_path, monkeypatch, picture):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jpg").write_bytes(jpeg(picture)[:-700])
    (tmp_path / "b.jsonl").write_text('{"a": 1}\n{"a": 2}\n{"a":}\n')
    names = ["a.jpg", "b.jsonl", "没有.mp4"]
    assert main(["files", "check", *names, "--law", "cn", "--sarif", "out.sarif"]) == 2
    written = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))
    jsonschema_rs.validator_for(SARIF, validate_formats=True).validate(written)
    (run,) = written["runs"]
    assert [run["invocations"][0]["executionSuccessful"], len(run["invocations"][0]["toolExecutionNotifications"])] == [
        False, 1,
    ]  # fmt: skip
    regions = [one["locations"][0]["physicalLocation"].get("region") for one in run["results"]]
    assert {"startLine": 3} in regions
