"""The frame rate is that of the frames, whatever delay reordered frames add to the track."""

import av
import numpy as np

from AIGCLibrary.files.iso.boxes import Box
from AIGCLibrary.files.iso.facts import describe
from AIGCLibrary.files.iso.fragments import Fragments
from AIGCLibrary.files.iso.movie import read_movie


def video_with_b_frames(path, frames=96, rate=24):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.options = {"bf": "2", "b-pyramid": "normal"}
        for number in range(frames):
            picture = np.full((64, 64, 3), number % 255, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def test_reordered_frames_do_not_lower_the_rate(tmp_path):
    path = tmp_path / "b.mp4"
    video_with_b_frames(path)
    data = path.read_bytes()
    start = data.index(b"moov") - 4
    size = int.from_bytes(data[start : start + 4], "big")
    moov = Box(b"moov", memoryview(data)[start + 8 : start + size], start, 8)
    assert describe(read_movie(moov), Fragments())["fps"] == 24.0
