"""`aigc mutate`: which lies there are for what suites met, what came of them, and how that is shown."""

import re
from dataclasses import replace

import pytest

from AIGCLibrary.cli.mutate_catalogue import NO_KIND, Mutant, mutants
from AIGCLibrary.cli.mutate_lines import KillingLine, TapeMedia, find_line, media_of
from AIGCLibrary.cli.mutate_probe import EndOfTest, LinePlace, ProbeNotes
from AIGCLibrary.cli.mutate_report import as_dict, summary, write_page
from AIGCLibrary.cli.mutate_score import Fate, JudgedMutant, MutationScore, judge, mutation_run
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.misbehave.meanings import meaning
from AIGCLibrary.misbehave.scenario import read_scenario
from AIGCLibrary.misbehave.watching import Sighting

PASSED = EndOfTest(True, "")
FILM = "All.Films.A Film"
SOUND = "All.Films.A Sound"
QUIET = "All.Rest.No Product"


def baseline(**more):
    seen = {
        Sighting(FILM, "task", "clip"),
        Sighting(FILM, "file", "clip", "video/mp4"),
        Sighting(SOUND, "task", "song"),
    }
    tests = dict.fromkeys((FILM, SOUND, QUIET), PASSED)
    return ProbeNotes(tests, seen, {"clip": 20.0}, rules={FILM: {"films": "/rules"}}, **more)


class Runner:
    """Answers with notes instead of running suites."""

    def __init__(self, answer, tape=None):
        self.answer, self.tape, self.limit, self.jobs = answer, tape, 0.0, []

    def run(self, jobs, done):
        for job in jobs:
            self.jobs.append(job)
            done(job, self.answer(job))

    def one(self, job):
        return self.answer(job)


def ended(message="", **more):
    return ProbeNotes({FILM: EndOfTest(not message, message)}, hits=1, **more)


def test_a_mutant_runs_the_tests_that_met_its_kind_and_those_that_met_nothing():
    found = {one.title: one for one in mutants(baseline())}
    assert found["stall:clip"].tests == (FILM, QUIET)
    assert found["stall:song"].tests == (SOUND, QUIET)
    assert "for=clip" in found["black:clip"].scenario
    assert found["slow:clip"].scenario == "slow_queue=60 for=clip"


def test_what_the_suites_never_met_is_not_applicable():
    found = {one.name: one for one in mutants(baseline()) if one.reason}
    assert found["zip_slip"].reason == "no_file"
    assert found["data_token"].reason == "no_data"
    assert not any(one.kind == "song" and one.name == "black" for one in mutants(baseline()))


def test_what_happens_in_the_setup_of_a_suite_belongs_to_all_its_tests():
    notes = ProbeNotes(dict.fromkeys((FILM, SOUND, QUIET), PASSED), {Sighting("All.Films", "data")})
    (token,) = [one for one in mutants(notes) if one.name == "data_token"]
    assert token.tests == (FILM, SOUND, QUIET)


@pytest.mark.parametrize("met", [baseline(), ProbeNotes({QUIET: PASSED})], ids=["tasks", "nothing"])
def test_every_scenario_of_the_catalogue_can_be_read(met):
    for one in mutants(met):
        read_scenario(one.scenario)


def test_suites_that_met_no_task_are_reported_too():
    notes = ProbeNotes({FILM: PASSED, QUIET: PASSED}, {Sighting(FILM, "data")})
    found = mutation_run(Runner(lambda job: notes))
    reasons = {one.mutant.name: one.reason for one in found.judged}
    assert (reasons["slow"], reasons["zip_slip"]) == ("no_task", "no_file")
    assert len(as_dict(found)["mutants"]) == len(found.judged)
    assert meaning("slow_queue", "en") in write_page(found, "en", 90)


MUTANT = Mutant(
    "black", "files", "clip", "black for=clip", (FILM,), ({"rule": {"quality": {"black": "< 0.5 s"}}},), "video/mp4"
)


