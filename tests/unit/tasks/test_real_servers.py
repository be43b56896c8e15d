"""What real servers do, each expressed in the provider's YAML and seen by the tester as it should be."""

import pytest

from AIGCLibrary.tasks import errors
from tests.unit.tasks.support import PLAIN, Gone, script

RUNNING, DONE = (200, {"status": "running"}), (200, {"status": "done", "output": ["http://x/a.mp4"]})
QUEUE_AND_HISTORY = """
    submit: {path: /tasks, id: body.id}
    status:
      path: "/history/{id}"
      let: {entry: "pick(body, task.id)", events: "pick(body, task.id).events"}
      then: [{name: queue, path: /queue, when: "!entry"}]
    acceptors:
      - {when: "events[-1].type == 'interrupted'", state: cancelled}
      - {when: "events[-1].type == 'error'", state: failed, message: "events[-1].text"}
      - {when: "entry", state: completed}
      - {when: "place(queue.body.running, task.id) != null", state: processing}
      - {when: "place(queue.body.waiting, task.id) != null", state: queued}
    missing: {when: "queue.http.status == `200`", grace: 10 s}
    queue: {position: "place(queue.body.waiting, task.id)"}
    result: {raw: entry.files, files: entry.files}
"""


class Lists:
    """A server without state by id: lists of what waits and runs, then a history keyed by the id."""

    def __init__(self, made, *steps):
        self.steps, self.made = list(steps), made

    def __call__(self, method, path, more):
        if method == "POST":
            return 200, {"id": "p1"}
        waiting, running, history = self.steps[0]
        if path == "/queue":
            if len(self.steps) > 1:
                self.steps.pop(0)
            return 200, {"waiting": waiting, "running": running}
        if history and len(self.steps) > 1:
            self.steps.pop(0)
        return 200, {"p1": history} if history else {}


async def test_presence_and_absence_in_lists_are_the_state(bench):
    steps = [
        ([["p0"], ["p1"]], [], None),
        ([], [[3, "p1"]], None),
        ([], [], {"files": ["http://x/a.png"], "events": []}),
    ]
    made = bench(Lists(None, *steps), QUEUE_AND_HISTORY)
    task = await made.submitted()
    result = await made.tasks.wait(task)
    assert [moment["state"] for moment in result["history"]] == ["queued", "queued", "processing", "completed"]
    assert result["history"][1]["queue_position"] == 1


async def test_the_last_event_of_a_list_decides(bench):
    events = [{"type": "start"}, {"type": "error", "text": "a node failed"}, {"type": "interrupted"}]
    made = bench(Lists(None, ([], [], {"files": [], "events": events})), QUEUE_AND_HISTORY)
    with pytest.raises(errors.TaskCancelledError, match="by somebody else"):
        await made.tasks.wait(await made.submitted())


async def test_a_task_in_no_list_has_vanished_after_the_grace(bench):
    made = bench(Lists(None, ([], [], None)), QUEUE_AND_HISTORY)
    task = await made.submitted()
    with pytest.raises(errors.TaskVanishedError, match="the product never knew it") as caught:
        await made.tasks.wait(task)
    assert caught.value.facts["state"] == "queued"
    assert 10 <= made.clock.now() - 1_800_000_000 <= 25


async def test_a_task_deleted_while_at_work_has_vanished(bench):
    made = bench(script(RUNNING, (404, {"error": "no such task"})))
    with pytest.raises(errors.TaskVanishedError, match=r"HTTP 404 for id '7'.*it was last 'processing'"):
        await made.tasks.wait(await made.submitted())


async def test_a_task_that_turns_up_within_the_grace_is_not_lost(bench):
    made = bench(script((404, {}), (404, {}), RUNNING, DONE))
    assert (await made.tasks.wait(await made.submitted()))["state"] == "completed"


