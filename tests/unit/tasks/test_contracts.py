"""Every shipped preset against a product that answers by its own samples: ordered, busy, unauthorized, ended."""

from contextlib import suppress

import pytest

from AIGCLibrary.errors import AIGCError
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.samples import check_samples
from AIGCLibrary.tasks.providers.templates import blanks
from tests.unit.tasks.served import Served

PROVIDERS = Providers()
ENDS = ("completed", "failed", "cancelled")
DUMMY = {"json": "[]", "integer": "1", "number": "1", "boolean": "true", "file": b"x", "base64": b"x", "data_url": b"x"}


def ordered(name):
    """A sample whose answer holds an id and is not an end, to answer an order with."""
    for sample in PROVIDERS.entry(name).data["samples"]:
        (result,) = check_samples(PROVIDERS.reader(name, None), [sample])
        identified = sample["expect"].get("id") or result.snapshot.remote_id
        if identified and sample["expect"].get("state") not in ENDS and sample.get("http", 200) < 300:
            return sample
    return None


def pollable(name):
    provider = PROVIDERS.get(name)
    webhook = provider.webhook is not None and provider.webhook.only
    plain = provider.status is not None and provider.status.path and not provider.then and not provider.stream
    return plain and not webhook and not provider.submit.reads_status and not provider.result.request and ordered(name)


def ends(name):
    """Samples of a preset that can be asked about, each of an end."""
    if pollable(name):
        for sample in PROVIDERS.entry(name).data["samples"]:
            if sample["expect"].get("state") in ENDS and not sample.get("kind") and not sample.get("task"):
                yield sample


def test_most_presets_are_covered():
    assert sum(1 for name in PROVIDERS.names() if any(ends(name))) >= 25


def inputs_of(name):
    provider = PROVIDERS.get(name)
    request, status = provider.submit.request, provider.status
    parts = [
        request.path,
        request.query,
        request.json,
        request.form,
        request.multipart,
        status.path,
        status.json,
        status.query,
    ]
    named = set().union(*(blanks(part) for part in parts)) - {"id", "key", "kind", "priority", "inputs", "webhook_url"}
    wanted = {one for one in named if not one.endswith("_url") or one in provider.inputs}
    return {one: DUMMY.get(provider.inputs.get(one, "text"), "x") for one in wanted | {"prompt"}}


@pytest.mark.parametrize("name", PROVIDERS.names())  # the files are read by the process that runs the test
async def test_an_ended_task_is_reported_as_its_sample_says(name, tmp_path, no_threads, monkeypatch):
    for variable in (PROVIDERS.get(name).auth.get("secrets") or {}).values():
        monkeypatch.setenv(variable, "k")
    monkeypatch.setenv("AIGC_TOKEN_CACHE", "off")
    for number, sample in enumerate(ends(name)):
        await expect_the_end(name, sample, tmp_path / str(number))


async def expect_the_end(name, sample, folder):
    provider, order = PROVIDERS.get(name), ordered(name)
    trouble = [
        (503, {"message": "busy"}, {"retry-after": "2"}),
        (401, {"message": "token expired"}),
        (429, {}),
        (200, "<!DOCTYPE html><html><title>Sign in</title></html>"),
        (200, {}),
    ]
    sent = []

    def answer(request):
        sent.append(request)
        if len(sent) == 1:
            return order.get("http", 200), order.get("body"), order.get("headers", {})
        if trouble:
            return trouble.pop(0)
        return sample.get("http", 200), sample.get("body"), sample.get("headers", {})

    place = Served(folder, answer)
    try:
        handle = await place.tasks.submit("video", inputs_of(name), provider=name)
        assert (await place.tasks.task(handle)).remote_id
        with_error = None
        try:
            await place.tasks.wait(handle, timeout=1200)
        except AIGCError as error:
            with_error = error
        task = await place.tasks.task(handle)
        promised = provider.result.files_required or "result" not in sample["expect"]
        empty = sample["expect"].get("urls") == [] and promised and provider.result.empty == "failed"
        assert str(task.state) == ("failed" if empty else sample["expect"]["state"]), (sample, str(with_error))
        assert trouble == []  # each trouble was met, and none of them ended the task
        if "urls" in sample["expect"] and not empty:
            assert len(task.files) == len(sample["expect"]["urls"]), sample
    finally:
        await place.end()


def held_ends(name):
    if PROVIDERS.get(name).submit.held:
        for sample in PROVIDERS.entry(name).data["samples"]:
            if sample["expect"].get("state") in ENDS:
                yield sample


def test_held_presets_are_covered():
    assert {name for name in PROVIDERS.names() if any(held_ends(name))} >= {"cog", "a1111", "recraft", "swarmui"}


@pytest.mark.parametrize("name", PROVIDERS.names())
async def test_a_held_order_is_repeated_while_it_is_refused_for_load_and_ends_as_its_sample_says(
    name, tmp_path, no_threads, monkeypatch
):
    monkeypatch.setenv("AIGC_TOKEN_CACHE", "off")
    for number, sample in enumerate(held_ends(name)):
        await expect_the_held_end(name, sample, tmp_path / str(number))


async def expect_the_held_end(name, sample, folder):
    provider = PROVIDERS.get(name)
    busy = [(429, {"message": "too many requests"}, {"retry-after": "2"})]

    def answer(request):
        if "GetNewSession" in request.url:
            return 200, {"session_id": "s1"}
        return busy.pop() if busy else (sample.get("http", 200), sample.get("body"), {})

    place = Served(folder, answer)
    try:
        handle = await place.tasks.submit("video", {"prompt": "x", "seed": "1"}, provider=name)
        with suppress(AIGCError):  # a sample of a failure
            await place.tasks.wait(handle, timeout=600)
        task = await place.tasks.task(handle)
        empty = sample["expect"].get("urls") == [] and provider.result.empty == "failed"
        assert str(task.state) == ("failed" if empty else sample["expect"]["state"])
        assert busy == []
        if sample["expect"].get("names"):
            assert len(task.files) == len(sample["expect"]["names"])
    finally:
        await place.end()
