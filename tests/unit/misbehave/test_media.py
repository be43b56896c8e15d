"""Wrong files made from right ones: each is rejected for its fault, and for nothing else."""

import hashlib
import json
import struct
import threading
import wave
from io import BytesIO

import pytest
from PIL import Image

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.files.finding import Severity
from AIGCLibrary.misbehave.announcements import announce, announce_wrong
from AIGCLibrary.misbehave.faults import FAULTS
from AIGCLibrary.misbehave.media.impossible import ImpossibleFaultError
from AIGCLibrary.misbehave.media.making import make
from AIGCLibrary.studio.media.order import CancellationToken, Order
from AIGCLibrary.studio.media.render import make as produced

LABELS = {"aigc": "required"}
RULES = {
    "mp4": {
        "extends": "video",
        "type": "video/mp4",
        "resolution": "160x90",
        "duration": "0.9..1.1 s",
        "faststart": True,
        "labels": LABELS,
        "quality": {"black": "< 0.2 s", "frozen": "< 0.7 s", "silent": "< 0.5 s", "blank_first_frame": False},
    },
    "png": {"extends": "image", "type": "image/png", "width": 160, "labels": LABELS, "quality": {"blank": False}},
    "jpeg": {"extends": "image", "type": "image/jpeg", "width": 160, "labels": LABELS, "quality": {"blank": False}},
    "wav": {"extends": "audio", "type": "audio/wav", "duration": "0.9..1.1 s", "labels": LABELS,
            "quality": {"silent": "< 0.5 s"}},
    "m4a": {"extends": "audio", "type": "audio/mp4", "duration": "0.9..1.2 s", "labels": LABELS,
            "quality": {"silent": "< 0.5 s"}},
    "zip": {"extends": "bundle"},
}  # fmt: skip
KINDS = {"mp4": "video", "png": "image", "jpeg": "image", "wav": "audio", "m4a": "audio", "zip": "bundle"}
EXPECTED = {
    "black": {"quality.black", "quality.blank", "quality.blank_first_frame"},
    "frozen": {"quality.frozen"},
    "silent": {"quality.silent"},
    "blank_first_frame": {"quality.blank_first_frame"},
    "wrong_length": {"duration"},
    "wrong_size": {"resolution", "width"},
    "unlabelled": {"labels.aigc"},
    "wrong_label": {"labels.aigc.Label"},
    "mislabelled": {"type"},
    "moov_last": {"faststart"},
    "zip_slip": {"zip.unsafe_name"},
}
CASES = [
    (form, name)
    for form, kind in KINDS.items()
    for name in ("corrupt", "truncated", *EXPECTED)
    if (not FAULTS[name].media or kind.replace("bundle", "application") in FAULTS[name].media)
    and not (form == "mp4" and name in ("corrupt", "truncated", "unlabelled", "wrong_label"))  # boxes are those of m4a
]


@pytest.fixture(scope="module")
def right():
    """A right file of each kind."""
    stop = CancellationToken(threading.Event())
    orders = {
        form: Order(kind, "a harbour", width=160, height=90, seconds=1.0, frames=2, format=form)
        for form, kind in KINDS.items()
    }
    return {form: produced(order, stop) for form, order in orders.items()}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("judged")
    engine = Engine(Settings(), directory=folder)

    def judge(content, form, extension):
        path = folder / f"file{extension}"
        path.write_bytes(content)
        report = engine.files.validate(path, RULES[form])
        return {one.rule for one in report.findings if one.severity is Severity.ERROR}

    yield judge
    engine.close()


def content_of(product):
    return product.blob.read(0, product.blob.size)


@pytest.mark.parametrize(("form", "fault"), CASES)
def test_a_wrong_file_is_rejected_for_its_fault_alone(right, judged, form, fault):
    product = right[form]
    content = content_of(product)
    made = make(fault, content, product.media_type, FAULTS[fault].default)
    found = judged(made, form, product.extension)
    if fault in EXPECTED:
        assert found, fault
        assert found <= EXPECTED[fault]
    else:
        assert found


@pytest.mark.parametrize("form", KINDS)
def test_the_file_that_the_wrong_ones_are_made_from_is_right(right, judged, form):
    assert judged(content_of(right[form]), form, right[form].extension) == set()


def test_a_fault_in_a_span_leaves_the_rest(right):
    content = content_of(right["wav"])
    made = make("silent", content, "audio/wav", (0.25, 0.5))
    with wave.open(BytesIO(content)) as before, wave.open(BytesIO(made)) as after:
        rate = before.getframerate()
        old, new = before.readframes(rate), after.readframes(rate)
    width = len(old) // rate
    first, last = rate // 4 * width, rate // 2 * width
    assert new[first:last] == bytes(last - first)
    assert (new[:first], new[last:]) == (old[:first], old[last:])


def test_the_visible_mark_is_gone_and_the_label_stays(right, judged):
    product = right["png"]
    content = content_of(product)
    made = make("no_visible_mark", content, product.media_type, None)
    assert judged(made, "png", ".png") == set()
    with Image.open(BytesIO(content)) as before, Image.open(BytesIO(made)) as after:
        assert before.size == after.size
        assert before.tobytes() != after.tobytes()


def test_a_fault_that_a_file_cannot_have_is_refused(right):
    with pytest.raises(ImpossibleFaultError):
        make("zip_slip", content_of(right["png"]), "image/png", None)
    with pytest.raises(ImpossibleFaultError):
        make("unlabelled", b"plain text", "text/plain", None)
    with pytest.raises(ImpossibleFaultError):
        make("black", b"no picture", "image/png", None)


def test_an_announcement_follows_the_file_wherever_it_stands():
    old, new = b"right", b"wrong!"
    digest = hashlib.sha256(old).hexdigest()
    answer = {"files": [{"size": 5, "sha256": digest, "etag": f'"{digest}"', "id": 5}], "seconds": 5, "ok": True}
    assert announce(answer, old, new)
    now = hashlib.sha256(new).hexdigest()
    assert answer == {"files": [{"size": 6, "sha256": now, "etag": f'"{now}"', "id": 5}], "seconds": 5, "ok": True}
    assert announce_wrong(answer, new)
    assert answer["files"][0]["sha256"] == now[::-1]
    assert not announce({"status": "done"}, old, new)


def test_the_chunks_of_a_falsified_label_are_whole(right):
    made = make("wrong_label", content_of(right["png"]), "image/png", None)
    with Image.open(BytesIO(made)) as picture:
        picture.load()
        assert (
            json.loads(
                picture.info["XML:com.adobe.xmp"].partition("AIGC>")[2].partition("<")[0].replace("&quot;", '"')
            )["Label"]
            == "9"
        )
    assert struct.unpack(">I", made[8:12]) == (13,)
