"""Damage that decoders repair without a word: in JPEG, FLAC, Matroska, HEVC and transport streams."""

import io

import pytest

from tests.support.damage import samples
from tests.unit.files.conftest import rules_of, scene

CLUSTER = b"\x1f\x43\xb6\x75"


def spots(data, mark):
    found = [data.find(mark)]
    while found[-1] >= 0:
        found.append(data.find(mark, found[-1] + 1))
    return found[:-1]


def jpeg(picture, **options):
    target = io.BytesIO()
    picture.resize((320, 200)).save(target, "JPEG", **options)
    return target.getvalue()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 2}], ids=str)
def test_data_that_a_jpeg_decoder_makes_up(judge, options):
    from PIL import Image

    data = jpeg(Image.effect_noise((320, 200), 80).convert("RGB"), **options)
    half = len(data) // 2
    assert not judge(data, "a.jpg").findings
    for broken in (data[:half] + b"\xff\xd9", data[:half] + bytes(300) + data[half + 300 :], data[:half] + data[-900:]):
        assert rules_of(judge(broken, "a.jpg")) == {"image.data"}


def test_a_jpeg_of_four_inks_and_one_padded_with_zeros_are_right(judge, picture):
    data = jpeg(picture)
    padded = judge(data[:-2] + bytes(37) + data[-2:], "a.jpg")
    assert [(f.rule, str(f.severity)) for f in padded.findings] == [("image.data", "warning")]
    assert not judge(jpeg(picture.convert("CMYK")), "b.jpg").findings


def test_samples_of_a_flac_that_are_there_twice(judge):
    data = samples()["flac"]
    middle = len(data) // 2
    for broken in (data[:middle] + data[middle - 9000 :], data[:middle] + bytes(200) + data[middle + 200 :]):
        assert judge(broken, "a.flac").failed


@pytest.mark.parametrize("name", ["mkv", "webm", "live.webm"])
def test_zeros_in_a_cluster(judge, name):
    data = samples()[name]
    at = (data.find(CLUSTER) + len(data)) // 2
    assert judge(data[:at] + bytes(600) + data[at + 600 :], f"a.{name}").failed


def remuxed(form, **options):
    """Put a film of two seconds into clusters of a fifth of a second."""
    import av

    target = io.BytesIO()
    options = {"cluster_time_limit": "200", **options}
    source = av.open(io.BytesIO(samples()["webm"]))
    with av.open(target, "w", format=form, options=options) as sink:
        copies = {stream: sink.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = copies[packet.stream]
                sink.mux(packet)
    return target.getvalue()


@pytest.mark.parametrize("options", [{}, {"live": "1"}], ids=["indexed", "live"])
@pytest.mark.parametrize("form", ["webm", "matroska"])
def test_clusters_that_are_missing(judge, form, options):
    data = remuxed(form, **options)
    clusters = spots(data, CLUSTER)
    assert not judge(data, "a.mkv").failed
    found = judge(data[: clusters[2]] + data[clusters[5] :], "b.mkv")
    messages = [f.message for f in found.findings if f.rule == "media.structure"]
    assert len(messages) == 1
    assert found.failed
    if options:
        assert "no track has a block" in messages[0]


def test_an_index_that_points_where_no_cluster_is(judge):
    data = bytearray(remuxed("webm"))
    at = data.rfind(b"\xf1")  # place of the cluster of the last entry
    data[at + 2] ^= 1
    found = judge(bytes(data), "a.webm")
    assert [f.rule for f in found.findings] == ["media.structure"]
    assert "index points" in found.findings[0].message


def test_slices_of_hevc_that_the_decoder_leaves_out(judge):
    import av
    from PIL import Image

    target = io.BytesIO()
    settings = "log-level=none:pools=1:frame-threads=1:aq-mode=2:bitrate=200:wpp=0"
    with av.open(target, "w", format="mp4") as sink:
        stream = sink.add_stream("libx265", rate=10, options={"x265-params": settings})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(10):
            image = Image.effect_mandelbrot((160, 96), (-2 + number / 20, -1.5, 1, 1.5), 60)
            frame = av.VideoFrame.from_image(image.convert("RGB"))
            frame.pts = number
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode())
    data = target.getvalue()
    assert not judge(data, "a.mp4", "video").failed
    start, rejected = data.find(b"mdat"), 0
    for place, fill in ((8500, 0), (9500, 0), (9500, 255), (12200, 255), (12900, 0), (15600, 0)):
        at = start + place
        rejected += judge(data[:at] + bytes([fill]) * 60 + data[at + 60 :], "b.mp4", "video").failed
    assert rejected >= 4  # what is left may make sense as another picture


def test_a_frame_of_aac_that_does_not_begin_where_the_last_one_ends(judge):
    import av

    target = io.BytesIO()
    source = av.open(io.BytesIO(samples()["m4a"]))
    with av.open(target, "w", format="adts") as sink:
        copy = sink.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = copy
                sink.mux(packet)
    data = target.getvalue()
    half = len(data) // 2
    for right in (data, data + b"TAG" + bytes(125), data + bytes(64)):
        assert not judge(right, "a.aac").failed
    for broken in (data[:half] + data[half + 90 :], data[:-3], data[:half] + data[half - 90 :]):
        assert rules_of(judge(broken, "b.aac")) == {"media.structure"}


def test_a_gif_whose_end_was_never_written(judge):
    data = samples()["moving.gif"]
    at = next(n for n in range(len(data) - 1, 0, -1) if data[n - 1 : n + 2] == b"\0\x21\xf9")  # a block begins
    assert judge(data[:at] + bytes(len(data) - at), "a.gif").failed
    assert not judge(data[:-1] + b"\0\0\0", "b.gif").failed


def test_lost_packets_of_a_transport_stream_are_damage(judge, tmp_path):
    import av
    from PIL import Image

    path = tmp_path / "a.ts"
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(25):
            picture = Image.effect_noise((96, 64), 20 + number).convert("RGB")
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    whole = path.read_bytes()
    lost = whole[: 188 * 60] + whole[188 * 63 :]
    assert not judge(whole, "a.ts", "any").failed
    assert "media.packets" in {f.rule for f in judge(lost, "a.ts", "any").findings}
    stamped = b"".join(b"\0\0\0\0" + whole[at : at + 188] for at in range(0, len(whole), 188))
    assert judge(stamped, "a.m2ts", "any").media_type == "video/mp2t"
    assert not judge(stamped, "a.m2ts", "any").failed
    assert {f.rule for f in judge(stamped[:-90], "a.m2ts", "any").findings} == {"media.structure"}
    hole = whole[: 188 * 60 + 100] + whole[188 * 61 + 20 :]
    message = next(f.message for f in judge(hole, "a.ts", "any").findings if f.rule == "media.structure")
    assert message.startswith(f"There is no packet at offset {188 * 61}")
    assert judge(stamped[: 192 * 9] + b"\0" * 8 + stamped[192 * 9 + 8 :], "a.m2ts", "any").failed


@pytest.mark.parametrize("form", ["avi", "mov"])
def test_a_frame_of_motion_jpeg_that_the_decoder_makes_up(judge, tmp_path, form):
    import av

    path = tmp_path / "whole"
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuvj420p"
        for number in range(10):
            container.mux(stream.encode(av.VideoFrame.from_image(scene(number))))
        container.mux(stream.encode())
    whole = path.read_bytes()
    assert not judge(whole, f"a.{form}", "video").failed
    at = spots(whole, b"\xff\xd8\xff")[5] + 2600
    assert judge(whole[:at] + bytes(400) + whole[at + 400 :], f"a.{form}", "video").failed