async def test_pending_for_ever_is_vanished_where_it_may_mean_unknown(bench):
    provider = PLAIN + "    missing: {ambiguous: \"body.status == 'queued'\", ambiguous_grace: 2 min}\n"
    made = bench(script((200, {"status": "queued"})), provider)
    with pytest.raises(errors.TaskVanishedError, match="'queued' for id '7'"):
        await made.tasks.wait(await made.submitted())


async def test_pending_is_pending_where_it_is_certain(bench):
    made = bench(script((200, {"status": "queued"})))
    with pytest.raises(errors.TaskTimeoutError, match="still 'queued'"):
        await made.tasks.wait(await made.submitted())


async def test_http_200_may_carry_a_failure(bench):
    provider = (
        PLAIN + '    acceptors: [{when: "body.code != null && body.code != `0`", state: failed, code: body.code}]\n'
    )
    made = bench(script(RUNNING, (200, {"code": 1102, "message": "balance not enough"})), provider)
    with pytest.raises(errors.TaskFailedError, match=r"quota \(1102\): balance not enough"):
        await made.tasks.wait(await made.submitted())


async def test_a_partial_success_is_reported(bench):
    provider = PLAIN.replace(
        "result: {raw: body.output, files: body.output}",
        'result: {files: "body.output[?url].url", partial: "body.output[?error]", '
        'partial_message: "body.output[].error"}',
    )
    partial = (200, {"status": "done", "output": [{"url": "http://x/1.png"}, {"error": "refused"}]})
    made = bench(script(partial), provider)
    result = await made.tasks.wait(await made.submitted())
    assert (result["state"], result["partial"], len(result["result"]["files"])) == ("completed", "refused", 1)


async def test_a_partial_success_can_count_as_failure(bench):
    provider = PLAIN.replace(
        "files: body.output}",
        "files: body.output, partial: body.missing, partial_state: failed, partial_message: body.missing}",
    )
    made = bench(script((200, {"status": "done", "output": ["u"], "missing": "2 of 4 images"})), provider)
    with pytest.raises(errors.TaskFailedError, match="2 of 4 images"):
        await made.tasks.wait(await made.submitted())


async def test_output_while_at_work_is_not_the_result(bench):
    preview = (200, {"status": "running", "output": ["http://x/preview.png"]})
    made = bench(script(preview, DONE))
    task = await made.submitted()
    seen = await made.tasks.wait(task, "processing")
    assert seen["result"]["files"] == []
    assert (await made.tasks.wait(task))["result"]["files"][0]["url"] == "http://x/a.mp4"


async def test_success_without_output_after_a_cancel_is_cancelled(bench):
    made = bench(script((200, {"status": "done", "output": []})))
    assert await made.tasks.cancel(await made.submitted()) == "cancelled"


async def test_success_without_output_can_be_a_failure(bench):
    made = bench(
        script((200, {"status": "done"})), PLAIN.replace("files: body.output}", "files: body.output, empty: failed}")
    )
    with pytest.raises(errors.TaskFailedError, match="without any result"):
        await made.tasks.wait(await made.submitted())


async def test_a_cancel_answered_400_may_have_happened(bench):
    made = bench(script((400, {"error": "too late"}), (200, {"status": "cancelled"})))
    assert await made.tasks.cancel(await made.submitted()) == "cancelled"


async def test_a_cancel_answered_200_may_not_have_happened(bench):
    made = bench(script((200, {"ok": True}), RUNNING))
    with pytest.raises(errors.NotCancelledError, match=r"still 'processing' 5 s after its cancel.*HTTP 200"):
        await made.tasks.cancel(await made.submitted())


async def test_a_cancel_may_delete_the_task(bench):
    made = bench(script((204, b""), (404, {})))
    assert await made.tasks.cancel(await made.submitted()) == "cancelled"


async def test_a_cancel_may_come_too_late(bench):
    made = bench(script((200, {}), DONE))
    assert await made.tasks.cancel(await made.submitted()) == "completed"


