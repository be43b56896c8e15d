"""Settings: the nearest to the test wins."""

from pathlib import Path

import pytest

from AIGCLibrary.config import Heal, ImportOptions, Settings
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.yaml import load_yaml


def test_import_arguments_win_over_environment_over_file(tmp_path):
    file = tmp_path / "aigc.yaml"
    file.write_text("store: sqlite:///file.db\nlanguage: en\nenvironment: dev\n", encoding="utf-8")
    settings = Settings.load(
        file, {"store": "sqlite:///argument.db"}, {"AIGC_STORE": "sqlite:///env.db", "AIGC_LANGUAGE": "zh-CN"}
    )
    assert settings.store == "sqlite:///argument.db"
    assert settings.language == "zh-CN"
    assert settings.environment == "dev"


def test_paths_in_the_file_start_at_the_file(tmp_path):
    file = tmp_path / "aigc.yaml"
    file.write_text("locators: [ui/a.yaml]\nslo: slo.yaml\n", encoding="utf-8")
    (tmp_path / "slo.yaml").touch()
    settings = Settings.load(file, {}, {})
    assert settings.locators == (tmp_path / "ui" / "a.yaml",)
    assert settings.slo == (tmp_path / "slo.yaml",)


def test_lists_may_be_written_with_commas():
    assert Settings.load(None, {"locators": "a.yaml, b.yaml"}, {}).locators == (Path("a.yaml"), Path("b.yaml"))


def test_an_unknown_heal_mode_names_the_known_ones():
    with pytest.raises(ConfigError, match="Did you mean 'suggest'"):
        Settings.load(None, {"heal": "sugest"}, {})


def test_every_other_run_has_its_own_id():
    assert Settings.load(None, {}, {}).run_id != Settings.load(None, {}, {}).run_id


def test_a_given_run_id_is_kept():
    assert Settings.load(None, {}, {"AIGC_RUN_ID": "nightly-42"}).run_id == "nightly-42"
    assert Settings.load(None, {}, {"AIGC_RUN": "nightly-43"}).run_id == "nightly-43"


def test_a_later_import_adds_to_the_earlier_one():
    first = Settings(locators=(Path("a"),), heal=Heal.OFF, run_id="r")
    merged = first.extended(Settings(locators=(Path("a"), Path("b")), store="s", run_id="other"))
    assert merged.locators == (Path("a"), Path("b"))
    assert (merged.heal, merged.store, merged.run_id) == (Heal.OFF, "s", "r")


def test_a_bare_off_in_the_file_turns_healing_off(tmp_path):
    file = tmp_path / "aigc.yaml"
    file.write_text("heal: off\n", encoding="utf-8")
    assert Settings.load(file, {}, {}).heal is Heal.OFF


def test_a_missing_file_is_named_with_its_line_and_what_was_meant(tmp_path):
    file = tmp_path / "aigc.yaml"
    file.write_text("language: en\nslo: slos.yaml\n", encoding="utf-8")
    (tmp_path / "slo.yaml").touch()
    with pytest.raises(ConfigError, match=r"aigc.yaml, line 2 at 'slo': .*slos.yaml.*Did you mean 'slo.yaml'\?"):
        Settings.load(file, {}, {})


def test_a_missing_folder_is_not_said_to_be_sought_where_robot_was_started(tmp_path):
    (tmp_path / "providers").mkdir()
    with pytest.raises(ConfigError, match="Did you mean 'providers'") as absolute:
        load_yaml(tmp_path / "provider")
    assert "relative to the folder of that aigc.yaml" in absolute.value.hint.render("en")
    with pytest.raises(ConfigError) as relative:
        load_yaml("nowhere.yaml")
    assert str(Path.cwd()) in relative.value.hint.render("en")


def test_a_later_import_cannot_change_what_holds_for_the_run():
    first = Settings(store="sqlite:///a.db", budget={"credits": 5.0}, arguments=frozenset({"store", "budget"}))
    with pytest.raises(ConfigError, match=r"store='sqlite:///b.db' of this import differs from 'sqlite:///a.db'"):
        first.extended(Settings(store="sqlite:///b.db", arguments=frozenset({"store"})))
    with pytest.raises(ConfigError, match=r"budget.credits='9.0' .* differs from '5.0'"):
        first.extended(Settings(budget={"credits": 9.0}, arguments=frozenset({"budget"})))
    joined = first.extended(Settings(budget={"USD": 1.0}, arguments=frozenset({"budget"})))
    assert joined.budget == {"credits": 5.0, "USD": 1.0}


def test_an_import_argument_goes_before_the_configuration_of_the_run_whichever_comes_first():
    configured, argument = Settings(store="env"), Settings(store="argument", arguments=frozenset({"store"}))
    assert configured.extended(argument).store == "argument"
    assert argument.extended(configured).store == "argument"


def test_the_first_import_decides_the_language_of_the_reports_also_by_leaving_it_open():
    english, chinese, listener = Settings.load(None, {}, {}), Settings.load(None, {"language": "zh-CN"}, {}), Settings()
    assert english.extended(chinese).language == "auto"
    assert chinese.extended(english).language == "zh-CN"
    assert listener.extended(chinese).language == "zh-CN"
    assert listener.extended(english).extended(chinese).language == "auto"


def test_healing_and_timeout_belong_to_the_import():
    run = Settings().extended(Settings(heal=Heal.USE, timeout=9.0))
    assert (run.heal, run.timeout) == (Heal.SUGGEST, 2.0)
    assert Settings(heal=Heal.USE, timeout=9.0).of_import() == ImportOptions(heal=Heal.USE, timeout=9.0)
