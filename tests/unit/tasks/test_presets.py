"""Every built-in description reads its own recorded answers as they are meant."""

import re
from importlib import resources

import pytest

from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.samples import check_samples, envelope_of, unproven

PROVIDERS = Providers()
NAMES = PROVIDERS.names()
EXPECTED = {
    "openai_videos", "replicate", "fal", "runway", "luma", "dashscope", "zhipu", "ark", "google_genai",
    "google_vertex", "stability", "comfyui", "comfyui_history", "gradio_call", "gradio_queue", "kling", "minimax_v1",
    "minimax_v2", "bfl",
    "vidu", "midjourney_proxy", "ideogram", "higgsfield", "huawei_maas", "azure_lro", "generic", "cog", "bentoml",
    "flower", "prefect",
}  # fmt: skip
COMMENTED = re.compile(r"^( +)# (?= *([a-z_]+: |- \{))", re.MULTILINE)
SAMPLES = [(name, number) for name in NAMES for number in range(len(PROVIDERS.entry(name).data["samples"]))]


def test_all_presets_are_there():
    assert set(NAMES) >= EXPECTED


def test_there_are_more_samples_than_the_research_gave():
    assert len(SAMPLES) >= 100


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_can_be_built_and_says_where_its_facts_come_from(name):
    provider = PROVIDERS.get(name)
    assert provider.submit is not None
    assert provider.title
    assert name == "generic" or PROVIDERS.entry(name).data.get("evidence")


@pytest.mark.parametrize(("name", "number"), SAMPLES, ids=[f"{name}-{number + 1}" for name, number in SAMPLES])
def test_a_sample_is_read_as_expected(name, number):
    sample = PROVIDERS.entry(name).data["samples"][number]
    reader = PROVIDERS.reader(name, sample.get("kind"))
    (result,) = check_samples(reader, [sample])
    assert result.problems == ()


def test_a_sample_with_a_word_that_is_not_described_says_so():
    reader = PROVIDERS.reader("generic", None)
    (result,) = check_samples(reader, [{"body": {"id": "1", "status": "上色"}, "expect": {"state": "completed"}}])
    assert result.problems == ("state is 'processing', expected 'completed'; the word '上色' is not in 'states'",)


def test_every_line_that_the_generic_preset_offers_may_be_used(tmp_path):
    text = (resources.files("AIGCLibrary") / "defaults/providers/generic.yaml").read_text(encoding="utf-8")
    offered = [name for _, name in COMMENTED.findall(text)]
    path = tmp_path / "ours.yaml"
    path.write_text(COMMENTED.sub(r"\1", text).replace("  generic:", "  ours:"), encoding="utf-8")
    ours = Providers()
    ours.load(path)
    assert len(offered) >= 25
    assert ours.reader("ours", "video").provider.limits.concurrent == 4


def expectations(name):
    """What the samples of a preset, and of those that it extends, expect."""
    entry = PROVIDERS.entry(name)
    base = entry.data.get("extends")
    return [sample["expect"] for sample in entry.data["samples"]] + (expectations(base) if base else [])


LINKS_BY_ID = {"openai_videos", "litellm_videos"}
"""The link of the file is made of the id: whether there is a file shows when it is fetched."""


@pytest.mark.parametrize("name", NAMES)
def test_each_state_of_a_preset_and_an_empty_result_are_in_its_samples(name):
    provider, expected = PROVIDERS.get(name), expectations(name)
    reached = {str(state) for state in provider.states.values()}
    reached |= {str(rule.state) for rule in provider.acceptors if not rule.retry}
    missing = reached - {one.get("state") for one in expected}
    if provider.submit.held:
        missing -= {"cancelled", "queued"}
    assert missing == set()
    if provider.result.files_required and name not in LINKS_BY_ID:
        assert any(one.get("urls") == [] and one.get("state") == "completed" for one in expected), "nothing made"


