"""A first locator file: what it names, what it leaves out, and what is opened for it."""

import pytest

from AIGCLibrary.locators.explore import FAILED, Exploration, Found, explore
from AIGCLibrary.locators.reader import read_locators
from AIGCLibrary.locators.starter import starter_file


def element(name="", role="button", tag="button", **more):
    ways = [{"tier": "silver", "yaml": {"role": role, "name": name}}] if name else []
    return {"name": name, "role": role, "tag": tag, "ways": ways, "dialog": "", "tab": "", **more}


def field(label, testid=""):
    gold = [{"tier": "gold", "yaml": {"testid": testid}}] if testid else []
    silver = [{"tier": "silver", "yaml": {"label": label}}] if label else []
    return element("", "textbox", "textarea", label=label, testid=testid) | {"ways": gold + silver}


def css(selector, **more):
    return element(**more) | {"ways": [{"tier": "bronze", "yaml": {"css": selector}}]}


def drafted(*elements, tmp_path):
    text = starter_file(Exploration([Found(one, {}) for one in elements], ()), "desk", "http://x/desk")
    (tmp_path / "desk.yaml").write_text(text, encoding="utf-8")
    return {
        one.name[5:]: {s.tier.value: s.selector for s in one.selectors} for one in read_locators(tmp_path / "desk.yaml")
    }


@pytest.mark.parametrize(
    ("one", "name", "tiers"),
    [
        (field("Prompt", "textbox"), "prompt", ["silver"]),
        (field("Prompt", "scene-text"), "prompt", ["gold", "silver"]),
        (field("提示词", "row-3"), "提示词", ["silver"]),
        (element("Generate"), "generate_button", ["silver"]),
        (element("Voice", "combobox", "select", label="Voice Anna Ben"), "voice", ["silver"]),
        (element("生成视频"), "生成视频按钮", ["silver"]),
        (element("2", "radio", "input", setting={"near": [[1, "t", "Seconds"]]}), "seconds_2", ["silver"]),
        (css("[name=x]", tag="input", role="button", type="file", neighbours=["Upload"]), "upload_file", ["bronze"]),
        (css("a[href=\"/help\"]", name="Help", role="link", tag="a"), "help_link", ["bronze"]),
        (element("Open", "link", "a", testid="job-status") | {"tag": "p", "role": "",
         "ways": [{"tier": "gold", "yaml": {"testid": "job-status"}}, {"tier": "silver", "yaml": {"text": "idle"}}]},
         "job_status", ["gold"]),
    ],
)  # fmt: skip
def test_a_target_is_called_by_what_people_read_and_found_by_what_lasts(tmp_path, one, name, tiers):
    found = drafted(one, tmp_path=tmp_path)
    assert [*found] == [name]
    assert [*found[name]] == tiers


@pytest.mark.parametrize(
    "selector",
    [
        *('a[href="http://h:7860/file=/tmp/3fa9/a.png"]', 'a[href="/o/9f3a2b1c.mp4"]', "#item-3", "#pv_id_12 input"),
        *("#rc-tabs-0-tab-video", "#radix_7_trigger"),
        *("tr:nth-child(2) > td > button", ".bar > button:nth-of-type(2)"),
    ],
)
def test_what_the_next_run_no_longer_finds_is_left_out(tmp_path, selector):
    found = drafted(css(selector, name="Save", role="link", tag="a"), element("Keep"), tmp_path=tmp_path)
    assert [*found] == ["keep_button"]


@pytest.mark.parametrize("test_id", ["block-label", "upload-icon"])
def test_what_nobody_can_use_and_no_test_id_names_is_left_out(tmp_path, test_id):
    part = element(tag="span", role="", testid=test_id) | {"ways": [{"tier": "gold", "yaml": {"testid": test_id}}]}
    assert [*drafted(part, element("Keep"), tmp_path=tmp_path)] == ["keep_button"]


