"""Whatever a product answers: nothing completes falsely, and nothing waits past the deadline."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.states import TaskState
from tests.unit.tasks.support import PLAIN, Bench, Gone, script

PROVIDERS = Providers()
WORDS = st.sampled_from(
    ["queued", "running", "RUNNING", "done ", "Done", "succeed", "ready", "ok", "完成", "", "null", "200"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | WORDS
KEYS = st.sampled_from(
    ["status", "state", "data", "id", "progress", "output", "result", "error", "code", "done", "task"]
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
STATUS = st.sampled_from([200, 200, 200, 201, 202, 204, 400, 404, 409, 429, 500, 503])


def compared(word, provider):
    """Write a state word as it is compared: where the description is loose, without case, signs and spaces."""
    return re.sub(r"[-_\s]", "", word.casefold()) if provider.match == "loose" else word


@given(body=JSON, http=STATUS)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("name", PROVIDERS.names())
def test_an_answer_completes_a_task_only_if_it_says_so(name, body, http):
    reader = PROVIDERS.reader(name)
    envelope = {"http": {"status": http}, "headers": {}, "body": body, "task": {"id": "7", "inputs": {}}}
    snapshot = reader.read(envelope, "http://x", "http://x")
    if snapshot.trouble is None and snapshot.state is TaskState.COMPLETED:
        provider = reader.provider
        words = {compared(word, provider) for word, state in provider.states.items() if state is TaskState.COMPLETED}
        reported = snapshot.raw is not None and compared(snapshot.raw, provider) in words
        ruled = any(
            rule.when.truth(envelope) for rule in reader.provider.acceptors if rule.state is TaskState.COMPLETED
        )
        assert reported or ruled
    assert snapshot.progress is None or 0 <= snapshot.progress <= 1


@given(
    answers=st.lists(st.tuples(STATUS, JSON) | st.just("gone"), min_size=1, max_size=6),
    raw=st.binary(max_size=20),
)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_wait_ends_by_its_deadline_and_never_falsely(no_threads, answers, raw):
    reported = [Gone() if one == "gone" else one for one in answers] + [(200, raw)]
    says_done = any(one != "gone" and '"done"' in json.dumps(one[1]) for one in answers)
    with TemporaryDirectory() as folder:
        made = Bench(Path(folder), script(*reported), PLAIN)
        try:
            task = await made.submitted(sla={"timeout": 300})
            start = made.clock.now()
            try:
                result = await made.tasks.wait(task)
            except errors.TaskError:
                pass
            else:
                assert result["state"] == "completed"
                assert says_done
            assert made.clock.now() - start <= 306
            assert made.http.count("POST") == 1
        finally:
            await made.close()


LISTED = (
    PLAIN
    + """    batch: {path: /tasks, query: {ids: "{ids}"}, items: body.items, item_id: id}
"""
)
ITEMS = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from(["1", "2", 1, None, "3"]), "status": LEAVES}) | JSON, max_size=4
)


@given(lists=st.lists(st.tuples(STATUS, st.fixed_dictionaries({"items": ITEMS}) | JSON), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
async def test_waits_in_batches_end_by_their_deadline_and_never_falsely(no_threads, lists):
    left, posts = list(lists), []

    def answer(method, path, more):
        if method == "POST":
            posts.append(path)
            return 200, {"id": str(len(posts))}
        if path.startswith("/tasks?"):
            return left.pop(0) if len(left) > 1 else left[0]
        return 200, {"status": "running"}

    with TemporaryDirectory() as folder:
        made = Bench(Path(folder), answer, LISTED)
        try:
            handles = [await made.submitted(sla={"timeout": 120}) for _ in range(2)]
            start = made.clock.now()
            try:
                results = await made.tasks.wait_all(handles)
            except errors.TaskError:
                pass
            else:
                assert all(result["state"] == "completed" for result in results)
                assert any('"done"' in json.dumps(body) for _, body in lists)
            assert made.clock.now() - start <= 130
            assert len(posts) == 2
        finally:
            await made.close()
