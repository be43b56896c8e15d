"""The life of plug-ins, and that a bad one hurts nobody else."""

import asyncio
import threading

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import ConfigError, PluginError
from AIGCLibrary.plugins import AIGCPlugin, PluginResult
from AIGCLibrary.plugins import manager as manager_module

HERE = __name__
LIFE: list[str] = []
RELEASED = threading.Event()


class Good(AIGCPlugin):
    name = "good"
    capabilities = ("good.work",)

    async def setup(self):
        LIFE.append("setup")

    async def execute(self, context, params):
        context.test_data.update(params)
        return PluginResult("completed", dict(context.test_data), {"calls": 1.0})

    async def cleanup(self):
        LIFE.append("cleanup")


class Raising(Good):
    name = "raising"

    async def execute(self, context, params):
        raise ZeroDivisionError("divided")


class Hanging(Good):
    name = "hanging"

    async def health_check(self):
        await asyncio.sleep(60)

    async def cleanup(self):
        await asyncio.sleep(60)


class Blocking(Good):
    name = "blocking"

    async def setup(self):
        RELEASED.wait(60)  # what a plug-in must not do


class Unmade(Good):
    name = "unmade"

    def __init__(self):
        raise OSError("no licence")


class Old(Good):
    name = "old"
    api_version = 99


class Needy(Good):
    name = "needy"
    requires = ("a_package_nobody_has",)


class Liar(Good):
    name = "liar"

    async def execute(self, context, params):
        return {"status": "completed"}

    async def health_check(self):
        return "fine"


class NoPlugin:
    name = "no_plugin"


@pytest.fixture
def engine(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(manager_module, "HEALTH_SECONDS", 0.05)
    monkeypatch.setattr(manager_module, "CLEANUP_SECONDS", 0.05)
    names = ("Good", "Raising", "Hanging", "Unmade", "Old", "Needy", "Liar", "NoPlugin")
    plugins = (*(f"{HERE}:{name}" for name in names), "missing_module:Nothing", f"{HERE}:Nothing")
    made = Engine(Settings(plugins=plugins).identified({}), directory=tmp_path, clock=clock)
    LIFE.clear()
    yield made
    made.close()


def test_plugin_lives_once(engine):
    assert engine.plugins.execute("good", {"a": 1}).data == {"a": 1}
    assert engine.plugins.execute("good", {"b": 2}).data == {"a": 1, "b": 2}
    engine.plugins.close()
    assert LIFE == ["setup", "cleanup"]


def test_test_data_starts_empty_in_each_test(engine):
    engine.store.enter("S", "S.A")
    engine.plugins.execute("good", {"a": 1})
    engine.store.enter("S", "S.B")
    assert engine.plugins.execute("good", {"b": 2}).data == {"b": 2}
    assert engine.plugins.context.test == "S.B"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("raising", "ZeroDivisionError: divided"),
        ("unmade", "no licence"),
        ("old", "plug-in API 99"),
        ("needy", "a_package_nobody_has"),
        ("liar", "returned a dict instead of a PluginResult"),
        ("no_plugin", "is not an AIGCPlugin"),
        ("missing_module:Nothing", "cannot be imported"),
        ("godo", "Did you mean 'good'"),
    ],
)
def test_bad_plugin_is_reported_in_one_sentence(engine, name, problem):
    with pytest.raises(PluginError, match=problem):
        engine.plugins.execute(name, {})
    assert engine.plugins.execute("good", {}).success


def test_health_at_the_start_tells_all_and_stops_nothing(engine):
    answers = engine.plugins.start()
    healthy = {name for name, answer in answers.items() if answer["status"] == "healthy"}
    assert healthy == {"good", "raising"}
    assert "within 0.05 s" in answers["hanging"]["reason"]
    assert answers["liar"]["reason"] == "health_check() returned no status"


def test_the_health_of_a_plugin_that_does_not_exist_is_an_error(engine):
    with pytest.raises(PluginError, match=r"There is no plugin 'godo'\. Did you mean 'good'\?"):
        engine.plugins.health("godo")


def test_one_that_hangs_does_not_keep_the_others_from_cleaning_up(engine):
    engine.plugins.execute("good", {})
    engine.plugins.execute("hanging", {})
    engine.plugins.close()
    assert LIFE.count("cleanup") == 1


def test_one_that_blocks_the_loop_is_reported_and_left_alone(engine, monkeypatch):
    monkeypatch.setattr(manager_module, "SETUP_SECONDS", 0.05)
    monkeypatch.setattr(manager_module, "BLOCKED_SECONDS", 0.05)
    RELEASED.clear()
    engine.plugins.registry.add("blocking", Blocking)
    with pytest.raises(PluginError, match="it blocks the loop: it must await what takes long"):
        engine.plugins.execute("blocking", {})
    with pytest.raises(PluginError, match="is broken: it blocked the loop"):
        engine.plugins.execute("blocking", {})
    RELEASED.set()
    monkeypatch.setattr(manager_module, "SETUP_SECONDS", 60)
    monkeypatch.setattr(manager_module, "BLOCKED_SECONDS", 60)
    assert engine.plugins.execute("good", {}).success


@pytest.mark.parametrize(
    ("code", "problem"),
    [("raise SystemExit(3)", "SystemExit"), ("1 / 0", "ZeroDivisionError"), ("raise ImportError('no gpu')", "no gpu")],
)
def test_module_that_raises_at_import_hurts_nobody(tmp_path, clock, monkeypatch, code, problem):
    (tmp_path / "ends_at_import.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    engine = Engine(
        Settings(plugins=("ends_at_import:Plugin", f"{HERE}:Good")).identified({}), directory=tmp_path, clock=clock
    )
    try:
        answers = engine.plugins.start()
        assert problem in answers["ends_at_import:Plugin"]["reason"]
        assert answers["good"]["status"] == "healthy"
        states = {state.name: state.state for state in engine.plugins.states()}
        assert problem in states["ends_at_import:Plugin"]
    finally:
        engine.close()


def test_states_tell_source_and_reason(engine):
    states = {state.name: state for state in engine.plugins.states()}
    assert states["async_task"].source == "built-in"
    assert states["good"].source == f"plugins={HERE}:Good"
    assert states["unmade"].broken
    assert not states["good"].broken


def test_builtin_capabilities_use_the_same_door(engine):
    for name in ("async_task", "file_processing", "api_mixing"):
        assert isinstance(engine.plugins.get(name), AIGCPlugin)
        health = engine.plugins.health(name)
        assert health["status"] == "healthy", health


def test_two_plugins_of_one_name_are_refused(tmp_path, clock):
    plugins = (f"{HERE}:Good", f"{HERE}:Twin")
    made = Engine(Settings(plugins=plugins).identified({}), directory=tmp_path, clock=clock)
    broken = [state for state in made.plugins.states() if state.broken]
    assert "same name" in broken[0].state
    made.close()


class Twin(Good):
    pass


def test_scaffold_refuses_bad_names_and_full_folders(tmp_path):
    from AIGCLibrary.plugins.scaffold import create_plugin

    with pytest.raises(ConfigError, match="lower-case"):
        create_plugin(tmp_path / "x", "My Plugin")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="not empty"):
        create_plugin(tmp_path, "mine")
