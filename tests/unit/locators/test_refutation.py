"""What is evidence of another element is not used; what cannot be known is used with a warning."""

from dataclasses import replace

import pytest

from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Selector, Target, Tier
from AIGCLibrary.locators.reranking import identity
from AIGCLibrary.locators.words import share_a_word

CSS = Selector(Tier.BRONZE, "css", "button.primary", "css=button.primary")
ROLE = Selector(Tier.SILVER, "role", {"role": "button", "name": "Save"}, 'role=button[name="Save"]')
LOOSE = Selector(
    Tier.SILVER, "role", {"role": "button", "name": "Save", "exact": False}, 'internal:role=button[name="Save"i]'
)
TEST_ID = Selector(Tier.GOLD, "testid", "save-script", '[data-testid="save-script"]')
TEXT = Selector(Tier.SILVER, "text", "Partners", 'text="Partners"')
CAT, MOON = ({"near": [[2, "d", text]]} for text in ("cat", "moon"))
AROUND = {"near": [[1, "t", "Script"]], "open": [], "shut": [], "floats": False, "login": False, "row": False}


def button(name, twins=(1, 1), beside=(), **rest):
    setting = {**AROUND, **{key: rest.pop(key) for key in list(rest) if key in AROUND}}
    return {"tag": "button", "role": "button", "name": name, "text": name, "twins": list(twins),
            "neighbours": list(beside), "setting": setting, "dialog": "", "tab": "", **rest}  # fmt: skip


def called(name):
    return Selector(Tier.SILVER, "role", {"role": "button", "name": name}, f"role=button[name={name}]")


def link(name, path, **rest):
    return {"tag": "a", "role": "link", "name": name, "text": name, "path": path, **rest}


def verdict(chosen, before, now, name="a.it", basis=()):
    known = Known("/work", 0, "h", before, 0.0, basis=basis) if before else None
    target = Target(name, "a", (chosen,))
    found = identity.doubt(target, chosen, known, now, "/work")
    return "used" if found is None else "refused" if found.refuted else "doubted"


@pytest.mark.parametrize(
    ("chosen", "before", "now", "expected"),
    [
        (CSS, button("Start"), button("Stop"), "refused"),
        (CSS, button("Start"), button("Start draft"), "refused"),
        (CSS, button("Start"), button(""), "doubted"),
        (CSS, button(""), button("Start"), "doubted"),
        (CSS, button("Generate"), button("Create video"), "doubted"),
        (CSS, button("Create script"), button("Add story"), "doubted"),
        (CSS, button("Create script"), button("Delete story"), "refused"),
        (CSS, button("Start", id="start"), button("Launch", id="start"), "used"),
        (CSS, button("生成视频"), button("生成图片"), "refused"),
        (CSS, button("保存"), button("保存并发布"), "refused"),
        (CSS, button("创建剧本"), button("新建故事"), "doubted"),
        (CSS, button("Scripts", language="en"), button("退出登录", language="zh"), "refused"),
        (CSS, button("Scripts", language="en"), button("剧本", language="zh"), "used"),
        (CSS, button("Start"), {**button("Start"), "role": "textbox"}, "refused"),
        (LOOSE, button("Save"), button("Save and pay"), "refused"),
        (ROLE, button("Save"), button("Save", login=True), "refused"),
        (ROLE, button("Save", open=["Image"]), button("Save", open=["Video"], shut=["Image"]), "refused"),
        (ROLE, button("Save"), button("Save", dialog="Delete film"), "refused"),
        (ROLE, button("Save", near=[[2, "n", "Quality"]]), button("Save", near=[[2, "n", "Priority"]]), "refused"),
        (ROLE, button("Save"), button("Save", floats=True, near=[[1, "t", "Offer"]]), "refused"),
        (ROLE, button("Delete", **CAT), button("Delete", **MOON), "refused"),
        (ROLE, button("Save"), button("Save", near=[[1, "t", "Account"]]), "doubted"),
        (ROLE, button("Open", row=True, **CAT), button("Open", row=True, **MOON), "doubted"),
        (CSS, button("", (1, 2), near=[[1, "t", "Steps"]]), button("", (1, 2), near=[[1, "t", "Seed"]]), "refused"),
        (CSS, button("Open", (1, 2), **CAT), button("Open", (1, 2), **MOON), "doubted"),
        (CSS, button("+", (2, 2)), button("+", (1, 1)), "refused"),
        (CSS, button("Search", type="checkbox", html_name="test"), button("Stream", type="checkbox", html_name="test"),
         "refused"),
        (CSS, button("Mail", type="text", html_name="mail"), button("Address", type="text", html_name="mail"), "used"),
        (called("/generate/i"), button("Generate"), button("Regenerate"), "doubted"),
        (called("/generate/i"), button("Regenerate"), button("Regenerate all"), "used"),
        (called("/(re)?generate/i"), button("Generate"), button("Regenerate"), "used"),
        (called("/生成/"), button("生成视频"), button("重新生成视频"), "used"),
        (called("/[/"), button("Generate"), button("Regenerate"), "used"),
        (TEXT, link("Partners", "/html/body/nav/a"), link("Partners", "/html/body/footer/a"), "refused"),
        (TEXT, link("Partners", "/html/body/div/footer/a"), link("Partners", "/html/body/header/nav/a"), "refused"),
        (TEXT, link("Partners", "/html/body/footer/nav/a"), link("Partners", "/html/body/div/footer/a"), "used"),
        (TEXT, link("More", "/html/body/main/li/a"), link("More", "/html/body/main/li/footer/a"), "used"),
        (TEXT, link("Partners", "/html/body/nav/a", html_name="p:1"),
         link("Partners", "/html/body/footer/a", html_name="p:1"), "refused"),
        (TEXT, link("Partners", "/html/body/nav/a", href="/p"), link("Partners", "/html/body/footer/a", href="/p"),
         "used"),
        (ROLE, button("Save", path="/html/body/main/button"), button("Save", path="/html/body/footer/button"),
         "doubted"),
        (TEST_ID, button("Save"), button("Launch"), "doubted"),
        (TEST_ID, button("Save"), {**button("Save"), "role": "textbox"}, "doubted"),
    ],
)  # fmt: skip
def test_evidence_of_another_element_is_refused_and_the_lack_of_evidence_is_doubted(chosen, before, now, expected):
    assert verdict(chosen, before, now) == expected


