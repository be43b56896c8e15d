"""Fixtures of the tests of misbehaviour: a product at the transport seam, on virtual time."""

import io
from pathlib import Path

import pytest
from PIL import Image

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.virtual_clock import VirtualClock
from tests.unit.tape.product import Product, Studio


def picture(seed=0):
    content = io.BytesIO()
    base = Image.linear_gradient("L").rotate(90 * (seed % 4)).resize((96 + seed, 64)).convert("RGB")
    base.save(content, "PNG")
    return content.getvalue()


class Misled(Studio):
    """Engines over a product that misbehaves."""

    def live(self, scenario="", **product):
        clock = VirtualClock()
        self.product = Product(clock, **product)
        engine = self.engine(clock, self.product, Redactor(), None)
        if scenario:
            engine.misbehave(scenario)
        return engine


@pytest.fixture
def misled(tmp_path: Path):
    made = Misled(tmp_path)
    engines = []
    plain = made.engine

    def engine(*args):
        engines.append(plain(*args))
        return engines[-1]

    made.engine = engine
    yield made
    for one in engines:
        one.close()
