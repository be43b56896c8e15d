"""Old and new pages as data: what belongs to a target goes with it, and is the target where a selector finds it."""

import json

from tests.support import relocation_pairs as pairs

OLD = {"tag": "A", "text": "Sign in", "class": "entry", "widget_id": "1", "xpath": "/html[1]/body[1]/a[1]"}


def questions(tmp_path, *candidates):
    found = [{"tag": "LI", "text": "Terms", "xpath": "/html[1]/body[1]/ul[1]/li[1]"}, *candidates]
    (tmp_path / "a.jsonl").write_text(json.dumps({"site": "a", "targets": [OLD], "candidates": found}), "utf-8")
    return pairs.questions(pairs.read_folder(tmp_path))


def test_what_is_inside_of_a_target_is_the_target_and_goes_with_it(tmp_path):
    new = {"tag": "LI", "text": "Sign in", "widget_id": "1", "xpath": "/html[1]/body[1]/li[1]"}
    there, gone = questions(tmp_path, new, {**OLD, "widget_id": None, "xpath": "/html[1]/body[1]/li[1]/a[1]"})
    assert {hit.right for hit in pairs.hits(there)} == {True}
    assert not pairs.hits(gone)


def test_a_box_that_shows_nothing_but_the_target_is_the_target_and_goes_with_it(tmp_path):
    new = {"tag": "SPAN", "text": "Sign in", "widget_id": "1", "xpath": "/html[1]/body[1]/a[1]/span[1]"}
    there, gone = questions(tmp_path, new, {**OLD, "widget_id": None})
    assert {hit.right for hit in pairs.hits(there)} == {True}
    assert not pairs.hits(gone)


def test_another_element_of_the_same_words_is_not_the_target(tmp_path):
    new = {"tag": "SPAN", "text": "Sign in", "widget_id": "1", "xpath": "/html[1]/body[1]/p[1]/span[1]"}
    there, gone = questions(tmp_path, new, {**OLD, "widget_id": None, "xpath": "/html[1]/body[1]/a[2]"})
    assert {hit.right for hit in pairs.hits(there)} == {hit.right for hit in pairs.hits(gone)} == {False}
