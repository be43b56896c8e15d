"""Damage that FFmpeg's decoders report in their log alone, and what is said where nothing can be decoded."""

import sys

import pytest

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.options import FileLimits
from tests.unit.files.conftest import BOOK, scene
from tests.unit.files.test_stated_damage import sound


def film(tmp_path, form, codec, pixels, size=(192, 108), frames=6):
    import av

    path = tmp_path / "whole"
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=25)
        (stream.width, stream.height), stream.pix_fmt = size, pixels
        for number in range(frames):
            picture = scene(number).resize(size)
            container.mux(stream.encode(av.VideoFrame.from_image(picture).reformat(format=pixels)))
        container.mux(stream.encode())
    return path.read_bytes()


def dv(tmp_path, size=(720, 576), pixels="yuv420p"):
    return film(tmp_path, "dv", "dvvideo", pixels, size, frames=4)


def overwritten(data, at, size=120):
    return data[:at] + bytes(byte ^ 0x5A for byte in data[at : at + size]) + data[at + size :]


FILMS = {
    "dv": ("avi", "dvvideo", "yuv420p", (720, 576)),
    "cinepak": ("mov", "cinepak", "rgb24", (64, 48)),
    "jpeg2000": ("mov", "jpeg2000", "rgb24", (192, 108)),
}


def damaged(data):
    return overwritten(data, len(data) * 5 // 9, max(300, len(data) // 40))


@pytest.mark.parametrize("which", FILMS)
def test_what_a_decoder_makes_up_and_only_logs_is_damage(judge, tmp_path, which):
    form, *rest = FILMS[which]
    data = film(tmp_path, form, *rest)
    assert not [f for f in judge(data, f"a.{form}", "video").findings if f.rule.startswith(("media", "intact"))]
    found = judge(damaged(data), f"b.{form}", {"extends": "video", "quality": {"frozen": "< 99 s"}})
    assert found.failed
    assert {"media.concealed", "media.packets"} & {f.rule for f in found.findings}


@pytest.mark.parametrize(("intact", "failed"), [(None, False), ("decoded", True)])
def test_a_log_that_cannot_be_read_is_said_and_is_no_damage(judge, tmp_path, monkeypatch, intact, failed):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    rules = {"quality": {"black": "< 99 s"}, **({"intact": intact} if intact else {})}
    found = judge(dv(tmp_path), "a.dv", rules)
    assert found.failed is failed
    message = next(f.message for f in found.findings if f.rule == "intact")
    assert message.startswith("Whether the decoder makes up what is damaged was not measured: the process")


def test_a_log_that_takes_too_much_work_is_said(tmp_path):
    path = tmp_path / "a.dv"
    path.write_bytes(dv(tmp_path))
    examination = Examination("a.dv", BOOK.get({"quality": {"black": "< 99 s"}}), limits=FileLimits(work=100_000))
    judge_file(examination, path)
    assert not examination.failed
    assert "options.files.work" in next(f.message for f in examination.findings if f.rule == "intact")


def test_a_decoder_that_cannot_start_is_no_damage(judge, tmp_path):
    data, name = bytearray(sound(tmp_path, "asf", "wmav2")), "a.wma"
    block_align = data.find(b"\x61\x01\x01\0" + (44100).to_bytes(4, "little")) + 12
    data[block_align : block_align + 2] = b"\0\0"
    found = judge(bytes(data), name, {"quality": {"silent": "< 9 s"}})
    assert [f.rule for f in found.findings if f.severity == "error"] == ["quality.silent"]
    assert "the decoder of 'wmav2' cannot start" in found.findings[-1].message
    found = judge(bytes(data), name)
    assert not found.failed
    assert any("The sound was not decoded: the decoder of 'wmav2'" in f.message for f in found.findings)


@pytest.mark.parametrize(("size", "pixels"), [((720, 576), "yuv420p"), ((720, 480), "yuv411p")])
def test_raw_dv_is_a_film(judge, tmp_path, size, pixels):
    data = dv(tmp_path, size, pixels)
    found = judge(data, "a.dv", "video")
    assert not found.failed
    assert (found.media_type, found.facts["media"]["stored_width"]) == ("video/dv", 720)
    assert found.facts["media"]["fps"] == (25.0 if size[1] == 576 else 29.97)
    for broken in (data[:-5000], data[:300_000] + data[301_000:], data[:300_000] + bytes(13_000) + data[313_000:]):
        assert "media.structure" in {f.rule for f in judge(broken, "b.dv").findings}
