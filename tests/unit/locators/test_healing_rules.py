"""What may be healed, what is written, what is doubted; all without a browser."""

from pathlib import Path

import pytest

from AIGCLibrary.errors import TargetError
from AIGCLibrary.i18n import Text
from AIGCLibrary.locators import features, similarity, words
from AIGCLibrary.locators.explore import Exploration, Found
from AIGCLibrary.locators.guards import Purpose, is_destructive, refusal
from AIGCLibrary.locators.healing import HealBook, Healed
from AIGCLibrary.locators.kinds import compatible, usable_for
from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Selector, Target, TargetState, Tier
from AIGCLibrary.locators.patch import patched
from AIGCLibrary.locators.probe import page_key
from AIGCLibrary.locators.profile import profile_of, profile_of_selector
from AIGCLibrary.locators.reranking import identity, sibling_targets
from AIGCLibrary.locators.similarity import Scored, rank
from AIGCLibrary.locators.starter import starter_file
from AIGCLibrary.locators.words import plain

BUTTON = {
    "tag": "button", "role": "button", "name": "Generate", "text": "Generate", "classes": ["primary"], "id": "",
    "html_name": "", "path": "/html/body/main/form/button", "box": [10, 10, 90, 30], "type": "submit",
}  # fmt: skip


def element(number, **changes):
    return {
        **BUTTON,
        "element": number,
        "ways": [{"tier": "gold", "yaml": {"testid": "x"}, "selector": "x"}],
        **changes,
    }


def seen(**changes):
    return {**BUTTON, "texts": ["Generate"], "keys": ["generate"], "seen": True, **changes}


def test_the_unchanged_element_is_nearly_certain_and_first():
    ranked = rank(seen(), [element(1, name="Help", text="Help", classes=[]), element(2), element(3, name="Share")])
    assert ranked[0].candidate["element"] == 2
    assert ranked[0].probability > 0.8


def test_what_another_target_claims_is_no_candidate():
    candidates = [element(1), element(2, name="Help", text="Help", classes=[])]
    free = rank(seen(), candidates)
    claimed = rank(seen(), candidates, {1: (BUTTON, BUTTON)})
    assert next(one for one in claimed if one.candidate["element"] == 1).probability < free[0].probability


def test_words_of_one_meaning_count_in_both_languages():
    assert words.same_meaning(["Generate"], ["Create video"]) == 1
    assert words.same_meaning(["生成"], ["创建视频"]) == 1
    assert words.same_meaning(["Generate"], ["Help"]) == 0
    assert words.plain("✨ Ge\u00adnerate (3)") == "generate"


def test_a_target_never_seen_is_suggested_by_the_meaning_of_its_words():
    target = Target("a.go", "a", (Selector(Tier.SILVER, "role", {"role": "button", "name": "Generate"}, "x"),))
    others = [element(1, name="Sign out", text="Sign out"), element(2, name="Create video", text="Create video")]
    ranked = rank(profile_of(target), others, verb="clicked")
    assert ranked[0].candidate["element"] == 2
    assert ranked[0].probability >= 0.5 > ranked[1].probability


