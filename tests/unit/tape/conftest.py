"""Fixture of the tape tests: a product that can be recorded and replayed."""

import pytest

from tests.unit.tape.product import Studio


@pytest.fixture
def studio(tmp_path):
    return Studio(tmp_path)
