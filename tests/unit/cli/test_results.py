"""Which store is opened for a folder, a file or a URL that a command line names."""

import pytest
from robot import result as model

from AIGCLibrary.cli.results import open_results
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.store import Store
from AIGCLibrary.store.tables import run


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The folder a command is called in."""
    monkeypatch.delenv("AIGC_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keep(file, *runs):
    file.parent.mkdir(parents=True, exist_ok=True)
    store = Store(f"sqlite:///{file}")
    for run_id in runs:
        store.upsert(run, id=run_id, started_at=1.0)
    store.close()
    return file


def output(file, run_id):
    file.parent.mkdir(parents=True, exist_ok=True)
    suite = model.TestSuite(name="S", metadata={"AIGC Run": run_id})
    suite.tests.create(name="T", status="PASS")
    model.Result(suite=suite).save(file)
    return file


def opened(place):
    store, run_id = open_results(str(place), "fixes")
    store.close()
    return store.url.removeprefix("sqlite:///"), run_id


@pytest.mark.parametrize("name", ["output.xml", "output.json"])
@pytest.mark.parametrize("as_file", [True, False], ids=["file", "folder"])
def test_the_store_is_found_above_here_or_where_the_variable_says(here, monkeypatch, name, as_file):
    named = output(here / "project" / "results" / "today" / name, "r")
    place = named if as_file else named.parent
    with pytest.raises(AIGCError) as caught:
        open_results(str(place), "fixes")
    assert caught.value.code == "AIGC502"
    usual = keep(here / "results" / "aigc.db", "r")
    assert opened(place) == (str(usual), "r")
    above = keep(here / "project" / "results" / "aigc.db", "r")
    assert opened(place) == (str(above), "r")
    chosen = keep(here / "nightly.db", "r")
    monkeypatch.setenv("AIGC_STORE", f"sqlite:///{chosen}")
    assert opened(place) == (str(chosen), "r")


def test_a_nearer_store_without_the_run_is_passed_by(here):
    place = output(here / "project" / "out" / "output.json", "r").parent
    keep(here / "project" / "results" / "aigc.db", "another")
    with pytest.raises(AIGCError, match=r"There is no run 'r' in .*project/results/aigc.db") as caught:
        open_results(str(place), "fixes")
    assert caught.value.code == "AIGC503"
    usual = keep(here / "results" / "aigc.db", "r")
    assert opened(place) == (str(usual), "r")


def test_a_folder_with_a_store_stands_for_its_latest_run(here):
    output(here / "results" / "output.xml", "r")
    store = keep(here / "results" / "aigc.db", "r", "later")
    assert opened("results") == ("results/aigc.db", None)
    assert opened(store) == (str(store), None)
    assert opened(f"sqlite:///{store}") == (str(store), None)


@pytest.mark.parametrize("text", ['{"generator":"Robot 7.5", "suite": {"na', '<?xml version="1.0"?><robot gener', ""])
def test_an_output_that_was_cut_off_names_no_run(here, text):
    store = keep(here / "results" / "aigc.db", "r")
    file = here / "results" / "today" / ("output.json" if text.startswith("{") else "output.xml")
    file.parent.mkdir()
    file.write_text(text)
    assert opened(file) == (str(store), None)


def test_a_file_of_something_else_is_reported(here):
    keep(here / "results" / "aigc.db", "r")
    (here / "package.json").write_text('{"name": "shop"')
    with pytest.raises(AIGCError, match="is not an output file of Robot Framework"):
        open_results("package.json", "fixes")
