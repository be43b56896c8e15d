"""Real files are made and judged by real readers: types, label, defects and their places, sizes."""

import io
import json
import threading
import wave
import zipfile

import av
import pytest
from PIL import Image

from AIGCLibrary.misbehave.faults import OutputFault
from AIGCLibrary.studio.media.label import credit_code, provider_code
from AIGCLibrary.studio.media.order import CancellationToken, Interrupted, Order
from AIGCLibrary.studio.media.picture import STYLES
from AIGCLibrary.studio.media.render import Renderer, make

GO = CancellationToken(threading.Event())
VIDEO = Order("video", "A boat on a lake", width=320, height=180, seconds=2.0)
MEGABYTE = 1024 * 1024


def opened(product):
    return av.open(io.BytesIO(product.blob.read()))


def detected(product, media, name):
    """What one of ffmpeg's detect filters says of a file: metadata key -> values."""
    found = {}
    with opened(product) as container:
        stream = container.streams.video[0] if media == "video" else container.streams.audio[0]
        graph = av.filter.Graph()
        source = graph.add_buffer(template=stream) if media == "video" else graph.add_abuffer(template=stream)
        kind, _equals, options = name.partition("=")
        sink = graph.add("buffersink" if media == "video" else "abuffersink")
        graph.link_nodes(source, graph.add(kind, options), sink).configure()

        def pull():
            while True:
                try:
                    frame = graph.pull()
                except (av.BlockingIOError, av.EOFError):
                    return
                for key, value in frame.metadata.items():
                    found.setdefault(key, []).append(float(value))

        for frame in container.decode(stream):
            graph.push(frame)
            pull()
        graph.push(None)
        pull()
    return found


def label_of(product):
    with opened(product) as container:
        return json.loads(container.metadata["AIGC"])


def test_a_video_has_picture_sound_and_the_ordered_measures():
    product = make(VIDEO, GO)
    with opened(product) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.width, video.height, video.frames) == (320, 180, 48)
        assert container.duration / av.time_base == pytest.approx(2.0, abs=0.1)
        assert audio.codec_context.name == "aac"
        assert sum(1 for _ in container.decode(video)) == 48
    assert product.media_type == "video/mp4"
    assert Image.open(io.BytesIO(product.preview)).format == "JPEG"


def test_a_video_is_neither_black_nor_frozen_nor_silent():
    product = make(VIDEO, GO)
    assert "lavfi.black_start" not in detected(product, "video", "blackdetect=d=0.1")
    assert "lavfi.freezedetect.freeze_start" not in detected(product, "video", "freezedetect=d=0.2")
    assert "lavfi.silence_start" not in detected(product, "audio", "silencedetect=d=0.2")


def test_the_index_stands_first_unless_ordered_last():
    data = make(VIDEO, GO).blob.read()
    assert data.find(b"moov") < data.find(b"mdat")
    data = make(Order("video", "x", width=320, height=180, seconds=1, faults=(OutputFault.MOOV_LAST,)), GO).blob.read()
    assert data.find(b"moov") > data.find(b"mdat")


@pytest.mark.parametrize("order", [VIDEO, Order("audio", "x", seconds=1), Order("audio", "x", seconds=1, format="mp3")])
def test_sound_and_video_carry_the_label_where_readers_find_it(order):
    label = label_of(make(order, GO))
    assert list(label) == [
        "Label",
        "ContentProducer",
        "ProduceID",
        "ReservedCode1",
        "ContentPropagator",
        "PropagateID",
        "ReservedCode2",
    ]
    assert label["Label"] == "1"
    assert len(label["ContentProducer"]) == 27


@pytest.mark.parametrize("name", ["png", "jpeg"])
def test_pictures_carry_the_label_in_their_xmp(name):
    picture = Image.open(io.BytesIO(make(Order("image", "x", format=name), GO).blob.read()))
    packet = picture.info["xmp"]
    text = packet.decode() if isinstance(packet, bytes) else packet
    value = text.split("<TC260:AIGC>")[1].split("</TC260:AIGC>")[0].replace("&quot;", '"')
    assert json.loads(value)["Label"] == "1"


