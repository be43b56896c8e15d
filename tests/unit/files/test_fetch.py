"""Downloads: judged before and while they arrive, resumed, bounded, and nothing left behind."""

import gzip
import hashlib
import json
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from AIGCLibrary.files.context import Stopped
from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.options import FileLimits
from AIGCLibrary.files.pipeline import FileJob, ProcessingPipeline
from AIGCLibrary.http.connection import Connection
from tests.unit.files.conftest import make_zip


def sha(data):
    return hashlib.sha256(data).hexdigest()


def test_whole_file_is_hashed_and_accepted(server, fetch, mp4):
    report = fetch(server.add("/a.mp4", mp4), {"type": "video/mp4", "duration": "1.9..2.1 s"})
    assert report.success
    assert report.sha256 == sha(mp4)
    assert report.traffic["wire"] == report.size == len(mp4)
    assert report.disk["efficiency"] == 1.0


def test_big_file_goes_through_threads(server, fetch, noise):
    report = fetch(server.add("/a.bin", noise))
    assert report.sha256 == sha(noise)


@pytest.mark.parametrize("options", [{"ranges": False}, {"etag": None}, {"chunked": True, "ranges": False}])
def test_servers_without_ranges_or_tags_or_lengths(server, fetch, noise, options):
    assert fetch(server.add("/a.bin", noise, **options)).sha256 == sha(noise)


@pytest.mark.parametrize("size", [100, 200_000])
def test_a_range_that_claims_a_byte_behind_the_end_is_read_to_the_end(server, fetch, noise, size):
    url = server.add("/a.bin", noise[:size], overstated=True)
    assert fetch(url, stall=2).sha256 == fetch(url, stall=2).sha256 == sha(noise[:size])


def test_empty_file_is_rejected(server, fetch):
    report = fetch(server.add("/a.mp4", b""))
    assert [finding.rule for finding in report.findings] == ["empty"]


def test_wrong_type_is_rejected_after_the_first_kilobytes(server, fetch, noise):
    report = fetch(server.add("/a.mp4", b"<!doctype html><p>Sorry" + noise), {"type": "video/mp4"})
    assert report.early
    assert report.traffic["requests"] == 1
    assert report.traffic["wire"] <= 64 << 10
    assert report.traffic["saved"] > 2_900_000
    assert report.path is None


def test_duration_behind_the_media_is_seen_before_the_body(server, fetch, mp4_last, noise):
    free = len(noise) + 8
    body = mp4_last[:32] + free.to_bytes(4, "big") + b"free" + noise + mp4_last[32:]
    report = fetch(server.add("/a.mp4", _shifted(body, mp4_last, free)), {"duration": "60 s"})
    assert {finding.rule for finding in report.findings} == {"duration"}
    assert report.traffic["requests"] <= 3
    assert report.traffic["wire"] <= 256 << 10


def _shifted(body, original, by):
    """Move the chunk offsets of the index by what was put before the media."""
    data = bytearray(body)
    at = data.find(b"stco")
    while at > 0:
        count = int.from_bytes(data[at + 8 : at + 12], "big")
        for index in range(count):
            place = at + 12 + 4 * index
            data[place : place + 4] = (int.from_bytes(data[place : place + 4], "big") + by).to_bytes(4, "big")
        at = data.find(b"stco", at + 4)
    return bytes(data)


def test_path_traversal_is_seen_before_the_body(server, fetch, noise):
    body = make_zip({"a.bin": noise, "../../escaped": b"x"}, method=0)
    report = fetch(server.add("/a.zip", body))
    assert {finding.rule for finding in report.findings} == {"zip.unsafe_name"}
    assert report.traffic["wire"] <= 256 << 10
    assert report.traffic["requests"] <= 3


def test_early_off_fetches_the_whole_file(server, fetch, noise):
    report = fetch(server.add("/a.mp4", noise), {"type": "video/mp4", "early": False})
    assert not report.early
    assert report.sha256 == sha(noise)


def test_broken_connection_is_resumed(server, fetch, noise):
    url = server.add("/a.bin", noise, drop_at=1_000_000, drop_times=2)
    report = fetch(url)
    assert report.sha256 == sha(noise)
    assert report.traffic["resumed"] == 2
    assert report.traffic["restarted"] == 0