async def test_a_terminal_state_that_changes_afterwards_is_reported(bench):
    made = bench(script((200, {}), (200, {"status": "cancelled"}), DONE))
    task = await made.submitted()
    await made.tasks.cancel(task)
    found = await made.tasks.recheck(task)
    assert str(found.state) == "completed"
    assert "changed the state from 'cancelled' to 'completed' after the end" in str(found.warnings[-1])
    assert found.history[-1].note == "changed after its end"


async def test_states_may_go_backwards(bench):
    provider = PLAIN.replace("queued: queued,", "queued: queued, RETRY: queued, STARTED: processing,")
    made = bench(
        script((200, {"status": "STARTED"}), (200, {"status": "RETRY"}), (200, {"status": "STARTED"}), DONE), provider
    )
    result = await made.tasks.wait(await made.submitted())
    assert result["state"] == "completed"
    assert [moment.get("note") for moment in result["history"]].count("went back") == 1


@pytest.mark.parametrize("word", ["cancelled", "canceled"])
async def test_both_spellings_of_cancelled_are_known(bench, word):
    made = bench(script((200, {"status": word})))
    assert (await made.tasks.wait(await made.submitted(), "cancelled"))["state"] == "cancelled"


async def test_input_taken_with_200_may_fail_later(bench):
    bad = (200, {"status": "failed", "error": {"code": "E11", "message": "duration must be 5 or 10"}})
    made = bench(script(RUNNING, bad))
    with pytest.raises(errors.TaskFailedError, match=r"bad input \(E11\): duration must be 5 or 10"):
        await made.tasks.wait(await made.submitted())


async def test_error_bodies_may_be_lists(bench):
    body = {"status": "failed", "errors": [{"message": "prompt is too long"}, "no credits left"]}
    made = bench(script((200, body)), PLAIN.replace("message: body.error.message", "message: body.errors"))
    with pytest.raises(errors.TaskFailedError, match="prompt is too long; no credits left"):
        await made.tasks.wait(await made.submitted())


async def test_progress_may_stand_in_log_lines_only(bench):
    provider = PLAIN.replace("value: body.progress, scale: 1", "value: \"capture(body.log, '(\\\\d+)%')\", scale: 100")
    made = bench(script((200, {"status": "running", "log": "load model\n10%\nstep 62%\n"}), DONE), provider)
    task = await made.submitted()
    assert (await made.tasks.look(task)).progress == 0.62


RESULTS = {
    "a template": ("files: body.output, template: \"/view?name={name}&dir={dir}\"", {"name": "夜 1.png", "dir": "out"},
                   "http://product.test/api/view?name=%E5%A4%9C%201.png&dir=out", "夜 1.png"),
    "a local path": ("files: \"body.output\", template: \"/file={path}\"", {"path": "/tmp/a b.wav"},
                     "http://product.test/api/file=/tmp/a%20b.wav", None),
    "a bare id": ("files: \"body.output\", template: \"/files/{item}/content\"", "f-1",
                  "http://product.test/api/files/f-1/content", "content"),
    "a relative link": ("files: body.output", "/media/x.mp4", "http://product.test/media/x.mp4", "x.mp4"),
    "a name in the query": (
        "files: body.output",
        "http://x/view?filename=%E5%9B%BE.png",
        "http://x/view?filename=%E5%9B%BE.png",
        "图.png",
    ),
    "an encoded name": ("files: body.output", "http://x/%E5%9B%BE.png?sig=1", "http://x/%E5%9B%BE.png?sig=1", "图.png"),
}  # fmt: skip


@pytest.mark.parametrize("shape", RESULTS)
async def test_results_come_in_many_shapes(bench, shape):
    rule, item, url, name = RESULTS[shape]
    made = bench(
        script((200, {"status": "done", "output": [item]})), PLAIN.replace("raw: body.output, files: body.output", rule)
    )
    (file,) = (await made.tasks.wait(await made.submitted()))["result"]["files"]
    assert file["url"] == url
    assert name is None or file["name"] == name


