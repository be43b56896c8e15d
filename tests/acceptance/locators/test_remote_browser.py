"""A browser that the page program cannot be attached to: the same answers, by more questions."""

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import TargetError
from AIGCLibrary.rf.browser_driver import LibraryDriver
from AIGCLibrary.rf.browser_fallback import EvaluatedPage
from tests.support.browser import open_library

PAGE = """<h1>Desk</h1><button>Generate</button><label>Seed <input></label>
<select id=size><option>2K</option><option>4K</option></select>
<iframe srcdoc="<button>Pay</button>"></iframe>"""
TARGETS = """page: desk
targets:
  generate: {gold: lost, silver: {role: button, name: Generate}}
  seed: {silver: {label: Seed}}
  pay: {frame: iframe, silver: {role: button, name: Pay}}
  gone: {silver: {role: button, name: Stop}}
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("remote")
    (folder / "desk.yaml").write_text(TARGETS, encoding="utf-8")
    library = open_library()
    library.new_page("about:blank")
    library.evaluate_javascript(None, "(page) => { document.write(page); document.close(); }", arg=PAGE)
    library.wait_for_elements_state("iframe >>> role=button[name='Pay']")
    LibraryDriver._evaluated[library] = EvaluatedPage(library)
    settings = Settings(store=f"sqlite:///{folder / 'aigc.db'}").identified({})
    engine = Engine(settings, directory=folder, driver=lambda: LibraryDriver(library))
    engine.locators.load(folder / "desk.yaml")
    yield engine
    engine.close()
    library.close_browser("ALL")


def test_what_is_checked_is_what_is_found(engine):
    checked = {one.target: str(one.winner) for one in engine.locators.check("desk")}
    assert checked == {"desk.generate": "silver", "desk.seed": "silver", "desk.pay": "silver", "desk.gone": "None"}
    for name in ("generate", "seed", "pay"):
        assert engine.locators.locate(f"desk.{name}").tier == "silver"
    with pytest.raises(TargetError):
        engine.locators.locate("desk.gone", timeout=0)


def test_what_a_plain_selector_finds_is_known(engine):
    plain = engine.locators.plain
    shown = [plain.is_there(one) for one in ('role=button[name="Generate"]', "iframe >>> text=Pay", "id=gone", "b[[")]
    assert shown == [True, True, False, False]
    assert plain.options("id=size") == "'2K', '4K'"