@pytest.mark.parametrize(
    ("purpose", "candidate", "profile", "reason"),
    [
        (Purpose("clicked", TargetState.HIDDEN), {}, {}, "absence"),
        (Purpose("filled", secret=True), {}, {}, "secret"),
        (Purpose("clicked"), {"name": "Delete all"}, {}, "destroys"),
        (Purpose("clicked"), {}, {"name": "清空"}, "destroys"),
        (Purpose("clicked"), {"password": True}, {}, "password"),
        (Purpose("filled"), {}, {}, "cannot be filled"),
        (Purpose("clicked"), {"role": "textbox", "tag": "input"}, {}, "does not become"),
        (Purpose("clicked"), {"ways": []}, {}, "no selector"),
        (Purpose("clicked"), {"frame": ["#f"]}, {}, "another frame"),
    ],
)
def test_guards_refuse(purpose, candidate, profile, reason):
    best = Scored(element(1, **candidate), 0.99)
    assert reason in str(refusal(best, [best], seen(**profile), purpose))


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        ({"name": "Prompt"}, {"name": "Negative prompt"}, True),
        ({"name": "系统提示词"}, {"name": "反向提示词"}, True),
        ({"name": "Steps"}, {"name": "Guidance"}, True),
        ({"name": "Generate image"}, {"name": "Create the picture"}, False),
        ({"name": "Generate"}, {"name": "Create video"}, False),
        ({"name": "登录"}, {"name": "Sign in"}, False),
        ({"name": "Steps", "id": "steps"}, {"name": "Rounds", "id": "steps"}, False),
        ({"name": "Steps", "id": "component-7"}, {"name": "Guidance", "id": "component-7"}, True),
        ({"name": "Prompt", "testid": "textbox"}, {"name": "Negative prompt", "testid": "textbox"}, True),
        ({"name": "Prompt", "testid": "prompt-input"}, {"name": "Your wishes", "testid": "prompt-input"}, False),
        ({"name": "number input for Speed", "testid": "number-input"},
         {"name": "number input for Pitch", "testid": "number-input"}, True),
        ({"name": "", "text": ""}, {"name": "Guidance"}, False),
        ({"name": "", "role": "slider", "neighbours": ["Grid size"]}, {"role": "slider", "neighbours": ["FPS"]}, True),
        ({"name": "", "role": "spinbutton", "neighbours": ["Size"]}, {"role": "spinbutton", "name": "Size"}, False),
        ({"name": "", "role": "spinbutton", "neighbours": []}, {"role": "spinbutton", "neighbours": ["x"]}, False),
    ],
)  # fmt: skip
def test_what_has_another_name_is_not_used_unless_its_own_key_says_that_it_is_the_target(before, now, refused):
    empty = {"name": "", "text": ""}
    profile = {**seen(), **empty, "texts": [before["name"]] if before["name"] else [], **before}
    best = Scored(element(1, **empty | now), 0.99)
    assert ("it is called" in str(refusal(best, [best], profile, Purpose("clicked")) or "")) == refused


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("Drop Image Here", False), ("Drop files or click to upload", False), ("Drop your own file here", False),
        ("Dropdown", False), ("Drop zone", False), ("Drop draft", True), ("Drop", True), ("Drop table", True),
    ],
)  # fmt: skip
def test_a_place_to_drop_files_is_no_danger(name, refused):
    best = Scored(element(1, name=name, text=name, dialog="Pictures"), 0.99)
    said = str(refusal(best, [best], {**seen(), "name": name, "text": name}, Purpose("given files")) or "")
    assert (said == str(Text("locators.refusal.destructive"))) == refused


@pytest.mark.parametrize(
    ("name", "dangerous"),
    [
        ("Format", False), ("Format text", False), ("Format the disk", True), ("Order by name", False), ("Order", True),
        ("Reset to default value", True), ("Clear", True),
    ],
)  # fmt: skip
def test_words_that_destroy_are_reported_from_those_that_only_look_so(name, dangerous):
    assert is_destructive(name) == dangerous


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        ({}, {"id": "new", "classes": ["x"]}, False),
        ({"neighbours": ["Steps"]}, {"neighbours": ["Steps"]}, False),
        ({"neighbours": ["Steps"]}, {"neighbours": ["Seed"]}, True),
        ({}, {"name": "Clear all", "text": "Clear all"}, True),
        ({}, {"role": "link", "tag": "a"}, True),
        ({}, {"dialog": "Offer"}, True),
        ({"twins": [1, 2], "neighbours": ["Steps"]}, {"twins": [2, 2], "neighbours": ["Steps"]}, False),
        ({"twins": [1, 2]}, {"twins": [1, 2]}, True),
        ({"twins": [1, 2]}, {"twins": [1, 1]}, True),
    ],
)
def test_what_destroys_is_healed_only_where_role_name_and_place_are_the_same(before, now, refused):
    clear = {"name": "Clear", "text": "Clear"}
    best = Scored(element(1, **clear | now), 0.99)
    said = refusal(best, [best], {**seen(**clear | before), "texts": ["Clear"]}, Purpose("clicked"))
    assert bool(said) == refused


