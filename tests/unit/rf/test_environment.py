"""Environments where Robot keywords meet them: the connection a request takes, and what is said without a library."""

import logging

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.rf.environment import enter, environment_connection
from AIGCLibrary.rf.sessions import RequestsSessions

ENVIRONMENTS = """
version: 1
default: dev
environments:
  dev: {base_url: http://dev.example/api}
  staging: {base_url: http://staging.example/api}
"""


@pytest.fixture
def engine(tmp_path):
    path = tmp_path / "environments.yaml"
    path.write_text(ENVIRONMENTS, encoding="utf-8")
    one = Engine(Settings(run_id="r", environments=(path,)), directory=tmp_path, connections=RequestsSessions())
    yield one
    one.close()


def test_the_default_of_the_file_counts_until_one_is_used(engine):
    assert environment_connection(engine, None).base_url == "http://dev.example/api"
    engine.data.use("staging")
    assert environment_connection(engine, None).base_url == "http://staging.example/api"
    assert environment_connection(engine, "dev").base_url == "http://dev.example/api"


def test_a_name_that_is_no_environment_has_no_connection(engine):
    assert environment_connection(engine, "elsewhere") is None


def test_entering_makes_it_the_default_and_says_what_needs_requestslibrary(engine, caplog):
    with caplog.at_level(logging.INFO, "aigc.data"):
        enter(engine, engine.data.use("staging"))
    assert engine.connections.default == "staging"
    assert "'GET On Session    staging' needs 'Library    RequestsLibrary'" in caplog.text