class Page:
    """A page of parts: each is shown when its opener was clicked, until Escape closes it."""

    running = True

    def __init__(self, parts, url="http://x/desk", stubborn=(), leads=(), covered=False):
        self.parts, self.home, self.stubborn, self.leads, self.covered = parts, url, stubborn, leads, covered
        self.url, self.shown, self.clicked, self.loads = url, [], [], 0

    def ask(self, command, request):
        if command == "settle":
            return {"url": self.url}
        if command == "return":
            self.url, self.shown, self.loads = request["url"], [], self.loads + 1
        if command == "open":
            return self.shown
        if command == "openers":
            return [element(name) | {"kind": kind, "selector": name} for name, (kind, _) in self.parts.items()]
        return [element(name) for name in ("Base", *(x for opener in self.shown for x in self.parts[opener][1]))]

    def click(self, selector):
        self.clicked.append(selector)
        if self.covered:
            raise AssertionError("covered")
        if selector in self.leads:
            self.url = "http://x/other"
        else:
            self.shown.append(selector)

    def press(self, _selector, _keys):
        self.shown = [one for one in self.shown if one in self.stubborn]


def test_only_what_opens_something_is_clicked():
    names = ("Delete account", "Publish", "支付", "生成", "Settings", "更多")
    page = Page({name: ("dialog", [f"in {name}"]) for name in names})
    seen = explore(page)
    assert page.clicked == ["Settings", "更多"]
    assert [one.element["name"] for one in seen.found] == ["Base", "in Settings", "in 更多"]
    assert [one.opened_by for one in seen.found] == ["", "Settings", "更多"]
    assert seen.skipped == ["Delete account", "Publish", "支付", "生成"]


def test_a_dialog_that_stays_open_or_a_click_that_leads_elsewhere_is_taken_back():
    page = Page(
        {"Help": ("dialog", ["in Help"]), "Out": ("dialog", []), "More": ("dialog", ["in More"])},
        stubborn=["Help"],
        leads=["Out"],
    )
    seen = explore(page)
    assert (page.url, page.shown, page.loads) == (page.home, [], 2)
    assert [one.element["name"] for one in seen.found] == ["Base", "in Help", "in More"]
    assert seen.skipped == ["Out"]


def test_tabs_are_opened_last_and_name_the_place_of_what_is_in_them():
    page = Page({"Video": ("tab", ["Render"]), "More": ("dialog", ["Export"])})
    found = {one.element["name"]: one.where for one in explore(page).found}
    assert page.clicked == ["More", "Video"]
    assert found == {"Base": {}, "Export": {}, "Render": {"tab": "Video"}}


class Drawn:
    """Tabs of a library that draws its fields again each time, with ids that count, and says not what a tab holds."""

    running = True

    def __init__(self, tabs, head=()):
        self.tabs, self.head, self.open, self.drawn = tabs, head, next(iter(tabs)), 0

    def ask(self, command, request):
        if command == "settle":
            return {"url": "http://x/desk"}
        if command == "open":
            return []
        if command == "openers":
            return [element(tab) | {"kind": "tab", "selector": tab} for tab in self.tabs if tab != self.open]
        self.drawn += 9
        fields = [element(x, "textbox", "input", id=f"input-{self.drawn}") for x in self.tabs[self.open]]
        strip = [element(tab, "tab") for tab in self.tabs]
        return [element(name) for name in self.head] + strip + fields

    def click(self, selector):
        self.open = selector


def test_each_field_of_tabs_that_are_drawn_again_is_named_once_with_its_tab():
    page = Drawn({"Image": ["Steps", "Seed"], "Video": ["Length", "Seed"], "Gallery": ["Search"]}, ["Help"])
    found = [(one.element["name"], one.where.get("tab")) for one in explore(page).found]
    image, video = [("Steps", "Image"), ("Seed", "Image")], [("Seed", "Video"), ("Length", "Video")]
    shared = [(name, None) for name in ("Help", *page.tabs)]
    assert sorted(found, key=str) == sorted([*shared, *image, *video, ("Search", "Gallery")], key=str)


def test_a_page_that_something_covers_is_not_clicked_for_ever():
    page = Page({f"Part {n}": ("dialog", []) for n in range(9)}, covered=True)
    assert len(explore(page).skipped) == 9
    assert len(page.clicked) == FAILED


def test_what_was_not_opened_is_listed(tmp_path):
    text = starter_file(Exploration([Found(element("Base"), {"tab": "Video"})], ["Delete"]), "desk", "http://x")
    assert "    page: {tab: Video}" in text
    assert text.endswith("# Not opened: Delete\n")