def test_fewer_that_look_the_same_are_not_picked_from():
    profile = {**seen(name="Close", text="Close"), "texts": ["Close"], "twins": [2, 3], "neighbours": ["Offer"]}
    for now, refused in (({}, True), ({"neighbours": ["Offer"]}, True), ({"twins": [2, 3]}, False)):
        best = Scored(element(1, **{"name": "Close", "text": "Close", "twins": [1, 2]} | now), 0.99)
        assert ("nothing shows" in str(refusal(best, [best], profile, Purpose("clicked")) or "")) == refused


def test_a_hint_for_screen_readers_is_no_name():
    hint = "Press Shift and Enter to open"
    profile = {**seen(name="Text color", text=hint), "texts": ["Text color", hint]}
    best = Scored(element(1, name="Background color", text=hint), 0.99)
    assert "it is called" in str(refusal(best, [best], profile, Purpose("clicked")))


def test_a_name_ends_before_the_keys_that_do_the_same():
    for text in ("Undo (Ctrl+Z)", "Undo [⌘Z]", "Undo (Ctrl-Shift-Z)", "Undo（Alt + Z）"):
        assert plain(text) == "undo"
    assert plain("Undo (all)") == "undo all"


def test_the_label_that_became_the_name_of_a_field_carries_it():
    profile = {"tag": "input", "role": "spinbutton", "neighbours": ["Maximum rate"], "texts": [], "seen": True}
    field = {"tag": "input", "role": "spinbutton", "type": "text", "classes": [], "ways": []}
    named = [{**field, "element": n, "name": name} for n, name in enumerate(("Maximum rate", "Minimum rate"))]
    first, second = rank(profile, named)
    assert first.candidate["element"] == 0
    assert first.probability > second.probability + 0.3


def test_guards_want_probability_margin_and_an_element_nobody_claims():
    best, second = Scored(element(1), 0.95), Scored(element(2), 0.9)
    assert refusal(best, [best], seen(), Purpose("clicked")) is None
    assert refusal(best, [best, Scored(element(2), 0.75)], seen(), Purpose("clicked")) is None
    assert "nearly as probable" in str(refusal(best, [best, second], seen(), Purpose("clicked")))
    assert "under" in str(refusal(second := Scored(element(2), 0.5), [second], seen(), Purpose("clicked")))
    assert "another target" in str(refusal(best, [best], seen(), Purpose("clicked"), frozenset({1})))


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [
        ({"role": "tab"}, {"role": "button"}, True),
        ({"role": "button"}, {"role": "tab"}, True),
        ({"role": "link"}, {"role": "menuitem"}, True),
        ({"role": "button"}, {"role": "link"}, False),
        ({"role": "tab"}, {"role": "menuitem"}, False),
        ({"role": "tab", "testid": "speak"}, {"role": "button", "testid": "speak"}, False),
    ],
)
def test_a_tab_is_no_button_of_the_same_name(before, now, refused):
    best = Scored(element(1, **now), 0.99)
    assert ("do different things" in str(refusal(best, [best], seen(**before), Purpose("clicked")))) == refused


def test_a_target_never_seen_needs_words_that_carry_it_alone():
    sure, unsure = Scored(element(1), 0.9), Scored(element(1), 0.84)
    assert refusal(sure, [sure], seen(seen=False), Purpose("clicked")) is None
    assert "never seen" in str(refusal(unsure, [unsure], seen(seen=False), Purpose("clicked")))


def test_roles_that_redesigns_swap_are_compatible():
    assert compatible({"role": "button"}, {"role": "tab"})
    assert compatible({"role": "textbox"}, {"role": "combobox"})
    assert not compatible({"role": "button"}, {"role": "textbox"})
    assert usable_for({"tag": "input", "type": "file"}, "given files")
    assert not usable_for({"tag": "input", "type": "checkbox"}, "filled")


def test_heals_are_kept_only_by_passed_tests():
    book = HealBook()
    healed = Healed("a.b", Tier.GOLD, {"testid": "x"}, "[data-testid=x]", 0.9, "button 'X'", "/")
    book.add(healed)
    assert book.end_test(passed=False) == []
    assert book.of("a.b") is None
    book.add(healed)
    assert book.end_test(passed=True) == [healed]
    assert book.extended(Target("a.b", "a", ())).selectors[-1].selector == "[data-testid=x]"
    assert Healed.of_data("a.b", healed.as_data()) == healed


