"""The relocation model: what ships answers as what was trained, and other targets of the page are heard."""

import random

import pytest

from AIGCLibrary.locators import features, guards, similarity
from AIGCLibrary.locators.reranking import page_context, rerank
from AIGCLibrary.locators.reranking.page_context import Kin
from AIGCLibrary.locators.similarity import rank
from AIGCLibrary.recovery.strategies import locators as suggestions
from tests.bench.relocate_train import exported
from tests.support import relocation

HOME = {
    "tag": "a",
    "role": "link",
    "name": "Docs",
    "text": "Docs",
    "classes": ["nav"],
    "path": "/html/body/header/ul/li[2]/a",
}


def made_up_sites():
    """Pages whose links have partly changed their texts, classes and places."""
    dice = random.Random(7)
    lines = []
    for number in range(6):
        targets, candidates = [], []
        for index in range(14):
            one = {"tag": "A", "text": f"Link {dice.choice('abcdef')}{index}", "class": f"c{index % 3}"}
            one |= {
                "xpath": f"/html[1]/body[1]/div[{1 + index % 4}]/ul[1]/li[{index + 1}]/a[1]",
                "widget_id": str(index),
            }
            one |= {"href": f"/{index}", "id": f"i{index}", "name": f"n{index}"} if index % 2 else {}
            one |= {"x": 10 * index, "y": 20 * (index % 4), "width": 30 + index, "height": 20}
            one["xpath"] = one["xpath"].replace("div", "footer") if index > 9 else one["xpath"]
            changed = {"text": one["text"].upper()} if dice.random() < 0.3 else {}
            changed |= {"class": "new"} if dice.random() < 0.4 else {}
            if index < 6:
                targets.append(one)
            else:
                one.pop("widget_id")
            candidates.append({**one, **changed})
        lines.append((f"site{number}", *([relocation.fingerprint(x) for x in some] for some in (targets, candidates))))
    return lines


@pytest.fixture(scope="module")
def trained():
    trials = relocation.trials(made_up_sites())
    first = relocation.Likeness(trials)
    judged = relocation.judge(trials, first.opinions(trials))
    return trials, first, judged, relocation.Settled(judged)


def test_shipped_coefficients_answer_as_the_trained_model(trained):
    trials, first, judged, second = trained
    model = exported(first, second, 0.0, 0.0)
    for trial, then, one in zip(trials, first.opinions(trials), judged, strict=True):
        now = similarity.likeness(trial.rows, model)
        assert now.odds == pytest.approx(then.odds, abs=0.02)
        assert features.leads(now.choice) == pytest.approx(features.leads(then.choice), abs=0.02)
        assert similarity.settled_odds(one.opinions, model) == pytest.approx(second.odds(one.opinions), abs=0.02)


def test_the_shipped_model_has_the_columns_that_are_computed():
    model = similarity.coefficients("relocation")
    assert model["columns"] == list(features.COLUMNS)
    assert model["settle_columns"] == list(rerank.COLUMNS)


def test_of_two_equal_links_the_one_among_the_other_targets_is_first():
    top = {**HOME, "element": 1, "path": "/html/body/div/nav/ul/li[2]/a"}
    bottom = {**HOME, "element": 2, "path": "/html/body/footer/div/ul/li[2]/a"}
    others = {
        10 + number: (
            {**HOME, "name": name, "text": name, "path": f"/html/body/header/ul/li[{number}]/a"},
            {**HOME, "name": name, "text": name, "path": f"/html/body/div/nav/ul/li[{number}]/a"},
        )
        for number, name in ((1, "Start"), (3, "Prices"), (4, "Team"))
    }
    ranked = rank({**HOME, "texts": ["Docs"], "seen": True}, [bottom, top], others)
    assert ranked[0].candidate["element"] == 1


def test_places_are_compared_with_those_of_the_other_targets():
    then, now = {"path": "/html/body/ul/li[1]/a"}, {"path": "/html/body/nav/ul/li[1]/a", "classes": ["x"], "tag": "a"}
    old = {"path": "/html/body/ul/li[3]/a"}
    same = page_context.compare(
        old, {"path": "/html/body/nav/ul/li[3]/a", "classes": ["x"], "tag": "a"}, [Kin(then, now, 1.0)]
    )
    assert (same["kin_same"], same["kin_apart"], same["kin_order"]) == (1, 0, 1)
    assert (same["peer_tag"], same["peer_path"], same["peer_class"]) == (1, 1, 1)
    other = page_context.compare(old, {"path": "/html/body/footer/p/a", "tag": "a"}, [Kin(then, now, 1.0)])
    assert other["kin_same"] == 0
    assert other["kin_apart"] > 0
    assert other["peer_path"] == 0
    assert set(page_context.compare(old, now, []).values()) == {None}


def test_the_first_of_several_and_the_only_one_are_written_alike():
    assert features.steps_of("/ul[1]/li[12]/a[1]") == ("ul", "li[12]", "a")


def test_the_choice_orders_and_the_trees_say_how_sure_the_first_one_is():
    joined = rerank.joined([3.0, 1.0, -2.0], [0.0, 1.0, -4.0])
    assert sorted(range(3), key=lambda index: -joined[index]) == [0, 1, 2]
    assert joined[0] == pytest.approx(0.2 * 3.0)
    assert joined[0] - joined[1] == pytest.approx(0.6 * 2.0 - 0.4 * 1.0)
    assert rerank.joined([], []) == []


def test_a_candidate_is_doubtful_where_another_one_has_the_links_and_the_place():
    old = {"tag": "a", "text": "Docs", "href": "/docs", "path": "/html/body/nav/a[2]", "classes": ["x"]}
    named = {"tag": "a", "text": "Docs", "href": "/help", "path": "/html/body/footer/a[9]", "classes": ["x"]}
    placed = {"tag": "a", "text": "Manual", "href": "/docs", "path": "/html/body/nav/a[2]", "classes": ["x"]}
    rows = features.table(old, [named, placed])
    reported = rerank.opinions(old, [named, placed], rerank.Likeness(rows, [1.0, 0.0], [1.0, 0.0]), [], [-8.0, -8.0])
    leads = {name: reported[0].row[rerank.COLUMNS.index(f"{name}_lead")] for name in rerank.WITNESSES}
    assert leads["text"] > 0
    assert leads["keys"] < 0
    assert leads["path"] < 0
    assert leads["look"] == 0


def test_what_may_be_applied_unasked_is_what_heal_use_acts_on():
    assert similarity.coefficients("relocation")["threshold"] == suggestions.CERTAIN_SCORE
    assert suggestions.CERTAIN_LEAD == guards.USE_LEAD
