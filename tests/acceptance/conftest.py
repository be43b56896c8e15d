"""The order of the files: those that take longest start first, so that no process is left alone with one at the end."""

LONGEST = (
    "test_front_door.py",
    "locators/test_redesign.py",
    "locators/test_healing.py",
    "recovery/test_on_a_page.py",
    "locators/test_targets.py",
    "locators/test_command_line.py",
    "tasks/test_parallel.py",
    "monitoring/test_pabot.py",
    "monitoring/test_pages.py",
    "recovery/test_secrets.py",
)


def pytest_collection_modifyitems(items):
    """Put the tests of the longest files before all others."""
    items.sort(key=lambda item: next((i for i, name in enumerate(LONGEST) if item.path.match(name)), len(LONGEST)))
