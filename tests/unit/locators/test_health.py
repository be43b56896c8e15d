"""What a check of locators says of the page as it is."""

import pytest

from AIGCLibrary.locators.health import summary


@pytest.mark.parametrize(("language", "words"), [("en", "No page of the locator files is open"), ("zh", "打开的不是")])
def test_a_page_that_no_file_describes_is_said_to_be_none(language, words):
    assert summary([], language).startswith(words)
