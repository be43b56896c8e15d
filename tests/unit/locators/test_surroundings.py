"""What stands around an element decides where its name does not: labels, neighbours, other targets, twins."""

import pytest

from AIGCLibrary.locators.guards import Purpose, least_probability, refusal
from AIGCLibrary.locators.kinds import compatible
from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Target
from AIGCLibrary.locators.profile import profile_of
from AIGCLibrary.locators.reranking import identity
from AIGCLibrary.locators.reranking.surroundings import labels, texts_beside
from AIGCLibrary.locators.similarity import Scored

EMPTY = {"name": "", "text": "", "label": "", "placeholder": "", "id": "", "html_name": "", "testid": "", "href": ""}


def print_of(role, near=(), **changes):
    """Return a fingerprint as the page program takes it."""
    tag = "button" if role == "button" else "input"
    setting = {"near": [list(one) for one in near], "apart": changes.pop("apart", 0)}
    return {**EMPTY, "tag": tag, "role": role, "classes": [], "neighbours": [], "setting": setting, **changes}


def answer(before, now, siblings=None, probability=0.99):
    """Return why the element may not be used; empty when it may."""
    best = Scored({**now, "element": 1, "ways": ["x"]}, probability)
    return str(
        refusal(best, [best], profile_of(Target("", "page", ()), before), Purpose(), frozenset(), siblings) or ""
    )


def page(*orders):
    """Return other targets of a page in a list: their places then and now."""
    return {
        10 + number: ({"path": f"/html/body/div[{then}]/input"}, {"path": f"/html/body/div[{now}]/input"})
        for number, (then, now) in enumerate(orders)
    }


@pytest.mark.parametrize(("around", "refused"), [("导出", True), ("分享", False)])
def test_what_stood_beside_the_target_is_another_element_whatever_its_words_mean(around, refused):
    before = print_of("button", [(2, "c", around), (2, "t", "成片")], name="下载", text="下载")
    assert bool(answer(before, print_of("button", [(2, "t", "成片")], name="导出", text="导出"))) == refused


@pytest.mark.parametrize(
    ("label", "refused"), [("外貌描述", False), ("服装描述", True), ("角色名称", True)],
)  # fmt: skip
def test_fields_that_share_a_placeholder_are_distinguished_by_what_they_stand_beside(label, refused):
    hint = {"name": "请输入内容", "placeholder": "请输入内容", "twins": [2, 2]}
    before = print_of("textbox", [(3, "t", "外貌描述"), (5, "t", "年龄")], **hint)
    now = print_of("textbox", [(3, "t", label), (5, "t", "年龄")], **hint)
    assert bool(answer(before, now)) == refused


def in_row(*data, place=1, rows=(("a red fox", "done"), ("a city", "running"), ("a boat", "running"))):
    """Return the fingerprint of a button `Cancel` in a row of tasks, all of which have the same buttons."""
    others = [text for row in rows if row[0] != data[0] for text in row]
    near = [
        (1, "c", "Open"),
        *((2, "d", text) for text in data),
        (3, "c", "Open"),
        *((3, "d", text) for text in others),
    ]
    called = {"name": "Cancel", "text": "Cancel", "tab": "", "dialog": ""}
    return print_of("button", near, apart=3, twins=[place, 2], neighbours=["Open"], **called)


@pytest.mark.parametrize(
    ("now", "refused"),
    [
        (in_row("a city", "running", place=2), True),
        (in_row("a cat", "running", place=2), True),
        (in_row("a boat", "running", place=2), False),
        (in_row("a boat", "paused", place=2), False),
    ],
)
def test_one_of_several_is_healed_only_beside_its_own_data(now, refused):
    assert bool(answer(in_row("a boat", "running", place=2), now)) == refused


@pytest.mark.parametrize(("opened", "shut", "refused"), [("Image", "Video", True), ("Video", "Image", False)])
def test_nothing_in_another_tab_takes_the_place_of_a_target(opened, shut, refused):
    called = {"name": "Clear", "text": "Clear", "tab": "", "dialog": ""}
    before, now = (print_of("button", [(1, "c", "Generate")], **called) for _ in range(2))
    before["setting"] |= {"open": ["Video"], "shut": ["Image"]}
    now["setting"] |= {"open": [opened], "shut": [shut]}
    assert bool(answer(before, now)) == refused