async def test_a_data_url_tells_type_size_and_hash_exactly(bench):
    made = bench(script((200, {"status": "done", "output": "data:image/png;base64,QUJD"})))
    (file,) = (await made.tasks.wait(await made.submitted()))["result"]["files"]
    assert (file["name"], file["media_type"], file["size"]) == ("inline.png", "image/png", 3)
    assert file["sha256"] == "b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78"


async def test_wrong_or_missing_type_and_size_are_no_facts(bench):
    item = {"url": "http://x/a", "media_type": "video", "size": -1, "sha256": "abc"}
    rule = "files: body.output, media_type: media_type, size: size, sha256: sha256"
    made = bench(
        script((200, {"status": "done", "output": [item]})), PLAIN.replace("raw: body.output, files: body.output", rule)
    )
    (file,) = (await made.tasks.wait(await made.submitted()))["result"]["files"]
    assert (file["media_type"], file["size"], file["sha256"]) == (None, None, None)


@pytest.mark.parametrize(
    "reported", ["902fbdd2b1df0c4f70b4a5d23525e932", '"902fbdd2b1df0c4f70b4a5d23525e932"', "kC+90rHfDE9wtKXSNSXpMg=="]
)
async def test_an_md5_is_read_as_storages_write_it(bench, reported):
    rule = PLAIN.replace("raw: body.output, files: body.output", "files: body.output, md5: etag")
    made = bench(script((200, {"status": "done", "output": [{"url": "http://x/a", "etag": reported}]})), rule)
    (file,) = (await made.tasks.wait(await made.submitted()))["result"]["files"]
    assert file["md5"] == "902fbdd2b1df0c4f70b4a5d23525e932"  # of ABC


async def test_a_list_without_order_is_put_in_order(bench):
    items = [{"url": "http://x/c", "n": 10}, {"url": "http://x/a", "n": 1}, {"url": "http://x/b", "n": 2}]
    rule = PLAIN.replace("raw: body.output, files: body.output", "files: body.output, order: n")
    made = bench(script((200, {"status": "done", "output": items})), rule)
    files = (await made.tasks.wait(await made.submitted()))["result"]["files"]
    assert [file["name"] for file in files] == ["a", "b", "c"]


async def test_the_answer_may_be_the_file_itself(bench):
    provider = """
    submit: {path: /tasks, id: body.id}
    status: {path: "/results/{id}"}
    acceptors: [{when: "http.status == `202`", state: processing}, {when: "http.status == `200`", state: completed}]
"""
    picture = (
        200,
        b"\x89PNG....",
        {"content-type": "image/png", "content-disposition": "attachment; filename*=UTF-8''%E5%9B%BE.png"},
    )
    made = bench(script((202, {}), picture), provider)
    (file,) = (await made.tasks.wait(await made.submitted()))["result"]["files"]
    assert (file["url"], file["name"], file["size"]) == ("http://product.test/api/results/7", "图.png", 8)


async def test_a_result_may_need_a_request_of_its_own(bench):
    provider = PLAIN.replace(
        "result: {raw: body.output, files: body.output}",
        'result: {request: {path: "/files", query: {file_id: "{file_id}"}}, files: body.file.url}',
    )
    answers = script((200, {"status": "done", "file_id": "f9"}), (503, {}), (200, {"status": "done", "file_id": "f9"}),
                     (200, {"file": {"url": "http://x/f9.mp4"}}))  # fmt: skip
    made = bench(answers, provider)
    (file,) = (await made.tasks.wait(await made.submitted()))["result"]["files"]
    assert file["url"] == "http://x/f9.mp4"
    assert made.http.sent[-1][:2] == ("GET", "/files?file_id=f9")