@pytest.mark.parametrize(
    ("notes", "fate"),
    [
        (ended("The picture is black.\nmore"), Fate.KILLED),
        (ended(), Fate.SURVIVED),
        (ended("'GET /x' is not on the tape. [AIGC701]"), Fate.NOT_APPLICABLE),
        (ProbeNotes({FILM: PASSED}), Fate.NOT_APPLICABLE),
        (ProbeNotes(error="its process died"), Fate.NOT_APPLICABLE),
    ],
)
def test_a_mutant_is_killed_by_a_test_that_fails_for_another_reason_than_the_tape(notes, fate):
    found = judge(MUTANT, notes)
    assert found.fate is fate
    if fate is Fate.KILLED:
        assert found.killers == ((FILM, "The picture is black."),)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            "File is rejected, 2 findings:\n- The picture is black.\n- It is small.",
            "File is rejected, 2 findings: The picture is black.",
        ),
        ("文件不符合规则，共 1 个问题：\n- 画面全黑。", "文件不符合规则，共 1 个问题：画面全黑。"),
        ("Too late:", "Too late:"),
    ],
)
def test_a_message_that_begins_a_list_is_shown_with_its_first_item(message, shown):
    assert judge(MUTANT, ended(message)).killers == ((FILM, shown),)


def test_a_run_without_lies_must_pass():
    with pytest.raises(ConfigError, match=r"first 'All\.Films\.A Film': broken") as caught:
        mutation_run(Runner(lambda _job: ended("broken")))
    assert caught.value.code == "AIGC707"


def test_a_mutant_of_a_kind_that_no_test_met_is_refused_instead_of_scoring_nothing():
    with pytest.raises(ConfigError, match=r"'stall:clop' is not a mutant\. Did you mean 'stall:clip'"):
        mutation_run(Runner(lambda _job: baseline()), ("stall:clop",))


def test_a_line_counts_when_the_suite_passes_with_it_and_fails_on_the_lie():
    def run(job):
        if job.trial.rule_set == "films" and job.scenario:
            return ended("black: 4 s")
        return ended()

    runner = Runner(run)
    line = find_line(MUTANT, baseline(), runner, lambda: TapeMedia({}, {}))
    assert (line.text, line.test, line.message) == ('quality: {black: "< 0.5 s"}', FILM, "black: 4 s")
    assert line.where == "films"
    assert line.kills
    broken = find_line(MUTANT, baseline(), Runner(lambda _job: ended("always")), lambda: TapeMedia({}, {}))
    assert (broken.kills, broken.message) == (False, "always"), "the product as recorded does not meet the line"
    assert find_line(MUTANT, baseline(), Runner(lambda _job: ended()), lambda: TapeMedia({}, {})) is None


def test_a_keyword_is_tried_behind_the_wait_and_its_place_is_named():
    slow = Mutant(
        "slow", "tasks", "clip", "slow_queue=60", (FILM,), ({"keyword": "Get Task Duration    {task}    <    {limit}"},)
    )
    runner = Runner(lambda job: ended("60 s" if job.scenario else "", places={LinePlace("films.robot", 7)}))
    line = find_line(slow, baseline(), runner, lambda: TapeMedia({}, {}))
    assert (line.text, line.where) == ("Get Task Duration    ${task}    <    40 s", "films.robot:7")
    assert runner.jobs[0].trial.kind == "clip"


def test_a_keyword_is_written_with_the_variable_of_each_place():
    slow = Mutant("slow", "tasks", "clip", "slow_queue=60", (FILM,), ({"keyword": "Get Task Duration    {task}"},))
    places = {
        LinePlace("films.robot", 7),
        LinePlace("films.robot", 9, "${clip}"),
        LinePlace("影片.robot", 3, "${任务}"),
    }
    runner = Runner(lambda job: ended("60 s" if job.scenario else "", places=places))
    line = find_line(slow, baseline(), runner, lambda: TapeMedia({}, {}))
    assert line.text == "Get Task Duration    ${task}"
    assert line.where == "films.robot:7, films.robot:9 (${clip}), 影片.robot:3 (${任务})"