def test_zip_is_verified_across_a_resume(server, fetch, noise):
    body = make_zip({"a.bin": noise})
    report = fetch(server.add("/a.zip", body, drop_at=700_000, drop_times=3), "bundle")
    assert report.success
    assert report.traffic["resumed"] == 3


def test_without_a_tag_the_download_begins_again(server, fetch, noise):
    report = fetch(server.add("/a.bin", noise, etag=None, drop_at=1_000_000, drop_times=1))
    assert report.sha256 == sha(noise)
    assert report.traffic["restarted"] == 1


def test_a_changed_file_is_fetched_again_from_its_start(server, fetch, noise):
    """The server swaps the file during the download: the second version must come out whole."""
    url = server.add("/a.bin", noise, drop_at=1_000_000, drop_times=1)
    other = noise[::-1]
    behaviour = server.files["/a.bin"]

    class Swapping(list):
        def append(self, item):
            super().append(item)
            if len(self) == 3:
                behaviour.body, behaviour.etag = other, '"v2"'

    behaviour.requests = Swapping()
    report = fetch(url)
    assert report.sha256 == sha(other)
    assert report.traffic["restarted"] == 1


def test_file_that_changes_each_time_is_an_error(server, fetch, noise):
    with pytest.raises(DownloadError) as caught:
        fetch(server.add("/a.bin", noise, changing=True, drop_at=1_000_000))
    assert caught.value.code == "AIGC313"


def test_server_that_never_gets_further_is_an_error(server, fetch, noise):
    with pytest.raises(DownloadError) as caught:
        fetch(server.add("/a.bin", noise, ranges=False, drop_at=500_000))
    assert caught.value.code == "AIGC312"
    assert "of 3 MB" in caught.value.message


def test_length_that_is_announced_too_long_is_an_error(server, fetch, noise):
    with pytest.raises(DownloadError) as caught:
        fetch(server.add("/a.bin", noise, extra_length=5000, ranges=False))
    assert caught.value.code == "AIGC312"
    assert "ended after 3000000 of 3005000 bytes" in caught.value.message


def test_stalled_server_is_an_error(server, fetch, noise):
    url = server.add("/a.bin", noise, pause_at=500_000, pause=2.0, ranges=False)
    with pytest.raises(DownloadError) as caught:
        fetch(url, stall=0.1)
    assert caught.value.code == "AIGC311"
    assert "sent nothing for 0.1 s" in caught.value.message


def test_slow_server_is_an_error(server, fetch, noise):
    url = server.add("/a.bin", noise, pause_at=0, pause=0.02, ranges=False)
    with pytest.raises(DownloadError) as caught:
        fetch(url, low_speed=10**9, low_speed_time=0.1)
    assert caught.value.code == "AIGC311"


@pytest.mark.parametrize("where", ["head", "chunk", "body"])
def test_server_that_drips_is_an_error_with_the_measured_rate(fetch, where):
    begin = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    start, drip = {
        "head": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        "chunk": (begin, b"0"),
        "body": (begin + b"ffff\r\n", b"x"),
    }[where]
    with _dripping(start, drip) as url, pytest.raises(DownloadError) as caught:
        fetch(url, stall=20, low_speed=5000, low_speed_time=0.2)
    assert caught.value.code == "AIGC311"
    assert re.search(r"sent only .*/s over 0\.\d s \(low_speed: at least 5 kB/s\)", caught.value.message)


