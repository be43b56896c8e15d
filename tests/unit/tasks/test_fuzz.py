"""Whatever a product answers: nothing completes falsely, and nothing waits past the deadline."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from AIGCLibrary.tasks import errors
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.states import State
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


@given(body=JSON, http=STATUS)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("name", PROVIDERS.names())
def test_an_answer_completes_a_task_only_if_it_says_so(name, body, http):
    reader = PROVIDERS.reader(name)
    envelope = {"http": {"status": http}, "headers": {}, "body": body, "task": {"id": "7", "inputs": {}}}
    snapshot = reader.read(envelope, "http://x", "http://x")
    if snapshot.trouble is None and snapshot.state is State.COMPLETED:
        told = snapshot.raw is not None and reader._states.get(reader._fold(snapshot.raw)) is State.COMPLETED
        ruled = any(rule.when.truth(envelope) for rule in reader.provider.acceptors if rule.state is State.COMPLETED)
        assert told or ruled
    assert snapshot.progress is None or 0 <= snapshot.progress <= 1


@given(
    answers=st.lists(st.tuples(STATUS, JSON) | st.just("gone"), min_size=1, max_size=6),
    raw=st.binary(max_size=20),
)
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
async def test_a_wait_ends_by_its_deadline_and_never_falsely(no_threads, answers, raw):
    told = [Gone() if one == "gone" else one for one in answers] + [(200, raw)]
    says_done = any(one != "gone" and '"done"' in json.dumps(one[1]) for one in answers)
    with TemporaryDirectory() as folder:
        made = Bench(Path(folder), script(*told), PLAIN)
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