@pytest.mark.parametrize(
    ("css", "target", "now", "expected"),
    [
        (".user-menu", "bar.user_menu", "Bob", "doubted"),
        ("header .user-menu > button", "bar.user_menu", "Bob", "refused"),
        (".user-menu", "bar.user_menu", "Sign out", "refused"),
        ("button[type=submit]", "bar.submit", "Bob", "refused"),
        ("[data-role=start]", "bar.start", "Bob", "doubted"),
    ],
)
def test_a_selector_that_says_what_it_looks_for_may_find_another_name(css, target, now, expected):
    chosen = Selector(Tier.BRONZE, "css", css, css)
    assert verdict(chosen, button("Anna"), button(now), target) == expected


def test_of_a_target_never_seen_only_structure_that_finds_another_name_is_refused():
    now = button("Sign in")
    for chosen, expected in ((CSS, "refused"), (ROLE, "used"), (TEST_ID, "doubted")):
        target = Target("a.start", "a", (chosen, replace(ROLE, value={"role": "button", "name": "Generate"})))
        found = identity.doubt(target, chosen, None, now)
        assert ("used" if found is None else "refused" if found.refuted else "doubted") == expected


def test_the_button_of_a_sign_in_form_is_none_that_only_its_key_describes():
    submit = Selector(Tier.BRONZE, "css", "form button", "css=form button")
    for key, refused in (("generate_button", True), ("sign_in", None), ("login_button", None), ("button", None)):
        found = identity.doubt(Target(f"a.{key}", "a", (submit,)), submit, None, button("Sign in", login=True))
        assert (found and found.refuted) == refused, key
    assert identity.doubt(Target("a.generate", "a", (submit,)), submit, None, button("Sign in")) is None


def test_a_loose_name_never_seen_before_is_doubted_where_it_is_only_a_part():
    target = Target("a.it", "a", (LOOSE,))
    for name, expected in (("Save", None), ("Save (3)", None), ("Save as template", False), ("Save and pay", True)):
        found = identity.doubt(target, LOOSE, None, button(name))
        assert (found and found.refuted) == expected, name


def test_other_locators_in_the_file_are_believed_instead_of_what_was_seen():
    assert verdict(CSS, button("Start"), button("Stop"), basis=(CSS.selector,)) == "refused"
    assert verdict(CSS, button("Start"), button("Stop"), basis=("css=button.go",)) == "doubted"


def test_a_row_whose_data_changes_with_every_run_is_expected_to():
    before = button("Open", row=True, **CAT)
    other = [{**AROUND, "row": True, "near": [[2, "d", text]]} for text in ("moon", "sea")]
    now = button("Open", row=True, near=[[2, "d", "sun"]])
    assert verdict(ROLE, {**before, "settings": other[:1]}, now) == "doubted"
    assert verdict(ROLE, {**before, "settings": other}, now) == "used"


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("Edit cat", "Edit moon", True),
        ("Voice settings", "Account settings", False),
        ("声音设置", "账号设置", False),
        ("编辑猫", "编辑月亮", True),
        ("Settings", "Voice settings", True),
        ("Publish film", "Publish", True),
        ("Films", "Tips", False),
    ],
)
def test_two_groups_of_one_kind_are_not_one_group(one, other, shared):
    assert share_a_word(one, other) is shared