NO_SUCH_ANSWER = {
    # Servers that run at the tester's own place: no sign-in, no moderation, or a queue without an end.
    "a1111": {"moderated"},
    "comfyui": {"busy", "expired", "moderated"},
    "comfyui_history": {"busy", "expired", "moderated"},
    "cog": {"expired"},
    "cog_webhook": {"expired"},
    "flower": {"moderated", "refused"},
    "invokeai": {"moderated"},
    "swarmui": {"moderated"},
    # Refused when it is ordered, or without a reason.
    "leonardo": {"moderated"},
    "midjourney_proxy": {"refused"},
    "pika": {"moderated"},
    "recraft": {"moderated"},
    # The files are a request of their own, are made of the id, or none are promised.
    "fal": {"empty", "moderated"},
    "openai_videos": {"empty"},
    "litellm_videos": {"empty"},
    "prefect": {"empty", "refused"},
}
"""What a product does not answer, so that no sample shows it."""


def kinds_of_answers(name):
    """What the samples of a preset show besides its states."""
    expected = expectations(name)
    return {
        "busy": any(one.get("trouble") == "retry" for one in expected),
        "expired": any(one.get("trouble") == "unauthorized" for one in expected),
        "moderated": any(one.get("error_class") == "moderation" for one in expected),
        "empty": any(one.get("urls") == [] and one.get("state") == "completed" for one in expected),
        "refused": any(one.get("trouble") == "refused" or one.get("error_class") == "bad_input" for one in expected),
    }


@pytest.mark.parametrize("name", NAMES)
def test_samples_show_busy_an_ended_token_moderated_a_refused_input_and_an_empty_result(name):
    missing = {kind for kind, shown in kinds_of_answers(name).items() if not shown}
    assert missing <= NO_SUCH_ANSWER.get(name, set())


NOT_SHOWN = {"a1111": ["cancel"], "fal": ["cancel"], "luma": ["cancel"]}
"""Their references name the request, and no answer after it."""


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_claims_what_its_samples_show(name):
    assert unproven(PROVIDERS, name) == NOT_SHOWN.get(name, [])


def swapped(value, old, new):
    if isinstance(value, dict):
        return {key: swapped(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [swapped(item, old, new) for item in value]
    return new if str(value) == old else value


@pytest.mark.parametrize("name", NAMES)
def test_each_word_of_a_preset_is_read_where_its_samples_have_the_state(name):
    provider, reader = PROVIDERS.get(name), PROVIDERS.reader(name, None)
    read = [(sample, reader.read(envelope_of(sample))) for sample in PROVIDERS.entry(name).data["samples"]]
    words = {word.casefold() for word in provider.states}
    shown = [(sample, found) for sample, found in read if str(found.raw).casefold() in words and not found.trouble]
    for word, state in provider.states.items():
        seen = set()
        for sample, found in shown:
            other = reader.read(envelope_of(swapped(sample, found.raw, word)))
            seen.add(str(other.state) if other.trouble is None else f"trouble {other.trouble}")
        assert not shown or str(state) in seen, f"{word} is read as {seen}"


FAILED_QUESTIONS = {
    "busy": ({"http": 429, "body": {"message": "slow down"}}, {"retry"}),
    "a gateway": ({"http": 502, "body": "<html><body>Bad Gateway</body></html>"}, {"retry"}),
    "starting": ({"http": 503, "body": None}, {"retry"}),
    "a token that ended": ({"http": 401, "body": {"message": "token expired"}}, {"unauthorized"}),
    "a page to sign in": ({"http": 200, "body": "<!DOCTYPE html><html><title>Sign in</title></html>"}, {"retry"}),
    "a redirect": ({"http": 302, "headers": {"Location": "https://x/login"}, "body": ""}, {"retry"}),
    "nothing": ({"http": 200, "body": {}}, {"unreadable", "missing", "retry"}),
    "an empty body": ({"http": 200, "body": None}, {"unreadable", "missing", "retry"}),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_question_that_failed_ends_no_task_of_any_preset(name):
    for question, (sample, troubles) in FAILED_QUESTIONS.items():
        found = PROVIDERS.reader(name, None).read(envelope_of(sample))
        assert str(found.trouble) in troubles, (question, found.trouble, found.state)