@pytest.mark.parametrize(
    ("before", "tier", "value", "after"),
    [
        (
            "  a:\n    gold: x  # why\n    # more\n",
            Tier.GOLD,
            {"testid": "send"},
            "  a:\n    gold: send  # why\n    # more\n",
        ),
        ("  a: {gold: x}  # why\n", Tier.GOLD, {"testid": "send"}, "  a: {gold: send}  # why\n"),
        (
            "  a:\n    silver:\n      - {role: button, name: Go}\n      - {text: Go}  # old\n",
            Tier.SILVER,
            {"role": "button", "name": "Start: now"},
            '  a:\n    silver:\n      - {role: button, name: "Start: now"}\n      - {text: Go}  # old\n',
        ),
        (
            "  a:\n    silver:\n      role: button\n      name: Go\n    # note\n    bronze: b\n",
            Tier.SILVER,
            {"text": "Go"},
            "  a:\n    silver: {text: Go}\n    # note\n    bronze: b\n".replace("silver: ", "silver:\n      "),
        ),
        ("  a:\n    bronze: b\n", Tier.GOLD, {"testid": "send"}, "  a:\n    gold: send\n    bronze: b\n"),
        ("  a: {bronze: b}\n", Tier.GOLD, {"testid": "send"}, "  a: {gold: send, bronze: b}\n"),
    ],
)
def test_only_the_value_changes_in_the_file(before, tier, value, after):
    healed = Healed("p.a", tier, value, "s", 0.9, "", "/")
    assert patched(f"# head\ntargets:\n{before}", {"a": healed}) == f"# head\ntargets:\n{after}"


def doubt(strategy, before, now):
    selector = Selector(Tier.BRONZE, strategy, "x", "x")
    known = Known("/", 0, "h", {**BUTTON, **before}, 0.0)
    reported = identity.doubt(Target("a.b", "a", (selector,)), selector, known, {**BUTTON, **now})
    return reported and str(reported)


def test_a_selector_that_now_finds_another_element_is_doubted():
    assert "possibly another element" in doubt("css", {}, {"name": "Upgrade", "text": "Upgrade"})
    assert "does not become" in doubt("testid", {}, {"role": "textbox"})


def test_a_page_in_another_language_is_no_other_element():
    button = {"role": "button", "name": {"en": "Start generating", "zh": "开始生成"}}
    target = Target("a.b", "a", (Selector(Tier.GOLD, "testid", "go", "x"), Selector(Tier.SILVER, "role", button, "y")))
    chinese = {**BUTTON, "name": "开始生成", "text": "开始生成"}
    english = {**BUTTON, "name": "Start generating", "text": "Start generating"}
    assert identity.doubt(target, target.selectors[0], Known("/", 0, "h", chinese, 0.0), english) is None
    undeclared = {"name": "Herunterladen", "text": "Herunterladen"}
    assert doubt("testid", {"language": "en"}, {**undeclared, "language": "de"}) is None
    assert "possibly another element" in doubt("testid", {"language": "en"}, {**undeclared, "language": "en"})


def test_doubts_are_reported_in_the_language_of_the_suite():
    selector = Selector(Tier.BRONZE, "css", "x", "x")
    now = {**BUTTON, "name": "Upgrade", "text": "Upgrade"}
    reported = identity.doubt(Target("a.b", "a", (selector,)), selector, Known("/", 0, "h", BUTTON, 0.0), now)
    assert "可能是另一个元素" in reported.warning.render("zh")
    best = Scored(element(1), 0.5)
    assert refusal(best, [best], seen(), Purpose("clicked")).render("zh").startswith("概率 0.50 低于")


def found_beside(*numbers, file="a.yaml"):
    return [sibling_targets.Neighbour(Target(f"a.{number}", "a", (), file=Path(file)), number) for number in numbers]


