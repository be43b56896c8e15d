"""The service over a driver that answers by itself: what is done while a page is waited for."""

from threading import Event

import pytest

from AIGCLibrary.config import Heal, Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.locators.diagnosis import failure
from AIGCLibrary.locators.errors import TargetNotFoundError, UnknownTargetError
from AIGCLibrary.locators.model import LookupOutcome, Match, TargetState
from AIGCLibrary.locators.probe import Report
from tests.support.clock import FakeClock


class WaitingPage:
    """A page that shows the target once something else has happened."""

    running = False

    def __init__(self, happened, asked):
        self._happened = happened
        self._asked = asked

    def locate(self, request):
        self._asked.append(request)
        found = self._happened.wait(60)
        row = {"count": int(found), "visible": int(found), "ids": [1]}
        return {
            "status": "found" if found else "missing",
            "winner": 0 if found else None,
            "selectors": [row for _ in request["selectors"]],
            "element": 1,
            "url": "http://product.test/",
        }


@pytest.fixture
def engine(tmp_path):
    happened = Event()
    settings = Settings(store=f"sqlite:///{tmp_path / 'aigc.db'}").identified({})
    asked = []
    engine = Engine(settings, directory=tmp_path, driver=lambda: WaitingPage(happened, asked))
    engine.happened, engine.asked = happened, asked
    text = "targets:\n  go: {gold: go}\n  slow: {gold: slow, timeout: 10 s}\n"
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    engine.locators.load(tmp_path / "shop.yaml")
    yield engine
    engine.close()


def test_what_only_a_failure_needs_is_loaded_while_the_page_is_waited_for(engine):
    engine.preload(lambda: 1 / 0)  # what cannot be loaded ahead is loaded, and reported, when it is needed
    engine.preload(engine.happened.set)
    assert not engine.happened.is_set()
    assert engine.locators.locate("shop.go").selector == '[data-testid="go"]'


def test_it_is_loaded_once(engine):
    times = []
    engine.preload(lambda: times.append(1))
    engine.preload(engine.happened.set)
    engine.locators.locate("shop.go")
    engine.locators.locate("shop.go")
    assert times == [1]


@pytest.mark.parametrize(
    ("target", "timeout", "asked"),
    [("go", None, 2000), ("slow", None, 10_000), ("slow", 0.5, 500), ("go", 0.5, 500)],
)
def test_the_time_of_a_keyword_goes_before_that_of_the_target_and_that_before_the_setting(
    engine, target, timeout, asked
):
    engine.happened.set()
    engine.locators.locate(f"shop.{target}", timeout=timeout)
    assert engine.asked[-1]["timeout"] == asked


def test_failures_are_written_in_the_language_of_the_reader(engine):
    target = engine.locators.catalogue.get("shop.go")
    matches = tuple(Match(selector, 0, 0) for selector in target.selectors)
    report = Report("missing", matches=matches, url="http://product.test/cart")
    error = failure(target, TargetState.VISIBLE, report, 2.0, 2.0)
    assert error.message.startswith("Target 'shop.go' was not found within 2 s on page /cart (asked: visible).")
    chinese = error.text_in("zh")
    assert chinese.startswith("2 s 内在页面 /cart 未找到元素“shop.go”（期望：可见）。")
    assert "：无元素" in chinese
    with pytest.raises(UnknownTargetError) as unknown:
        engine.locators.catalogue.get("shop.gp")
    assert unknown.value.text_in("zh").startswith("没有名为“shop.gp”的元素。是否要写：shop.go")


def button(name, element):
    return {"tag": "button", "role": "button", "name": name, "text": name, "twins": [1, 1], "element": element}


class ChangingPage:
    """A page whose only button is another one at each look."""

    running = False

    def __init__(self, *shown, near=()):
        self.shown, self.asked, self.near = list(shown), [], near

    def locate(self, request):
        self.asked.append(request)
        name = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        row = {"count": 1, "visible": 1, "ids": [7]}
        return {"status": "found", "winner": 0, "selectors": [row], "element": 7, "url": "http://product.test/work",
                "hash": name, "fingerprint": button(name, 7)}  # fmt: skip

    def ask(self, command, request):
        if command == "ways":
            way = {
                "tier": "silver",
                "yaml": {"role": "button", "name": "Start"},
                "selector": 'role=button[name="Start"]',
            }
            return [[way] for _ in request["elements"]]
        return [*self.near, button("Stop", 7)] if command == "rank" else []


