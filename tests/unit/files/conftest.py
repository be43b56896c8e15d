"""Real small files, made once, and a server that misbehaves."""

import io
import random
import subprocess
import threading
import wave
import zipfile

import pytest

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.evaluation import judge_file
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.pipeline import FileJob, ProcessingPipeline
from AIGCLibrary.files.rules import RuleBook
from tests.unit.files.server import FileServer

CODE = "001191110000MA00DEM06910001"
FIELDS = {
    "Label": "1",
    "ContentProducer": "001191110102MACQD9K64010000",
    "ProduceID": "p-1",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}
BOOK = RuleBook()


def studio_video(**options):
    from AIGCLibrary.studio.media.order import CancellationToken
    from AIGCLibrary.studio.media.order import Order as StudioOrder
    from AIGCLibrary.studio.media.video import encode_video

    settings = {"width": 320, "height": 180, "seconds": 2.0, "seed": 1, **options}
    return encode_video(StudioOrder("video", "a cat", **settings), CancellationToken(threading.Event()))


def scene(seed):
    """A picture with shapes, as no other seed makes it."""
    from PIL import Image, ImageDraw

    rng = random.Random(seed)
    picture = Image.new("RGB", (192, 108), tuple(rng.randint(40, 200) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(9):
        left, top = rng.randint(0, 150), rng.randint(0, 80)
        box = (left, top, left + rng.randint(20, 70), top + rng.randint(15, 60))
        draw.ellipse(box, fill=tuple(rng.randint(0, 255) for _ in range(3)))
    return picture


def make_zip(entries, *, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target.getvalue()


@pytest.fixture(scope="session")
def mp4():
    return studio_video()


@pytest.fixture(scope="session")
def mp4_last():
    from AIGCLibrary.misbehave.faults import OutputFault

    return studio_video(faults=(OutputFault.MOOV_LAST,))


@pytest.fixture(scope="session")
def noise():
    return random.Random(3).randbytes(3_000_000)


@pytest.fixture(scope="session")
def wav():
    import math
    from array import array

    samples = array("h", (int(12000 * math.sin(i / 20)) for i in range(44100)))
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(44100)
        writer.writeframes(samples.tobytes())
    return target.getvalue()


@pytest.fixture
def picture():
    from PIL import Image

    image = Image.linear_gradient("L").convert("RGB")
    return image.resize((96, 64))


@pytest.fixture
def judge(tmp_path):
    """Judge content: `judge(data, "name.zip", rules)`."""

    def run(data, name, rules=None):
        path = tmp_path / name
        path.write_bytes(data)
        examination = Examination(name, BOOK.get(rules or "any"))
        judge_file(examination, path)
        return examination

    return run


@pytest.fixture
def server():
    with FileServer() as running:
        yield running
        running.shutdown()


@pytest.fixture
def fetch(tmp_path):
    """Take a URL through the pipeline: `fetch(url, rules, **limits)`."""

    def run(url, rules=None, keep="never", **limits):
        temp = tmp_path / "temp"
        order = FileJob(url, rules=BOOK.get(rules), limits=FileLimits(temp=temp, **limits), keep=keep)
        try:
            return ProcessingPipeline().run(order)
        finally:
            if keep == "never":
                assert not any(temp.iterdir()), "something was left behind"

    return run


def rules_of(examination):
    """The rules that are broken."""
    return {finding.rule for finding in examination.findings if finding.severity == "error"}


@pytest.fixture(scope="session")
def font():
    """A font with Chinese characters."""
    found = subprocess.run(["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=True)
    return min(line.split(":")[0] for line in found.stdout.splitlines() if "Regular" in line)