def test_what_no_other_target_takes_is_left_over_where_it_is_little():
    profile = seen(seen=False)
    ranked = [Scored(element(number, name=str(number)), 0.01) for number in range(5)]
    left = sibling_targets.unclaimed_candidates(ranked, profile, found_beside(0, 1, 2, 3), "clicked")
    assert [one.candidate["element"] for one in left] == [4]
    assert sibling_targets.unclaimed_candidates(ranked, profile, found_beside(0), "clicked") == ()  # four could be it
    assert sibling_targets.unclaimed_candidates(ranked, profile, [], "clicked") == ()  # perhaps another page
    assert (
        sibling_targets.unclaimed_candidates(ranked, {**profile, "role": "textbox"}, found_beside(0, 1, 2, 3), "filled")
        == ()
    )


def test_lost_twins_cannot_be_distinguished():
    one = Known("/", 0, "h", BUTTON, 0.0)
    assert identity.twin_of(one, [("a.other", Known("/", 0, "i", {**BUTTON, "box": [9, 9, 9, 9]}, 0.0))]) == "a.other"
    assert identity.twin_of(one, [("a.other", Known("/", 0, "i", {**BUTTON, "name": "Save"}, 0.0))]) is None
    assert identity.twin_of(one, [("a.other", Known("/elsewhere", 0, "i", BUTTON, 0.0)), ("a.new", None)]) is None


def test_changed_words_counters_and_content_are_not_doubted():
    assert doubt("css", {}, {"name": "Create", "text": "Create"}) is None
    assert doubt("css", {"id": "go"}, {"id": "go", "name": "Upgrade"}) is None
    status = {"tag": "span", "role": "", "name": ""}
    assert doubt("css", {**status, "text": "queued"}, {**status, "text": "done"}) is None


ROW = {"name": "Open", "text": "Open", "twins": [2, 3], "neighbours": ["Moon", "Works"]}
NAMELESS = {"name": "", "text": "", "role": "button"}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"name": "Submit"}, {"name": "Submit and pay"}),
        ({"name": "提示词"}, {"name": "反向提示词"}),
        ({"name": "Start frame"}, {"name": "End frame"}),
        ({"id": ":r3:", "name": "Save"}, {"id": ":r3:", "name": "Discard"}),
        ({"id": "row-2", "name": "Save"}, {"id": "row-2", "name": "Discard"}),
        ({"testid": "icon-button", "name": "Save"}, {"testid": "icon-button", "name": "Discard"}),
        (ROW, {**ROW, "neighbours": ["Sea", "Works"], "twins": [2, 2]}),
        ({**ROW, "neighbours": []}, {**ROW, "neighbours": [], "twins": [1, 2]}),
        ({"name": "Scene 2", "twins": [2, 3]}, {"name": "Scene 3", "twins": [2, 2]}),
        ({**NAMELESS, "neighbours": ["Moon"]}, {**NAMELESS, "neighbours": ["Sea"]}),
        ({"tab": "Image"}, {"tab": "Video"}),
        ({"dialog": ""}, {"dialog": "Rename"}),
        ({"dialog": "Rename work"}, {"dialog": "Export settings"}),
    ],
)
def test_structure_that_finds_something_alike_is_doubted(before, now):
    assert "possibly another element" in doubt("css", before, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (ROW, {**ROW, "twins": [3, 4]}),
        ({"name": "Tasks 3", "twins": [1, 1]}, {"name": "Tasks 4", "twins": [1, 1]}),
        ({"dialog": "Edit cat"}, {"dialog": "Edit moon"}),
        ({"tab": "Image"}, {"tab": ""}),
        ({"tab": "Image", "testid": "start-video"}, {"tab": "Video", "testid": "start-video"}),
        ({}, {"dialog": "Rename"}),
    ],
)
def test_what_stays_or_is_not_known_is_not_doubted(before, now):
    assert doubt("css", before, now) is None


@pytest.mark.parametrize(
    ("tier", "strategy", "selector", "name", "doubted"),
    [
        (Tier.BRONZE, "css", "css=form button", "Generate all", True),
        (Tier.BRONZE, "css", "css=form button", "Create", False),
        (Tier.BRONZE, "css", "css=form button", "生成", False),
        (Tier.BRONZE, "css", "css=form button", "登录", False),
        (Tier.GOLD, "testid", '[data-testid="start"]', "Delete project", True),
        (Tier.GOLD, "testid", '[data-testid="start"]', "Generate all", False),
        (Tier.GOLD, "testid", '[data-testid="button"]', "Generate all", True),
    ],
)
def test_an_element_never_seen_that_bears_none_of_the_names_of_the_file_is_doubted(
    tier, strategy, selector, name, doubted
):
    chosen = Selector(tier, strategy, selector.split('"')[1] if '"' in selector else selector, selector)
    role = Selector(Tier.SILVER, "role", {"role": "button", "name": "Generate"}, "y")
    reported = identity.doubt(Target("a.b", "a", (chosen, role)), chosen, None, {**BUTTON, "name": name, "text": name})
    assert ("the file calls it 'Generate'" in str(reported)) is doubted


