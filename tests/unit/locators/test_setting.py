"""What is around an element: it distinguishes two of one kind and name."""

import pytest

from AIGCLibrary.locators.memory import Known
from AIGCLibrary.locators.model import Selector, Target, Tier
from AIGCLibrary.locators.reranking import identity, setting

ROLE = Selector(Tier.SILVER, "role", {"role": "button", "name": "Save"}, 'role=button[name="Save"]')
TEST_ID = Selector(Tier.GOLD, "testid", "save-script", '[data-testid="save-script"]')
BUTTON = {"tag": "button", "role": "button", "name": "Save", "text": "Save", "twins": [1, 1]}


def seen(*near, twins=(1, 1), name="Save", **rest):
    around = {"near": [list(one) for one in near], "open": [], "shut": [], "floats": False, "login": False, **rest}
    return {**BUTTON, "name": name, "text": name, "twins": list(twins), "setting": around}


def doubt(before, now, chosen=ROLE, page="/work"):
    return identity.doubt(Target("a.b", "a", (chosen,)), chosen, Known("/work", 0, "h", before, 0.0), now, page)


TITLE, LABEL, GROUP, DATA = "t", "c", "n", "d"
SECOND = {"twins": (2, 2), "apart": 2}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (seen((1, TITLE, "Script")), seen((1, TITLE, "Account"))),
        (seen((1, TITLE, "Image prompt")), seen((1, TITLE, "Video prompt"))),
        (seen((1, TITLE, "Audio"), (2, TITLE, "Picture")), seen((1, TITLE, "Picture"), (2, TITLE, "Audio"))),
        (seen((1, GROUP, "Quality")), seen((1, GROUP, "Priority"))),
        (seen((2, GROUP, "Publish film")), seen((2, GROUP, "Delete film"))),
        (seen((1, TITLE, "Works"), open=["Image"]), seen((1, TITLE, "Works"), open=["Video"], shut=["Image"])),
        (seen((2, DATA, "cat"), twins=(1, 2)), seen((2, DATA, "moon"), twins=(1, 2))),
        (seen((2, DATA, "film 1"), twins=(1, 2)), seen((2, DATA, "film 12"), twins=(1, 2))),
        (seen((2, TITLE, "Steps"), twins=(1, 2), apart=1), seen((2, TITLE, "Steps"), twins=(1, 1))),
        (seen((1, DATA, "Offer")), seen((1, DATA, "We use cookies"), floats=True)),
        (seen((2, DATA, "cat"), name="Delete"), seen((2, DATA, "moon"), name="Delete")),
        (seen((1, TITLE, "Works")), seen((1, TITLE, "Works"), login=True)),
        (
            seen((1, TITLE, "Pro"), (1, DATA, "5 films"), (2, TITLE, "Mini"), (2, DATA, "5 films"), **SECOND),
            seen((1, TITLE, "Mini"), (1, DATA, "5 films"), (2, TITLE, "Pro"), (2, DATA, "5 films"), **SECOND),
        ),
        (
            seen((1, TITLE, "Script"), (1, DATA, "Script"), (1, DATA, "Cast")),
            seen((1, TITLE, "Cast"), (1, DATA, "Script"), (1, DATA, "Cast")),
        ),
        (seen(twins=(2, 3), apart=1), seen(twins=(2, 4), apart=1)),
    ],
)
def test_another_surrounding_is_doubted(before, now):
    assert "possibly another element" in str(doubt(before, now))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (seen((1, TITLE, "Script")), seen((1, LABEL, "Cancel"), (1, TITLE, "Script"))),
        (seen((2, TITLE, "Script")), seen((1, LABEL, "Undo"), (2, TITLE, "Script"))),
        (seen((1, TITLE, "Prompt")), seen((1, TITLE, "Describe"))),
        (seen((1, LABEL, "Home")), seen((1, LABEL, "Overview"))),
        (seen((1, GROUP, "Edit cat")), seen((1, GROUP, "Edit moon"))),
        (seen((2, DATA, "cat")), seen((2, DATA, "moon"))),
        (seen((2, DATA, "cat 17"), name="Delete"), seen((2, DATA, "cat 18"), name="Delete")),
        (
            {**seen((1, DATA, "cat"), twins=(1, 2), apart=2), "neighbours": ["cat"]},
            {**seen((1, DATA, "cat"), twins=(1, 1)), "neighbours": ["cat"]},
        ),
        (
            seen((1, TITLE, "Steps"), (1, DATA, "20"), (2, TITLE, "Steps"), twins=(1, 2), apart=2),
            seen((1, TITLE, "Steps"), (1, DATA, "25"), (2, TITLE, "Steps"), twins=(1, 2), apart=2),
        ),
        (
            seen((1, TITLE, "Pro"), (1, DATA, "$5"), (2, TITLE, "Mini"), twins=(2, 2), apart=2),
            seen((1, TITLE, "Pro"), (1, DATA, "$9"), (2, TITLE, "Mini"), twins=(2, 3), apart=2),
        ),
        (seen(), seen((1, TITLE, "Account"))),
        (seen((1, TITLE, "Script")), {**BUTTON}),
    ],
)
def test_what_moves_is_reworded_or_is_data_is_not_doubted(before, now):
    assert doubt(before, now) is None


def test_a_test_id_of_its_own_is_doubted_on_another_page_only():
    before, now = seen((1, TITLE, "Script")), seen((1, TITLE, "Account"))
    assert doubt(before, now, TEST_ID) is None
    assert doubt(before, now, TEST_ID, page="/account") is not None


def test_a_setting_that_a_passed_test_has_confirmed_is_known():
    first, second = seen((1, TITLE, "Step one")), seen((1, TITLE, "Payment"))
    warning = doubt(first, second)
    assert setting.is_setting(warning.reason)
    kept = setting.confirmed(first, second)
    assert doubt(kept, first) is None
    assert doubt(kept, second) is None
    assert doubt(setting.carried(kept, second), first) is None
    assert doubt(kept, seen((1, TITLE, "Account"))) is not None


def test_a_name_that_is_only_a_part_or_a_link_that_leads_elsewhere_is_another_ones():
    loose = Selector(Tier.SILVER, "role", {"role": "button", "name": "Save", "exact": False}, "x")
    assert doubt(BUTTON, {**BUTTON, "name": "Save and pay", "text": "Save and pay"}, loose) is not None
    css = Selector(Tier.BRONZE, "css", "a.step", "css=a.step")
    link = {"tag": "a", "role": "link", "name": "Step 2", "text": "Step 2", "href": "#2", "twins": [1, 1]}
    assert doubt(link, {**link, "name": "Step 3", "text": "Step 3", "href": "#3"}, css) is not None
    assert doubt(link, {**link, "name": "Step 3", "text": "Step 3"}, css) is None
