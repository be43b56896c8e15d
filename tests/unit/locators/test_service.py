"""The service over a driver that answers by itself: what is done while a page is waited for."""

from threading import Event

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.locators.diagnosis import failure
from AIGCLibrary.locators.errors import UnknownTargetError
from AIGCLibrary.locators.model import Match, TargetState
from AIGCLibrary.locators.probe import Report


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
    engine.preload(lambda: 1 / 0)  # what cannot be loaded ahead is loaded, and told, by whoever needs it
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