def test_the_number_of_a_row_tells_it_where_it_is_in_another_one_now():
    rows = (("Task 41", "done"), ("Task 42", "done"))
    before, now = in_row("Task 41", "done", rows=rows), in_row("Task 42", "done", rows=rows)
    assert answer(before, now)
    assert not answer(before, in_row("Task 43", "done", rows=(("Task 44", "done"),)))


def test_a_placeholder_is_no_label():
    field = print_of("textbox", [(1, "d", "Your title"), (5, "t", "Title")], neighbours=["Your title"])
    assert texts_beside({**field, "name": "Your title", "placeholder": "Your title"}) == ["Title"]


def test_a_label_that_is_read_out_twice_is_one_label():
    assert labels(print_of("textbox", name="File name File name")) == {"file name"}


@pytest.mark.parametrize(
    ("before", "now", "role", "orders", "healed"),
    [
        ("Steps", "Sampling steps", "slider", [(1, 2), (2, 3), (4, 5), (5, 6)], True),
        ("最大长度", "最大输出长度", "spinbutton", [(1, 2), (2, 3), (4, 5), (5, 6)], True),
        ("Guidance scale", "Guidance", "slider", [(1, 2), (2, 3), (4, 5), (5, 6)], True),
        ("Prompt", "Prompt of the second pass", "textbox", [(1, 2), (2, 3), (4, 3), (5, 6)], False),
        ("Steps", "Sampling steps", "slider", [(1, 2), (4, 5)], False),
        ("Steps", "Sampling steps", "slider", [], False),
        ("Steps", "Guidance", "slider", [(1, 2), (2, 3), (4, 5), (5, 6)], False),
        ("Generate", "Generate all", "button", [(1, 2), (2, 3), (4, 5), (5, 6)], False),
    ],
)  # fmt: skip
def test_a_field_in_its_place_is_the_same_with_a_word_more(before, now, role, orders, healed):
    then = print_of(role, name=before, path="/html/body/div[3]/input")
    assert (not answer(then, print_of(role, name=now, path="/html/body/div[4]/input"), page(*orders))) == healed


@pytest.mark.parametrize(
    ("now", "around", "healed"),
    [
        ("Sampling steps", ("Seed", "Width", "Height", "Reset"), True),
        ("Sampling steps", ("Seed", "Format", "Count", "File name"), False),
        ("Guidance", ("Seed", "Width", "Height", "Reset"), False),
        ("Max steps", ("Seed", "Width", "Height", "Reset"), False),
    ],
)
def test_a_field_among_the_same_texts_is_the_same_with_a_word_more(now, around, healed):
    near = [(4, "t", text) for text in ("Seed", "Width", "Height", "Max steps")]
    then = print_of("slider", near, name="Steps", testid="slider")
    answered = answer(then, print_of("slider", [(4, "t", text) for text in around], name=now, testid="slider"))
    assert (not answered) == healed


@pytest.mark.parametrize(
    ("around", "twins", "refused"),
    [
        (("Steps", "Seed", "Sampling"), [1, 2], False),
        (("Steps", "Seed", "Sampler"), [1, 2], False),
        (("Format", "Count", "Output"), [1, 2], True),
        (("Steps", "Seed", "Sampling"), [2, 2], True),
        (("Steps", "Seed", "Sampling"), [1, 1], True),
    ],
)
def test_of_several_that_destroy_only_the_one_in_its_place_is_healed(around, twins, refused):
    reset = {"name": "Reset", "text": "Reset", "apart": 4}
    then = print_of("button", [(3, "t", text) for text in ("Steps", "Seed", "Sampling")], twins=[1, 2], **reset)
    now = print_of("button", [(3, "t", text) for text in around], twins=twins, id="new", **reset)
    assert bool(answer(then, now)) == refused


def test_a_label_is_never_the_component_that_it_names():
    assert not compatible({"role": "radiogroup", "tag": "div"}, {"role": "", "tag": "label"})
    assert compatible({"role": "", "tag": "label"}, {"role": "", "tag": "label"})


def test_fields_without_a_name_are_twins_only_where_they_stand_beside_the_same():
    def known(*beside):
        return Known("/page", 0, "", print_of("spinbutton", neighbours=[*beside]), 0.0)

    assert identity.twin_of(known("FPS"), [("other", known("Grid size"))]) is None
    assert identity.twin_of(known("FPS"), [("other", known("FPS"))]) == "other"


def test_more_is_asked_where_only_the_target_is_known():
    alone, known = (least_probability(seen=True, known_page=one) for one in (False, True))
    assert known < alone
    button, between = print_of("button", name="Open", text="Open"), (known + alone) / 2
    siblings = page((1, 1), (2, 2), (4, 4))
    assert not answer(button, button, siblings, between)
    assert "under" in answer(button, button, None, between)
    unchanged = {number: (now, now) for number, (_, now) in siblings.items()}
    assert "under" in answer(button, button, unchanged, between), "targets that were never seen show no change"