@pytest.mark.parametrize("key", [":r1:", "«r4»", "_r_5_", "item-3", "pv_id_64_3", "input-:r3:", "a1b2c3d4e5"])
def test_keys_that_count_or_are_made_carry_no_other_name(key):
    lost = seen(id=key, name="Yes", text="Yes", texts=["Yes"])
    best = Scored(element(1, id=key, name="No", text="No"), 0.99)
    assert refusal(best, [best], lost, Purpose("clicked")).key == "locators.refusal.renamed"


def test_profiles_read_every_sort_of_selector():
    assert profile_of_selector("//form/button[text()='Go']")["texts"] == ["Go"]
    assert profile_of_selector("//form/button[text()='Go']")["tag"] == "button"
    assert profile_of_selector("css=form > input#user-name.wide")["id"] == "user-name"
    assert profile_of_selector('role=button[name="Go"]')["role"] == "button"
    assert profile_of_selector('internal:label="Your name"')["texts"] == ["Your name"]
    assert profile_of_selector('[placeholder="Your prompt"]').get("tag") is None
    assert profile_of_selector("Engine Performance")["texts"] == ["Engine Performance"]
    target = Target("a.b", "a", (Selector(Tier.SILVER, "role", {"role": "button", "name": {"en": "Go"}}, "x"),))
    assert profile_of(target, {"name": "Start"})["texts"] == ["Go", "Start"]


def test_pages_are_known_without_queries_and_identifiers():
    assert page_key("http://h/scripts/scr_1a2b3c4d?lang=zh") == "/scripts/*"
    assert page_key("http://h/items/42/edit#x") == "/items/*/edit"


def test_features_stay_silent_about_what_the_fingerprint_does_not_know():
    row = features.compare({"tag": "button", "text": "Go"}, {"tag": "button", "text": "Go", "id": "x"})
    assert row["id_equal"] is None
    assert row["near"] is None
    assert row["text_equal"] == 1


def test_shipped_model_fits_the_features():
    model = similarity.coefficients("relocation")
    assert model["columns"] == list(features.COLUMNS)
    assert 0.5 < model["threshold"] < 1


def explored(*elements):
    return Exploration([Found(one, {}) for one in elements], [])


@pytest.mark.parametrize("found", [[], [{"tag": "button", "name": "Twin", "ways": []}]])
def test_a_page_without_anything_to_name_gives_no_starter_file(found):
    with pytest.raises(TargetError, match=r"No target .* on http://h/: \d interactive elements"):
        starter_file(explored(*found), "home", "http://h/?token=1")


def test_a_starter_file_names_everything_once():
    way = {"tier": "silver", "yaml": {"role": "button", "name": "Go"}, "selector": "x"}
    one = {"tag": "button", "role": "button", "name": "Go", "ways": [way]}
    text = starter_file(explored(one, one, {**one, "ways": []}), "home", "http://h/")
    assert "  go_button:\n    silver: {role: button, name: Go}" in text
    assert "  go_button_2:" in text
    assert "# Not unique" in text


@pytest.mark.parametrize("tail", ["?token=s3cretvalue", "#access_token=s3cretvalue", "?a=1#s3cretvalue"])
def test_no_token_of_an_address_is_in_a_starter_file(tail):
    way = {"tier": "silver", "yaml": {"role": "button", "name": "Go"}, "selector": "x"}
    found = {"tag": "button", "role": "button", "name": "Go", "ways": [way]}
    written = starter_file(explored(found), "home", f"http://qa:s3cretvalue@h:8080/app{tail}")
    assert "# Starter file for http://h:8080/app\n" in written
    assert "s3cretvalue" not in written