def test_wav_carries_the_label_in_a_chunk_of_its_own():
    data = make(Order("audio", "x", seconds=1, format="wav"), GO).blob.read()
    at = data.find(b"AIGC")
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    assert json.loads(data[at + 8 : at + 8 + size].rstrip(b"\0"))["Label"] == "1"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    with wave.open(io.BytesIO(data)) as sound:
        assert sound.getnframes() == sound.getframerate()


def test_the_provider_code_has_a_right_check_digit():
    # A real code, published on many invoices: the check digit is computed from the first seventeen.
    assert credit_code("91110102MACQD9K64") == "91110102MACQD9K640"
    assert len(provider_code()) == 27


def test_unlabelled_and_wrongly_labelled_files():
    order = Order("audio", "x", seconds=1, faults=(OutputFault.UNLABELLED,))
    with opened(make(order, GO)) as container:
        assert "AIGC" not in container.metadata
    label = label_of(make(Order("audio", "x", seconds=1, faults=(OutputFault.WRONG_LABEL,)), GO))
    assert label["Label"] not in "123"
    assert "ProduceID" not in label


def test_black_frozen_and_silent_spans_are_where_they_were_ordered():
    order = Order(
        "video", "x", width=320, height=180, seconds=6, black=((1.0, 2.0),), frozen=((3.0, 4.5),), silent=((0.5, 2.5),)
    )
    product = make(order, GO)
    black = detected(product, "video", "blackdetect=d=0.5")
    assert black["lavfi.black_start"] == [pytest.approx(1.0, abs=0.05)]
    assert black["lavfi.black_end"] == [pytest.approx(2.0, abs=0.05)]
    frozen = detected(product, "video", "freezedetect=d=1.2")
    assert frozen["lavfi.freezedetect.freeze_start"][0] == pytest.approx(3.0, abs=0.1)
    assert frozen["lavfi.freezedetect.freeze_end"][0] == pytest.approx(4.5, abs=0.1)
    silent = detected(product, "audio", "silencedetect=d=0.5")
    assert silent["lavfi.silence_start"] == [pytest.approx(0.5, abs=0.06)]
    assert silent["lavfi.silence_end"] == [pytest.approx(2.5, abs=0.06)]


def test_a_blank_first_frame_is_only_the_first():
    product = make(Order("video", "x", width=320, height=180, seconds=1, faults=(OutputFault.BLANK_FIRST_FRAME,)), GO)
    with opened(product) as container:
        light = [max(frame.to_image().convert("L").getextrema()) for frame in container.decode(video=0)]
    assert light[0] < 20
    assert min(light[1:]) > 100


@pytest.mark.parametrize("name", ["png", "jpeg", "m4a", "wav", "zip", "mp4"])
def test_corrupt_files_are_noticed_by_careful_readers(name):
    kind = {"png": "image", "jpeg": "image", "zip": "bundle", "mp4": "video"}.get(name, "audio")
    order = Order(kind, "x", width=160, height=90, seconds=1, frames=2, format=name, faults=(OutputFault.CORRUPT,))
    data = make(order, GO).blob.read()
    assert data[:4] != b""
    with pytest.raises((OSError, SyntaxError, zipfile.BadZipFile, av.FFmpegError, wave.Error)):
        read_all(name, data)


def read_all(name, data):
    if name in ("png", "jpeg"):
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
    elif name == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.namelist():
                archive.read(entry)
    elif name == "wav":
        with wave.open(io.BytesIO(data)):
            pass
    else:
        with av.open(io.BytesIO(data)) as container:
            stream = container.streams[0]
            count = sum(1 for _ in container.decode(stream))
        if count < (24 if name == "mp4" else 40):
            raise OSError(f"only {count} frames can be decoded")


def test_mislabelled_files_are_something_else():
    product = make(Order("video", "x", width=160, height=90, seconds=1, faults=(OutputFault.MISLABELLED,)), GO)
    assert (product.media_type, product.extension) == ("video/mp4", ".mp4")
    assert product.blob.read(0, 8) == b"\x89PNG\r\n\x1a\n"


