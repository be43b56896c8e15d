"""Tasks that were ordered elsewhere: what their paths need is given, or named before anybody waits."""

import pytest

from AIGCLibrary.errors import ConfigError
from tests.unit.tasks.support import PLAIN, script

DONE = (200, {"status": "done", "output": ["http://cdn.test/a.mp4"]})
BY_APP = PLAIN.replace(
    '    status: {path: "/tasks/{id}",',
    '    inputs: {app: text}\n    status: {path: "{status_url}", by_id: "/{app}/tasks/{id}",',
)
HELD = """
    submit: {path: /make, held: true, id: body.id}
    result: {raw: body, files: body.url}
"""


async def test_inputs_of_the_order_fill_the_paths(bench):
    one = bench(script(DONE), BY_APP)
    task = await one.tasks.track("video", "17", {"app": "fal-ai/flux"}, provider="product")
    assert (await one.tasks.wait(task))["state"] == "completed"
    assert one.http.sent[-1][1] == "/fal-ai/flux/tasks/17"


async def test_a_missing_input_is_named_at_once(bench):
    one = bench(script(DONE), BY_APP)
    with pytest.raises(ConfigError, match="needs 'app' in addition to its id") as raised:
        await one.tasks.track("video", "17", provider="product")
    assert "Track Task    video    17    app=…" in str(raised.value.hint)
    assert not one.http.sent


async def test_a_product_that_answers_the_order_only_cannot_be_asked(bench):
    one = bench(script(DONE), HELD)
    with pytest.raises(ConfigError, match="its result is the answer to the submission"):
        await one.tasks.track("video", "17", provider="product")


async def test_a_product_that_only_sends_messages_cannot_be_asked(bench):
    one = bench(script(DONE), HELD.replace("held: true, ", "") + "    webhook: {signature: none, body: body}\n")
    with pytest.raises(ConfigError, match="go to the address that the submission named"):
        await one.tasks.track("video", "17", provider="product")


async def test_an_id_alone_suffices_where_the_path_needs_no_more(bench):
    one = bench(script(DONE))
    task = await one.tasks.track("video", "17", provider="product")
    assert (await one.tasks.wait(task))["state"] == "completed"
