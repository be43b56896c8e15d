"""Every built-in description reads its own recorded answers as they are meant."""

import re
from importlib import resources

import pytest

from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.samples import check_samples

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