class HealedPage(ChangingPage):
    """A page on which only a selector that healing has added finds something."""

    def locate(self, request):
        self.asked.append(request)
        name, count = self.shown[0], len(request["selectors"])
        rows = [{"count": 0, "visible": 0, "ids": []}, {"count": 1, "visible": 1, "ids": [7]}][:count]
        found = {"status": "found", "winner": 1, "element": 7, "hash": f"{name} healed", "fingerprint": button(name, 7)}
        return {**(found if count > 1 else {"status": "missing"}), "selectors": rows, "url": "http://product.test/work"}


@pytest.fixture
def work(tmp_path):
    engines = []

    def start(page, css="button.primary"):
        while engines:  # what the run before has seen is in the store once it has ended
            engines.pop().close()
        settings = Settings(store=f"sqlite:///{tmp_path / 'aigc.db'}").identified({})
        engines.append(Engine(settings, directory=tmp_path, driver=lambda: page, clock=FakeClock()))
        (tmp_path / "work.yaml").write_text(f"targets:\n  go: {{bronze: {css}}}\n", encoding="utf-8")
        engines[-1].locators.load(tmp_path / "work.yaml")
        return engines[-1].locators

    yield start
    for engine in engines:
        engine.close()


def test_the_right_element_is_waited_for_while_another_one_matches(work):
    page = ChangingPage("Start", "Stop", "Stop", "Start")
    locators = work(page)
    locators.locate("work.go", purpose="clicked")
    assert not locators.locate("work.go", purpose="clicked").warnings
    assert [one["recheck"] for one in page.asked] == [False, False, True, True]


def test_another_element_is_not_used_and_the_failure_names_both_and_what_to_do(work):
    page = ChangingPage("Start", "Stop")
    locators = work(page)
    locators.locate("work.go", purpose="clicked")
    for heal, reason in (("suggest", "button 'Start', now it is button 'Stop'"), ("use", "that is another one")):
        with pytest.raises(TargetNotFoundError) as error:
            locators.locate("work.go", purpose="clicked", heal=Heal(heal), timeout=1)
        said = f"{error.value.message} {error.value.hint}"
        assert "not used, for it is another one than the target (button 'Stop')" in said
        assert "change the target's locators in work.yaml, line 2" in said
        assert reason in said
        assert error.value.facts["candidates"] == []


def test_it_is_looked_for_elsewhere_where_it_may_be_healed(work):
    page = ChangingPage("Start", "Stop", near=[button("Start", 9)])
    locators = work(page)
    locators.locate("work.go", purpose="clicked")
    found = locators.locate("work.go", purpose="clicked", heal=Heal.USE, timeout=1)
    assert (found.element, found.selector) == (9, 'role=button[name="Start"]')


def test_new_locators_in_the_file_are_believed_once_a_test_has_passed_with_them(work):
    work(ChangingPage("Start")).locate("work.go", purpose="clicked")
    for seen in (True, False):  # doubted until then
        locators = work(ChangingPage("Stop"), "button.other")
        assert bool(locators.locate("work.go", purpose="clicked").warnings) == seen
        locators.end_test(passed=True)


def test_an_earlier_heal_is_not_used_once_it_finds_something_else(work):
    page = ChangingPage("Start", "Stop", near=[button("Start", 9)])
    work(page).locate("work.go", purpose="clicked")
    locators = work(page)
    locators.locate("work.go", purpose="clicked", heal=Heal.USE, timeout=0)
    locators.end_test(passed=True)
    later = HealedPage("Cancel everything")
    locators = work(later)
    with pytest.raises(TargetNotFoundError):
        locators.locate("work.go", purpose="clicked", heal=Heal.USE, timeout=0)
    assert locators.healed.of("work.go") is None
    again = work(HealedPage("Start"))
    with pytest.raises(TargetNotFoundError):
        again.locate("work.go", purpose="clicked", heal=Heal.USE, timeout=0)


def test_an_earlier_heal_is_used_while_it_finds_the_same(work):
    page = ChangingPage("Start", "Stop", near=[button("Start", 9)])
    work(page).locate("work.go", purpose="clicked")
    locators = work(page)
    locators.locate("work.go", purpose="clicked", heal=Heal.USE, timeout=0)
    locators.end_test(passed=True)
    found = work(HealedPage("Start")).locate("work.go", purpose="clicked", heal=Heal.USE, timeout=0)
    assert (found.outcome, found.element) == (LookupOutcome.HEALED, 7)


def test_what_is_lent_by_recovery_is_held_to_the_guards(work):
    locators = work(ChangingPage("Start"))
    locators.locate("work.go", purpose="clicked")
    for name, used in (("Delete all", False), ("Start", True)):
        locators = work(HealedPage(name))
        locators.temporary_selector("work.go", "silver", {"role": "button"}, "role=button", f"button '{name}'")
        try:
            found = locators.locate("work.go", purpose="clicked", heal=Heal.USE, timeout=0)
        except TargetNotFoundError:
            found = None
        assert (found is not None) == used