def test_a_rule_about_length_or_width_takes_what_the_tape_holds():
    short = Mutant(
        "wrong_length", "files", "clip", "wrong_length", (FILM,), ({"rule": {"duration": "{duration}"}},), "video/mp4"
    )
    runner = Runner(lambda job: ended("short" if job.scenario else ""))
    media = TapeMedia({"video/mp4": (4.0, 6.0)}, {})
    assert find_line(short, baseline(), runner, lambda: media).text == 'duration: "3.8..6.3 s"'
    assert find_line(short, baseline(), runner, lambda: TapeMedia({}, {})) is None


def test_the_files_of_a_tape_are_measured(tmp_path):
    from tests.unit.misbehave.conftest import picture

    (tmp_path / "files").mkdir()
    for number in (1, 5):
        (tmp_path / "files" / str(number)).write_bytes(picture(number))
    assert media_of(tmp_path).widths == {"image/png": (97, 101)}


def result():
    line = KillingLine("quality: {black: false}", "films (rules.yaml)", FILM, "<b>black</b>")
    judged = (
        JudgedMutant(MUTANT, Fate.KILLED, ((FILM, "<i>seen</i>"),)),
        JudgedMutant(MUTANT, Fate.SURVIVED, line=line),
        JudgedMutant(MUTANT, Fate.SURVIVED),
        JudgedMutant(MUTANT, Fate.NOT_APPLICABLE, reason="no_file"),
    )
    return MutationScore(judged, (FILM, SOUND), ("song",))


def test_the_score_counts_the_applicable_mutants():
    found = as_dict(result())
    assert found["score"] == pytest.approx(33.3)
    assert found["by_test"] == {FILM: 1, SOUND: 0}
    assert found["by_ability"] == {"files": {"killed": 1, "applicable": 3, "score": 33.3}}
    assert MutationScore((), ()).score == 0


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shows_all_of_it_escaped_and_fetches_nothing(lang):
    page = write_page(result(), lang, 90)
    for part in (
        "33.3",
        "&lt;i&gt;seen",
        "&lt;b&gt;black",
        "quality: {black: false}",
        "films (rules.yaml)",
        "song",
        SOUND,
    ):
        assert part in page, part
    assert not re.search(r"(?:src|href)=|url\(|\{\{|mutate\.", page)
    assert {"en": f"{MUTANT.kind}: ", "zh": f"{MUTANT.kind}："}[lang] in page


def test_a_lie_for_which_nothing_was_met_has_no_kind_before_it():
    unmet = replace(MUTANT, kind=NO_KIND)
    page = write_page(MutationScore((JudgedMutant(unmet, Fate.NOT_APPLICABLE, reason="no_file"),), (FILM,)), "en", 90)
    assert f">{meaning(unmet.fault, 'en')}" in page
    assert "-: " not in page


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_summary_names_the_score(lang):
    assert "33.3" in summary(result(), lang)


@pytest.mark.parametrize(("lang", "said"), [("en", "announces no hash"), ("zh", "产品没有声明该文件的哈希")])
def test_why_a_lie_could_not_be_told_is_in_the_language_of_the_page(lang, said):
    untold = JudgedMutant(MUTANT, Fate.NOT_APPLICABLE, reason="The product announces no hash of the file.")
    assert said in write_page(MutationScore((untold,), (FILM,)), lang, 90)


def test_a_line_that_the_product_itself_does_not_meet_is_shown_as_such():
    line = KillingLine("labels: {explicit: required}", "films", FILM, "no label", kills=False)
    page = write_page(MutationScore((JudgedMutant(MUTANT, Fate.SURVIVED, line=line),), (FILM,)), "en", 90)
    assert "does not meet it either" in page
    assert "This line notices it" not in page
