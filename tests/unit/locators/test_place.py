"""Where targets belong: what a file declares, what is learned, and what evidence fits other pages as well."""

import re
from pathlib import Path

import pytest

from AIGCLibrary.locators import place
from AIGCLibrary.locators.diagnosis import elsewhere
from AIGCLibrary.locators.kinds import names_a_kind
from AIGCLibrary.locators.model import PageRule, Selector, Target, Tier
from AIGCLibrary.locators.plain import is_lost, lacks_option
from AIGCLibrary.locators.probe import Report, page_key
from AIGCLibrary.locators.reader import read_locators


@pytest.mark.parametrize(
    ("written", "address", "holds"),
    [
        ("/works/*", "/works/7", True), ("/works/*", "/works/7/edit", False), ("/works/**", "/works/7/edit", True),
        ("/works", "/works/", True), ("/works", "/login", False), ("/", "/", True), ("/", "/works", False),
        ("works", "/app/works", True), ("^/w.+s$", "/works", True), ("/a.b", "/axb", False),
    ],
)  # fmt: skip
def test_addresses_are_matched_by_steps(written, address, holds):
    assert bool(re.search(place.address_pattern(written), address)) == holds


def test_titles_are_whole_unless_they_have_a_star_or_are_patterns():
    assert re.search(place.title_pattern("Orders - *"), "Orders - Shop")
    assert not re.search(place.title_pattern("Orders"), "Orders - Shop")
    assert re.search(place.title_pattern("/^Ord/"), "Orders - Shop")


@pytest.mark.parametrize(
    ("test_id", "kind"),
    [("textbox", True), ("number-input", True), ("fileUpload", True), ("button_2", True), ("send-button", False),
     ("primary-button", True), ("submitBtn", True), ("base_input", True), ("el-button--danger", True), ("btn-lg", True),
     ("submit-script", False), ("primary-colour", False), ("danger-zone", False),
     ("prompt-input", False), ("download-link", False)],
)  # fmt: skip
def test_some_test_ids_name_a_kind_of_component(test_id, kind):
    assert names_a_kind(test_id) == kind


def test_a_file_and_its_targets_say_where_they_live(tmp_path):
    text = """page: {name: film, url: "/film/*", tab: {en: Video, zh: 视频}}
targets:
  mark: {gold: film-desk}
  go: {silver: {role: button, name: Go}, bronze: button.primary, page: {dialog: Render, landmark: mark}}
"""
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    mark, go = read_locators(tmp_path / "x.yaml")
    assert mark.where == PageRule(url=("/film/*",), tab=("Video", "视频"))
    assert (go.name, go.where.dialog, go.where.landmark) == ("film.go", ("Render",), "film.mark")
    assert go.where.url == ("/film/*",)


def test_only_evidence_of_its_own_speaks_for_a_page():
    file = Path("shop.yaml")
    css = Selector(Tier.BRONZE, "css", "form button", "css=form button")
    role = Selector(Tier.SILVER, "role", {"role": "button", "name": "Generate"}, 'role=button[name="Generate"]')
    plain = Selector(Tier.GOLD, "testid", "textbox", '[data-testid="textbox"]')
    target = Target("shop.go", "shop", (role, css), file=file)
    others = [target, Target("shop.note", "shop", (plain,), file=file), Target("shop.sum", "shop", (role,), file=file)]
    about = place.learned(place.surroundings(target, others), ["/shop"], {"tab": "Basket", "dialog": ""})
    assert about.witnesses == (role.selector,)
    assert {"generate", "create", "生成"} <= set(about.names)
    assert (about.tab, about.dialog) == ("Basket", "")
    assert [place.is_weak(one) for one in (role, css, plain)] == [False, True, True]


def test_the_message_names_the_open_page_and_the_one_meant():
    target = Target("shop.go", "shop", ())
    report = Report("missing", url="http://product.test/login?next=/shop", misplaced="url")
    text = elsewhere(target, report, ["/shop"]).render("en")
    assert "/login" in text
    assert "/shop" in text


def test_a_route_behind_the_hash_is_another_page():
    assert page_key("http://product.test/app#/works/12?x=1") == "/app#/works/*"
    for thing in ("task-17", "task_18", "aB3xK9pQ", "k3f9a2c81z", "0f8fad5b-d9cb-469f-a165-70867728950e"):
        assert page_key(f"http://product.test/works/{thing}") == "/works/*", thing
    for page in ("step-2", "generate", "text-to-video", "v2", "GenerateVideo", "h264-player", "iphone15promax"):
        assert page_key(f"http://product.test/works/{page}") == f"/works/{page}", page
    assert page_key("http://product.test/app#top") == "/app"


def test_a_selector_that_was_resolved_is_not_lost():
    call = "waiting for locator('id=kind')\n"
    assert is_lost(call)
    missing = f"{call}- locator resolved to <select>\n- did not find some options"
    assert not is_lost(missing)
    assert [lacks_option(text) for text in (missing, call)] == [True, False]


def test_addresses_that_name_no_page_tell_nothing_of_where_a_target_belongs():
    around = place.DeclaredPlace()
    assert place.learned(around, ["about:", "/shop", "data:"], None).routes == ("/shop",)
    assert place.learned(around, [], None).at("about:", None, None).routes == ()
