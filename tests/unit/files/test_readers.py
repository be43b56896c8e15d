"""Readers of text and speech and judges that a project brings: enabled by name, and never an error of their own."""

import io

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.files.hearing.reader import SpokenLine
from AIGCLibrary.files.readers import Readers
from AIGCLibrary.files.reading.judging import JudgeAnswer
from AIGCLibrary.files.reading.reader import TextLine
from tests.unit.files.conftest import make_zip, scene, studio_video

ASKED = []


class Text:
    def read(self, picture):
        return [TextLine("Sale", (1, 2, 30, 10), 0.9)]


class Failing:
    def read(self, picture):
        raise OSError("the model is away")


class Speech:
    def read(self, path):
        assert path.is_file()
        return [SpokenLine("world.", 1.0, 1.5), SpokenLine("Hello,", 0.2, 0.9)]


class Vision:
    def judge(self, question):
        ASKED.append(question)
        if "boom" in question.demand:
            raise OSError("the model is away")
        if "odd" in question.demand:
            return True
        if "sure" in question.demand:
            return JudgeAnswer(None, "too dark")
        holds = "cat" in question.demand
        return JudgeAnswer(holds, "a dog  is\nseen", question.shots[-1].at, (1, 2, 3, 4))


def here(name):
    return f"{__name__}:{name}"


@pytest.fixture
def found(tmp_path):
    """Process content with rules: findings by rule, and the report."""
    readers = {"text": here("Text"), "speech": here("Speech"), "judges": [here("Vision")]}
    engine = Engine(Settings(options={"files": {"readers": readers}}).identified({}), directory=tmp_path)

    def run(data, name, rules):
        report = engine.loop.run(engine.files.process(data, name=name, rules=rules))
        return {f.rule: (str(f.severity), f.message, f.place) for f in report.findings}, report.as_dict()

    yield run
    engine.close()


def png():
    target = io.BytesIO()
    scene(1).save(target, "PNG")
    return target.getvalue()


def test_a_reader_of_text_takes_the_place_of_the_own_one(found):
    assert found(png(), "a.png", {"text": {"must": ["sale"]}})[0] == {}
    assert "text.must_not" in found(png(), "a.png", {"text": {"must_not": ["sale"]}})[0]


def test_a_reader_of_text_that_fails_is_no_pass_and_no_error_of_ours(tmp_path):
    options = {"files": {"readers": {"text": here("Failing")}}}
    engine = Engine(Settings(options=options).identified({}), directory=tmp_path)
    report = engine.loop.run(engine.files.process(png(), name="a.png", rules={"text": {"must_not": ["sale"]}}))
    engine.close()
    (finding,) = [finding for finding in report.findings if finding.rule == "text.must_not"]
    assert str(finding.severity) == "error"
    assert "failed: OSError: the model is away" in finding.message


def test_entries_of_an_archive_are_read_by_the_same_readers(found):
    rules = {"archive": {"rules": {"*.png": {"judge": {"Vision": "one bird"}}}}}
    findings, _ = found(make_zip({"a.png": png()}), "a.zip", rules)
    assert any("rejects “one bird”" in message for _, message, _ in findings.values()), findings


def test_what_is_said_is_held_against_the_rules(found, wav):
    rules = {"sound": {"must": ["Hello, world"], "must_not": ["goodbye"]}}
    findings, report = found(wav, "a.wav", rules)
    assert findings == {}
    assert [line["text"] for line in report["sound"]["transcript"]] == ["Hello,", "world."]
    findings, _ = found(wav, "a.wav", {"sound": {"must": "price", "must_not": "hello"}})
    assert findings["sound.must"][1] == "“price” is not said; what was heard: “Hello,”; “world.”."
    assert findings["sound.must_not"][2] == "0.20-0.90 s"


def test_a_judge_sees_all_of_a_film_and_its_answer_is_a_finding_with_evidence(found):
    ASKED.clear()
    film = studio_video(seconds=2.0)
    findings, report = found(film, "a.mp4", {"judge": {"Vision": "one cat"}})
    assert findings == {}
    assert report["judges"]["Vision"]["holds"] is True
    moments = [shot.at for shot in ASKED[0].shots]
    assert (len(moments), moments[0], moments[-1]) == (6, 0, pytest.approx(2.0, abs=0.1))
    findings, _ = found(film, "a.mp4", {"judge": {"Vision": "one bird"}})
    severity, message, place = findings["judge.Vision"]
    assert (severity, message) == ("error", "Judge 'Vision' rejects “one bird”: a dog is seen")
    assert place.endswith(" s")


@pytest.mark.parametrize(
    ("demand", "severity", "message"),
    [
        ("sure", "warning", "Judge 'Vision' cannot decide on “sure”: too dark"),
        ("boom", "error", "“boom” was not judged by 'Vision': OSError: the model is away."),
        ("odd", "error", "“odd” was not judged by 'Vision': it returned bool, expected JudgeAnswer."),
    ],
)
def test_what_a_judge_cannot_say_is_no_pass_and_no_error_of_ours(found, demand, severity, message):
    findings, _ = found(png(), "a.png", {"judge": {"Vision": demand}})
    assert findings["judge.Vision"][:2] == (severity, message)


def test_what_is_not_enabled_is_not_used_and_that_is_reported(judge, wav, picture):
    examination = judge(png(), "a.png", {"judge": {"vision": "one cat"}})
    assert [f.message for f in examination.findings] == [
        "“one cat” was not judged by 'vision': judge 'vision' is not enabled in `options.files.readers.judges`."
    ]
    examination = judge(wav, "a.wav", {"sound": {"must": "hello"}})
    assert "no reader of speech is enabled" in examination.findings[0].message
    with pytest.raises(ConfigError, match="Did you mean 'judges'"):
        Readers({"judge": ["vision"]})
