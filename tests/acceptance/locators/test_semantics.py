"""Roles and names mean what they mean to Playwright; shadow roots and frames are searched; the fall-back agrees."""

import random
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.browser import open_library

ROLES = (
    *("button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "slider", "spinbutton"),
    *("heading", "option", "progressbar", "list", "listitem", "table", "row", "navigation", "main", "dialog", "status"),
    *("tab", "tabpanel", "switch", "menuitem", "alert", "img", "article"),
)
PIECES = (Path(__file__).resolve().parents[2] / "support" / "role_pieces.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page():
    library = open_library()
    library.new_page("about:blank")
    yield library
    library.close_browser("ALL")
    library.playwright.close()


@pytest.fixture
def driver(page):
    from AIGCLibrary.rf.browser_driver import LibraryDriver

    return LibraryDriver(page)


def show(page, html):
    page.evaluate_javascript(None, "(html) => { document.documentElement.setHTMLUnsafe(html) }", arg=html)


def question(*selectors, timeout=0, **more):
    return {
        "selectors": [{"selector": one} for one in selectors],
        "frame": [],
        "state": "visible",
        "timeout": timeout,
        "expected": len(selectors),
        "patience": 0,
        "fingerprint": None,
        "profile": None,
        **more,
    }


def test_a_field_without_a_label_is_known_by_the_text_before_it(page, driver):
    row = "<div><div><span>{}</span></div><div><i></i><span><input role=spinbutton></span></div></div>"
    show(page, f"<main>{row.format('Snap to grid size')}{row.format('Maximum FPS')}</main>")
    asked = {"selector": "role=spinbutton"}
    assert [one["neighbours"] for one in driver.ask("describe", asked)] == [["Snap to grid size"], ["Maximum FPS"]]
    show(
        page,
        "<label>Seed <input type=number></label><button>Reset</button><input aria-label=Steps><button>Reset</button>",
    )
    beside = [one["neighbours"] for one in driver.ask("describe", {"selector": "role=button"})]
    assert beside == [["Seed", "Steps"], ["Steps"]]


def test_roles_and_names_equal_playwrights(page, driver):
    pieces = [piece for line in PIECES.splitlines()[1:] for piece in line.split("|")]
    shuffler = random.Random(7)
    for _ in range(3):
        shuffler.shuffle(pieces)
        show(page, "<body>" + "".join(pieces) + "</body>")
        selectors = [f"role={role}" for role in ROLES]
        selectors += [f'role={role}[name="{name}"]' for role in ROLES for name in ("Go", "Name", "Stop")]
        selectors += [f"internal:role={role}[name=/go/i]" for role in ROLES]
        ours = [row["count"] for row in driver.locate(question(*selectors))["selectors"]]
        theirs = [page.get_element_count(selector) for selector in selectors]
        different = [x for x in zip(selectors, ours, theirs, strict=True) if x[1] != x[2]]
        assert different == []
        assert sum(theirs) > 100


@pytest.mark.parametrize(
    "markup",
    [
        "<svg><input></svg>",
        '<svg><input role="button"></svg>',
        '<x-host role="button"><template shadowrootmode="open"><svg><input></svg></template></x-host>',
    ],
)
def test_a_field_in_a_drawing_which_fails_playwrights_engine_hides_nothing_else(page, driver, markup):
    page.evaluate_javascript(
        None,
        "(html) => { document.documentElement.setHTMLUnsafe(html) }",
        arg=f"<body><button>Go</button>{markup}</body>",
    )
    asked = [{"selector": selector} for selector in ("role=button", 'role=button[name="Go"]', "role=cell")]
    rows = driver.ask("health", {"targets": [{"name": "all", "selectors": asked}]})[0]["selectors"]
    assert not any("error" in row for row in rows)
    assert rows[0]["count"] >= 1
    assert rows[1]["count"] == 1


def test_fall_back_without_the_extension_agrees(page, driver):
    from AIGCLibrary.rf.browser_fallback import EvaluatedPage

    show(page, "<body><button data-testid=a>Go</button><button>Stop</button><button hidden>Go</button></body>")
    asked = question(
        *("[data-testid=b]", 'role=button[name="Go"]', "css=button", "xpath=//button", 'text="Stop"'),
        *('css=body button:has-text("Stop")', "css=body > button:visible", "css=[data-testid=a]:not([hidden])"),
    )
    fast, slow = driver.locate(asked), EvaluatedPage(page).call("locate", asked)
    assert (fast["status"], fast["winner"]) == (slow["status"], slow["winner"]) == ("found", 1)
    counts = [[(row["count"], row["visible"]) for row in one["selectors"]] for one in (fast, slow)]
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("label", "said", "later"),
    [
        ("Ge&shy;nerate", "Generate", "Generate"),
        ("Language &#xe924;", "/^Language.{0,3}$/", "Language \ue9ff"),
        ("Inbox (3)", r"/^Inbox \(\d+\)$/", "Inbox (12)"),
        ("生成（2）", r"/^生成（\d+）$/", "生成（7）"),
        ("A+B [1]/x", r"/^A\+B \[\d+\]\/x$/", "A+B [2]/x"),
        ('Say "x"', 'Say "x"', 'Say "x"'),
    ],
)
def test_a_suggested_name_leaves_out_what_changes_by_itself(page, driver, label, said, later):
    show(page, f"<body><button>{label}</button></body>")
    (one,) = driver.ask("inventory", {})
    silver = next(way for way in one["ways"] if way["tier"] == "silver")
    assert silver["yaml"] == {"role": "button", "name": said}
    show(page, f"<body><button>{later}</button></body>")
    assert page.get_element_count(silver["selector"]) == 1


def test_where_the_extension_is_refused_pages_are_asked_with_evaluate_javascript(page, monkeypatch, caplog):
    from AIGCLibrary.rf.browser_driver import LibraryDriver

    class Refusing:
        """The library of a Playwright that runs on another machine."""

        def __getattr__(self, name):
            return getattr(page, name)

        def init_js_extension(self, _path):
            raise AssertionError("Error: Cannot find module '/there/is/no/extension.js'")

    driver = LibraryDriver(Refusing())
    monkeypatch.setattr(LibraryDriver, "_attached", {})
    show(page, "<body><button data-testid=a>Go</button></body>")
    assert driver.locate(question("[data-testid=b]", 'role=button[name="Go"]'))["winner"] == 1
    assert "lookups are slower" in caplog.text
    assert driver.ask("settle", {"quiet": 0, "limit": 100})["quiet"]


def test_tiers_that_mean_different_elements_are_a_conflict(page, driver):
    show(page, "<body><button data-testid=a>Go</button><button>Stop</button></body>")
    answer = driver.locate(question("[data-testid=a]", 'role=button[name="Stop"]'))
    assert (answer["winner"], answer["conflicts"]) == (0, [1])
    inside = driver.locate(question("[data-testid=a]", 'text="Go"', "css=body"))
    assert inside["conflicts"] == []


def test_a_tier_that_settled_is_asked_first_and_only_believed_for_the_same_element(page, driver):
    show(page, "<body><button class=x>Go</button></body>")
    asked = question("[data-testid=a]", "css=.x", name="t")
    assert driver.locate(asked)["winner"] == 1
    assert driver.locate(asked)["again"]
    show(page, "<body><button class=x>Go</button><button data-testid=a>Go</button></body>")
    answer = driver.locate(asked)
    assert (answer["winner"], answer.get("again")) == (0, None)


def test_late_elements_in_shadow_roots_are_noticed(page, driver):
    code = """(_, late) => { const root = document.getElementById("host").attachShadow({ mode: "open" });
        setTimeout(() => { root.innerHTML = "<button data-testid=late>Late</button>"; }, late); }"""
    for late in (200, 1000, 5000, 20_000):  # until the question comes before the element, on however busy a machine
        show(page, "<body><div id=host></div></body>")
        page.evaluate_javascript("body", code, arg=late)
        answer = driver.locate(question('[data-testid="late"]', timeout=60_000))
        assert answer["status"] == "found"
        if answer["waited"]:
            return
    raise AssertionError("the element was never late")


def test_targets_in_frames_are_found_and_near_misses_there_are_reported(page, driver):
    show(page, """<body><iframe id=f srcdoc="<button data-testid='in'>Inner</button>"></iframe></body>""")
    answer = driver.locate(question('[data-testid="in"]', timeout=30_000, frame=["#f"]))
    assert answer["status"] == "found"
    profile = {"texts": ["Inner"], "keys": [], "role": "button"}
    missed = driver.locate(question("[data-testid=none]", profile=profile))
    assert [one["frame"] for one in missed["candidates"] if one["name"] == "Inner"] == [['[id="f"]']]
    lost = driver.locate(question("css=a", timeout=200, frame=["#nope"]))
    assert (lost["status"], lost["frame"]) == ("no-frame", "#nope")


NESTED = """<body><iframe id=outer></iframe><script>
  const inner = "<div id=menu><button>Menu <span role=button tabindex=0 data-testid=close>Close</span></button></div>" +
    "<script>const portal = document.createElement('div'); portal.setAttribute('role', 'dialog');" +
    "portal.innerHTML = '<button>Upscale</button>'; document.body.append(portal);<\\/script>";
  const middle = document.createElement("iframe");
  middle.id = "inner";
  middle.srcdoc = inner;
  document.getElementById("outer").srcdoc = middle.outerHTML;
</script></body>"""


def test_nested_controls_and_a_portal_at_the_end_of_a_chain_of_frames(page, driver):
    page.go_to("data:text/html," + quote(NESTED))
    chain = ["#outer", "#inner"]
    close = driver.locate(question("[data-testid=close]", 'role=button[name="Close"]', timeout=30_000, frame=chain))
    assert (close["status"], close["winner"], close["conflicts"]) == ("found", 0, [])
    menu = driver.locate(question('role=button[name="Menu Close"]', timeout=30_000, frame=chain))
    assert menu["element"] != close["element"]
    portal = driver.locate(question('role=dialog >> role=button[name="Upscale"]', timeout=30_000, frame=chain))
    assert portal["status"] == "found"
    asked = {"texts": ["Upscale"], "keys": [], "role": "button"}
    missed = driver.locate(question("[data-testid=none]", profile=asked))
    (near,) = [one for one in missed["candidates"] if one["name"] == "Upscale"]
    ways = driver.ask("ways", {"elements": [near["element"]], "frame": near["frame"]})[0]
    assert page.get_element_count(" >>> ".join([*near["frame"], ways[0]["selector"]])) == 1


def test_navigation_while_waiting_does_not_end_the_search(page, driver):
    page.go_to("data:text/html,<body>one<script>setTimeout(() => { location.href = 'about:blank'; }, 300)</script>")
    start = time.monotonic()
    answer = driver.locate(question("[data-testid=none]", timeout=1000))
    assert answer["status"] == "missing"
    assert time.monotonic() - start >= 1


@pytest.mark.parametrize("state", ["hidden", "detached"])
@pytest.mark.parametrize("fall_back", [False, True])
def test_what_is_in_a_frame_that_is_gone_is_gone_and_any_other_state_is_not_met(page, driver, state, fall_back):
    from AIGCLibrary.rf.browser_fallback import EvaluatedPage

    show(page, "<iframe id=pay srcdoc='<i data-testid=wait>wait</i>'></iframe>")
    page.wait_for_elements_state("iframe#pay >>> [data-testid=wait]")
    inside = {**question("[data-testid=wait]"), "frame": ["iframe#pay"]}
    look = (lambda asked: EvaluatedPage(page).call("locate", asked)) if fall_back else driver.locate
    assert look({**inside, "state": state})["status"] != "found"
    page.evaluate_javascript(None, "() => document.getElementById('pay').remove()")
    assert look({**inside, "state": state})["status"] == "found"
    assert look(inside)["status"] == "no-frame"


@pytest.mark.parametrize(
    "label",
    [
        "Style<span aria-hidden=true> *</span>",
        "* Style：",
        "<b>Style</b> <i>(required)</i>",
        "  Style\n  （必填）",
    ],
)
def test_marks_of_a_form_are_no_part_of_a_label(page, driver, label):
    from AIGCLibrary.locators.strategies import label_pattern

    show(page, f"<label for=a>{label}</label><input id=a><label for=b>Style guide</label><input id=b>")
    asked = f"internal:label={label_pattern(['Style'])}"
    assert driver.locate(question(asked))["selectors"][0]["visible"] == 1
    [one] = driver.ask("describe", {"selector": "#a"})
    [ways] = driver.ask("ways", {"elements": [one["element"]], "frame": []})
    assert page.get_attribute(asked, "id") == "a"
    silver = next(way for way in ways if way["tier"] == "silver")
    assert page.get_attribute(silver["selector"], "id") == "a"