def test_truncated_files_lack_their_end_and_hashes_tell_the_truth_unless_reported_to_lie():
    whole = make(VIDEO, GO)
    cut = make(Order(**{**order_fields(VIDEO), "faults": (OutputFault.TRUNCATED,)}), GO)
    assert cut.blob.size < whole.blob.size
    assert cut.sha256 == cut.blob.sha256()
    liar = make(Order("image", "x", faults=(OutputFault.BAD_HASH,)), GO)
    assert liar.sha256 != liar.blob.sha256()


def order_fields(order):
    return {name: getattr(order, name) for name in Order.__dataclass_fields__}


def test_a_bundle_is_what_its_manifest_says():
    data = make(Order("bundle", "storm", width=160, height=90, frames=5), GO).blob.read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert len(archive.namelist()) == 6
        assert manifest["frame_count"] == 5
        assert len(manifest["files"]) == 5
        for entry in manifest["files"]:
            content = archive.read(entry["name"])
            assert (len(content), sha(content)) == (entry["size"], entry["sha256"])
            assert Image.open(io.BytesIO(content)).size == (160, 90)


def sha(data):
    import hashlib

    return hashlib.sha256(data).hexdigest()


def test_a_slipping_bundle_points_outside():
    data = make(Order("bundle", "x", width=160, height=90, frames=1, faults=(OutputFault.ZIP_SLIP,)), GO).blob.read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [info.orig_filename for info in archive.infolist()]
    assert any(name.startswith("../") for name in names)
    assert any(name.startswith("/") for name in names)


@pytest.mark.parametrize("name", ["png", "jpeg", "mp4", "m4a", "mp3", "wav", "zip"])
def test_files_grow_to_the_ordered_size_and_stay_valid(name):
    kind = {"png": "image", "jpeg": "image", "zip": "bundle", "mp4": "video"}.get(name, "audio")
    order = Order(kind, "x", width=160, height=90, seconds=1, frames=2, format=name, size=3 * MEGABYTE)
    product = make(order, GO)
    assert product.blob.size == pytest.approx(3 * MEGABYTE, rel=0.03)
    read_all(name, product.blob.read())
    held = sum(len(getattr(s, "data", getattr(s, "pattern", b""))) for s in product.blob.segments)
    assert held < MEGABYTE


def test_a_file_of_gigabytes_is_made_without_holding_it():
    product = make(Order("video", "x", width=160, height=90, seconds=0.5, size=1024 * MEGABYTE), GO)
    assert product.blob.size == 1024 * MEGABYTE
    assert len(product.blob.read(product.blob.size - 10)) == 10


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("prompt", ["雨夜里的古城", "one word " * 60, "🎬 emoji", "x" * 2000, "السلام"])
def test_any_prompt_can_be_painted(style, prompt):
    product = make(Order("image", prompt, style, width=64, height=64), GO)
    assert Image.open(io.BytesIO(product.blob.read())).size == (64, 64)


def test_no_font_at_all_is_no_reason_to_crash(monkeypatch):
    from PIL import ImageFont

    from AIGCLibrary.studio.media import fonts

    def missing(*_args, **_options):
        raise OSError

    fonts.font.cache_clear()
    fonts.can_write_chinese.cache_clear()
    monkeypatch.setattr(ImageFont, "truetype", missing)
    monkeypatch.setattr(ImageFont, "load_default", lambda _size=None: ImageFont.load_default_imagefont())
    try:
        product = make(Order("image", "雨夜", width=64, height=64), GO)
    finally:
        fonts.font.cache_clear()
        fonts.can_write_chinese.cache_clear()
    assert product.blob.size > 100


def test_equal_orders_are_made_once_and_equal():
    renderer = Renderer(workers=1)
    try:
        order = Order("image", "once", width=64, height=64)
        assert renderer.submit(order) is renderer.submit(Order("image", "once", width=64, height=64))
        assert renderer.submit(order).result().sha256 == make(order, GO).sha256
    finally:
        renderer.close()


def test_work_ends_early_when_the_studio_stops():
    stop = CancellationToken(threading.Event())
    stop.event.set()
    with pytest.raises(Interrupted):
        make(Order("video", "x", seconds=120), stop)