@contextmanager
def _dripping(start, drip):
    """Serve one answer that never ends, a byte at a time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            peer, _ = listening.accept()
            with peer, suppress(OSError):
                peer.recv(65536)
                peer.sendall(start)
                while True:
                    peer.sendall(drip)
                    time.sleep(0.01)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/a.bin"


@pytest.mark.parametrize("options", [{}, {"chunked": True, "ranges": False}])
def test_too_large_is_refused_by_length_or_while_it_arrives(server, fetch, noise, options):
    with pytest.raises(DownloadError) as caught:
        fetch(server.add("/a.bin", noise, **options), max_size=1_500_000)
    assert caught.value.code == "AIGC307"
    assert "1.5 MB are allowed" in caught.value.message


def test_compressed_transfer_is_decoded_and_hashed_as_the_file(server, fetch):
    body = json.dumps([{"n": i} for i in range(50_000)]).encode()
    url = server.add("/a.json", gzip.compress(body), encoding="gzip", ranges=False)
    report = fetch(url, "json")
    assert report.sha256 == sha(body)
    assert report.size == len(body)
    assert report.facts["json"]["items"] == 50_000
    assert report.traffic["wire"] < len(body)


def test_compressed_bomb_is_cut_at_the_decoded_size(server, fetch):
    url = server.add("/a.json", gzip.compress(b" " * 20_000_000), encoding="gzip", ranges=False)
    with pytest.raises(DownloadError) as caught:
        fetch(url, max_size=1_000_000)
    assert caught.value.code == "AIGC307"


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b"[1, 2]")[:-6]], ids=["no gzip", "cut short"])
def test_broken_compression_is_an_error(server, fetch, body):
    with pytest.raises(DownloadError) as caught:
        fetch(server.add("/a.json", body, encoding="gzip", ranges=False))
    assert caught.value.code == "AIGC318"


def test_busy_server_is_asked_again(server, fetch, mp4):
    report = fetch(server.add("/a.mp4", mp4, busy=2))
    assert report.success
    assert report.traffic["retried"] == 2


def test_http_error_tells_status_and_body(server, fetch):
    with pytest.raises(DownloadError) as caught:
        fetch(server.add("/a.mp4", b"", status=403))
    assert "answered 403 Forbidden" in caught.value.message
    assert caught.value.facts["status"] == 403


def test_missing_file(server, fetch):
    with pytest.raises(DownloadError, match="answered 404"):
        fetch(server.url + "/gone.mp4")


def test_unreachable_server(fetch):
    with pytest.raises(DownloadError) as caught:
        fetch("http://127.0.0.1:1/a.mp4")
    assert caught.value.code == "AIGC310"


def test_credentials_do_not_follow_a_redirect_to_another_host(server, mp4, tmp_path):
    server.add("/b.mp4", mp4)
    away = server.url.replace("127.0.0.1", "localhost") + "/b.mp4"
    url = server.add("/a.mp4", b"", redirect=away)
    connection = Connection(server.url, headers={"Authorization": "Bearer secret-token"})
    order = FileJob(url, connection=connection, limits=FileLimits(temp=tmp_path))
    assert ProcessingPipeline().run(order).success
    assert server.files["/a.mp4"].requests[0]["Authorization"] == "Bearer secret-token"
    assert all("Authorization" not in request for request in server.files["/b.mp4"].requests)


def test_stop_sign_ends_a_waiting_download(server, noise, tmp_path):
    url = server.add("/a.bin", noise, pause_at=200_000, pause=30.0, ranges=False)
    order = FileJob(url, limits=FileLimits(temp=tmp_path / "temp"))
    threading.Timer(0.2, order.stop.set).start()
    with pytest.raises(Stopped):
        ProcessingPipeline().run(order)
    assert not any((tmp_path / "temp").iterdir())


def test_stop_sign_ends_a_wait_for_the_answer(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        order = FileJob(f"http://127.0.0.1:{silent.getsockname()[1]}/a.bin", limits=FileLimits(temp=tmp_path / "temp"))
        threading.Timer(0.2, order.stop.set).start()
        with pytest.raises(Stopped):
            ProcessingPipeline().run(order)


def test_progress_is_reported(server, noise, tmp_path):
    reported = []
    order = FileJob(
        server.add("/a.bin", noise), limits=FileLimits(temp=tmp_path), progress=lambda *seen: reported.append(seen)
    )
    ProcessingPipeline().run(order)
    assert reported[-1] == (len(noise), len(noise))


def test_wrong_label_is_seen_before_the_body(server, fetch, noise):
    from AIGCLibrary.misbehave.faults import OutputFault
    from tests.unit.files.conftest import studio_video

    wrong = studio_video(faults=(OutputFault.WRONG_LABEL,))
    body = wrong + (len(noise) + 8).to_bytes(4, "big") + b"free" + noise
    report = fetch(server.add("/a.mp4", body), "labelled")
    assert {finding.kind for finding in report.findings} == {"label_invalid"}
    assert report.early
    assert report.traffic["wire"] <= 64 << 10
