"""The descriptions of the tutorial's products are those of its pages, and hold no word that is not checked."""

import re
from pathlib import Path

import pytest

from AIGCLibrary.tasks.providers.loader import Providers

TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial"
PAGES = sorted(TUTORIAL.parent.glob("tutorial*/0[678]_*.robot.md"))


def without_comments(text):
    return re.sub(r" +# .*", "", text)


@pytest.mark.parametrize("page", PAGES, ids=[f"{page.parent.name}/{page.name}" for page in PAGES])
def test_a_page_shows_the_description_that_runs(page):
    described = without_comments((TUTORIAL / "other_products.yaml").read_text(encoding="utf-8"))
    shown = re.findall(r"```yaml\n(.*?)```", without_comments(page.read_text(encoding="utf-8")), re.DOTALL)
    assert shown
    assert [block for block in shown if block not in described] == []


def test_the_descriptions_can_be_built():
    providers = Providers()
    providers.load(TUTORIAL / "other_products.yaml")
    assert {providers.get(name).title for name in ("rpc", "clips", "signed")}