async def test_an_old_result_is_reported_by_its_time(bench):
    provider = PLAIN + "    times: {finished: body.at, unit: auto}\n    fresh: {time: true}\n"
    made = bench(script((200, {"status": "done", "output": ["u"], "at": 1_799_999_000})), provider)
    with pytest.raises(errors.StaleResultError, match="1000 s older than the request"):
        await made.tasks.wait(await made.submitted())


async def test_an_old_result_is_reported_by_its_seed(bench):
    made = bench(
        script((200, {"status": "done", "output": ["u"], "seed": 1})), PLAIN + "    fresh: {seed: body.seed}\n"
    )
    task = await made.tasks.submit("video", {"prompt": "x", "seed": 2})
    with pytest.raises(errors.StaleResultError, match="has seed 1, but 2 was asked for"):
        await made.tasks.wait(task)


async def test_an_old_result_is_reported_by_files_that_another_task_had(bench):
    made = bench(script(DONE), PLAIN + "    fresh: {url: true}\n")
    await made.tasks.wait(await made.submitted())
    with pytest.raises(errors.StaleResultError, match="the same file as task 'video:"):
        await made.tasks.wait(await made.submitted())


async def test_an_id_used_twice_does_not_take_the_first_owners_result(bench):
    provider = PLAIN + "    times: {finished: body.at, unit: auto}\n    fresh: {time: true, state: queued}\n"
    old = (200, {"status": "done", "output": ["http://x/old.mp4"], "at": 1_799_000_000})
    made = bench(script(old, old, RUNNING, DONE), provider)
    result = await made.tasks.wait(await made.submitted())
    assert result["result"]["files"][0]["url"] == "http://x/a.mp4"


async def test_an_id_used_twice_is_reported(bench):
    made = bench(script(DONE))
    first, second = await made.submitted(), await made.submitted()
    assert first != second
    assert "already used id" in str((await made.tasks.task(second)).warnings[0])


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        (1_800_000_010, "unit: auto"),
        (1_800_000_010_000, "unit: auto"),
        ("1800000010000", "unit: ms"),
        ("2027-01-15T08:00:10Z", "unit: iso"),
        ("2027-01-15 16:00:10.000", 'unit: iso, zone: "+08:00"'),
        ("2027-01-15T16:00:10", "zone: Asia/Shanghai"),
    ],
)
async def test_times_come_in_many_forms(bench, value, rule):
    made = bench(
        script((200, {"status": "running", "begun": value})), PLAIN + f"    times: {{started: body.begun, {rule}}}\n"
    )
    made.clock.time = 1_800_000_009.0
    task = await made.submitted()
    made.clock.time += 10
    assert (await made.tasks.look(task)).started_at == 1_800_000_010.0


async def test_an_answer_that_is_a_login_page_is_not_the_end(bench):
    made = bench(script((200, b"<html>please sign in, status: done</html>", {"content-type": "text/html"})))
    with pytest.raises(errors.ProviderError, match="cannot be read") as caught:
        await made.tasks.wait(await made.submitted())
    assert "please sign in" in caught.value.message
    assert caught.value.facts["class"] == "outage"


async def test_a_broken_submit_is_never_repeated_blindly(bench):
    made = bench(script(DONE, submit=Gone()))
    with pytest.raises(errors.ProviderError, match="It is not repeated, since it may have arrived"):
        await made.submitted()
    assert made.http.count("POST") == 1


async def test_the_last_answer_is_shown_with_its_letters_and_without_secrets(bench):
    body = b'{"status": "running", "step": "\\u751f\\u6210\\u4e2d", "api_key": "sk-123456789"}'
    made = bench(script((200, body)))
    task = await made.submitted(sla={"timeout": 3})
    with pytest.raises(errors.TaskTimeoutError):
        await made.tasks.wait(task)
    found, html = await made.tasks.reports.diagnosis(task)
    assert "生成中" in found["last_body"]
    assert "生成中" in html
    assert "sk-123456789" not in html
    assert "s3cr3t" not in html