FOOT, HEAD = "/html/body/footer/a", "/html/body/nav/a"


@pytest.mark.parametrize(
    ("role", "before", "now", "refused"),
    [
        ("link", {"path": HEAD}, {"path": FOOT}, True),
        ("link", {"path": FOOT}, {"path": HEAD}, True),
        ("link", {"path": FOOT}, {"path": f"{FOOT}[2]"}, False),
        ("link", {"path": HEAD, "foot": True}, {"path": HEAD, "foot": True}, False),
        ("link", {"path": HEAD, "foot": False}, {"path": HEAD, "foot": True}, True),
        ("heading", {"path": HEAD}, {"path": FOOT}, True),
        ("button", {"path": HEAD}, {"path": FOOT}, False),
        ("link", {"path": HEAD, "href": "/p"}, {"path": FOOT, "href": "/p"}, False),
    ],
)
def test_what_only_the_foot_of_the_page_repeats_is_not_used_for_a_lost_link(role, before, now, refused):
    def one(foot=None, **changes):
        made = print_of(role, name="Partners", text="Partners", **changes)
        return made if foot is None else {**made, "setting": {**made["setting"], "foot": foot}}

    assert ("footer" in answer(one(**before), one(**now))) == refused


@pytest.mark.parametrize(
    ("then", "now", "changes", "refused"),
    [
        ("Title", "Offer", {"floats": True}, True),
        ("Title", "Title", {"floats": True}, False),
        ("Title", "Offer", {}, False),
        ("Title", "Offer", {"floats": True, "id": "save-it"}, False),
    ],
)
def test_what_floats_over_the_page_beside_other_texts_is_not_what_was_in_it(then, now, changes, refused):
    key = {"id": changes.get("id", "")}
    before = print_of("button", [(1, "t", then)], name="Save", text="Save", **key)
    after = print_of("button", [(1, "t", now)], name="Save", text="Save", **key)
    before["setting"]["floats"], after["setting"]["floats"] = False, changes.get("floats", False)
    assert ("over the page" in answer(before, after)) == refused


@pytest.mark.parametrize(
    ("then", "now", "sibling", "refused"),
    [
        ("main/form/button", "main/form/div/button", (), False),
        ("main/form/button", "main/div/form[2]/div/button", ("main/form/input", "main/div/form[2]/input"), False),
        ("main/form/button", "main/div/form[2]/div/button", ("main/form/input", "main/div/form[1]/input"), True),
        ("main/form/button", "main/div/button", (), True),
        ("main/button", "main/button", (), True),
    ],
)
def test_a_button_that_is_docked_to_its_form_stays_the_one_of_that_form(then, now, sibling, refused):
    places = [{"path": f"/html/body/{path}"} for path in sibling]
    before, after = (print_of("button", name="Go", text="Go", path=f"/html/body/{path}") for path in (then, now))
    before["setting"]["floats"], after["setting"]["floats"] = False, True
    assert ("over the page" in answer(before, after, {10: tuple(places)} if places else {})) == refused


@pytest.mark.parametrize(
    ("now", "siblings", "refused"),
    [
        ({"path": "/html/body/div[9]/a", "near": [(2, "d", "About")]}, {}, True),
        ({"path": "/html/body/div[9]/a", "near": [(2, "d", "Sign up")]}, {}, False),
        ({"path": "/html/body/div[9]/a"}, page((1, 1), (2, 2), (3, 3)), False),
        ({"path": "/html/body/div[1]/a"}, {}, False),
        ({"path": "/html/body/div[9]/a", "href": "/c"}, {}, False),
        ({"path": "/html/body/div[9]/a", "name": "Create a page", "text": "Create a page"}, {}, False),
        ({"path": "/html/body/div[9]/a", "name": "Make", "text": "Make"}, {}, False),
    ],
)
def test_other_words_for_the_same_need_a_place_or_a_key_where_only_the_target_is_known(now, siblings, refused):
    name = {"name": "Create a page", "text": "Create a page"}
    before = print_of("button", [(2, "t", "Sign up")], **name, path="/html/body/div[1]/a", href="/c")
    after = print_of("button", **{"name": "Create page", "text": "Create page"} | now)
    assert ("in other words" in answer(before, after, siblings)) == refused
