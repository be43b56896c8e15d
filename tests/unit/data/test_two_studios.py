"""Two studios that drifted apart: compared, brought into line, and compared again."""

import contextlib

import pytest
import requests

from AIGCLibrary.studio import StudioServer, StudioSettings

HEADERS = {"Authorization": "Bearer studio-demo-token"}
COUNT = 120
"""More than two pages of the studio, which has 50 on one."""
TEMPLATE = """
version: 1
name: library
nodes:
  script:
    create: {post: /scripts, json: {title: x, genre: drama, language: en, tag: "${key}"}}
    update: {patch: "/scripts/${self.id}"}
    sync: {list: {get: /scripts}, key: title}
"""


def add(url, number, **fields):
    body = {"title": f"Script {number:03}", "genre": "drama", "language": "en", **fields}
    requests.post(f"{url}/api/v1/scripts", json=body, headers=HEADERS, timeout=60).raise_for_status()


@pytest.fixture
def studios():
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(StudioServer(StudioSettings(seed=seed))).url for seed in (1, 2)]
        for number in range(COUNT):
            add(urls[0], number, genre="comedy" if number in (3, 77, 119) else "drama")
            if number not in (5, 60):
                add(urls[1], number)
        add(urls[1], 500)
        yield urls


def test_exactly_the_planted_drift_is_shown_closed_and_gone(studios, make_engine, write):
    first, second = studios
    text = f"""
    environments:
      dev: {{base_url: "{first}/api/v1", auth: {{bearer: studio-demo-token}}}}
      staging: {{extends: dev, base_url: "{second}/api/v1"}}
    """
    write(text, "environments.yaml")
    engine = make_engine()
    engine.data.load(write(TEMPLATE))

    def differences():
        found = engine.loop.run(engine.data.compare("dev", "staging", "library")).differences
        return {(one.key, one.kind, one.field) for one in found}

    def sync(**options):
        return engine.loop.run(engine.data.sync("dev", "staging", "library", **options))

    changed = {(f"Script {number:03}", "differs", "genre") for number in (3, 77, 119)}
    missing = {(f"Script {number:03}", "only in dev", None) for number in (5, 60)}
    extra = {("Script 500", "only in staging", None)}
    assert differences() == changed | missing | extra
    counts = sync(dry_run=False).counts
    assert (counts["create"], counts["update"], counts["conflict"], counts["failed"]) == (2, 3, 0, 0)
    assert differences() == extra
    again = sync(dry_run=True).counts
    assert again["create"] == again["update"] == again["conflict"] == 0
