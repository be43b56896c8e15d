"""How much of a broken file is good, and that a failure tells it."""

import io
import json
import random
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import FileError
from AIGCLibrary.files.salvage import good_part


def archive(method, streamed=False):
    data = io.BytesIO()
    target = Unseekable(data) if streamed else data
    with zipfile.ZipFile(target, "w", method) as file:
        for number in range(5):
            file.writestr(f"scene{number}.txt", random.Random(number).randbytes(9000).hex())
    return data.getvalue()


class Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors."""

    def __init__(self, under):
        self.under = under

    def writable(self):
        return True

    def write(self, data):
        return self.under.write(data)


@pytest.fixture(scope="module")
def film():
    from AIGCLibrary.studio.media.order import CancellationToken, Order
    from AIGCLibrary.studio.media.render import make

    order = Order(kind="video", prompt="a boat", seconds=4.0)
    return b"".join(make(order, CancellationToken(threading.Event())).blob.chunks())


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(("share", "good"), [(0.1, 0), (0.5, 2), (0.9, 4)])
def test_entries_of_a_cut_archive(tmp_path, method, share, good):
    data = archive(method)
    path = tmp_path / "a.zip"
    path.write_bytes(data[: int(len(data) * share)])
    found = good_part(path)
    assert (found.count, found.unit) == (good, "entries")
    assert found.last == (f"scene{good - 1}.txt" if good else "")


def test_entries_that_were_written_as_a_stream(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(archive(zipfile.ZIP_DEFLATED, streamed=True)[:-300])
    assert good_part(path).count == 5


def test_a_damaged_entry_ends_the_good_part(tmp_path):
    data = bytearray(archive(zipfile.ZIP_STORED))
    data[len(data) // 2] ^= 1
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert good_part(path).count == 2


def test_seconds_of_a_cut_film(tmp_path, film):
    path = tmp_path / "a.mp4"
    path.write_bytes(film[: int(len(film) * 0.6)])
    found = good_part(path)
    assert found.total == pytest.approx(4.0, abs=0.1)
    assert 0.5 < found.count < 3.5


@pytest.mark.parametrize(
    ("name", "text", "unit"),
    [
        ("a.jsonl", '{"a": 1}\n{"a": 2}\n{"a":', "lines"),
        ("a.json", '[{"a": 1}, {"a": "[]"}, {"a":', "items"),
    ],
)
def test_json_up_to_the_break(tmp_path, name, text, unit):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = good_part(tmp_path / name)
    assert (found.count, found.unit) == (2, unit)


def test_of_what_is_not_known_nothing_is_said(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"\x01\x02\x03" * 50)
    assert good_part(tmp_path / "a.bin") is None
    assert good_part(tmp_path / "missing") is None


def advice(engine, call):
    with pytest.raises(FileError) as caught:
        call()
    engine.recovery.note("Process File", caught.value)
    found = engine.recovery.conclude("Suite.Test", True, caught.value.message)
    assert found[0].source == "re_download"
    return next(one for one in found if one.source == "validate_partial")


def test_failure_of_a_local_file_tells_what_is_good(tmp_path):
    engine = Engine(Settings(language="en").identified({}), directory=tmp_path)
    data = archive(zipfile.ZIP_DEFLATED)
    (tmp_path / "half.zip").write_bytes(data[: len(data) // 2])
    try:
        one = advice(engine, lambda: engine.files.validate(tmp_path / "half.zip").raise_for_errors())
        assert "The first 2 entries of the file are good (up to scene1.txt)" in one.line("en")
        assert "文件的前 2 个条目是完好的" in one.line("zh")
    finally:
        engine.close()


def test_download_that_breaks_off_tells_what_is_good(tmp_path):
    data = archive(zipfile.ZIP_STORED)

    class Cut(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/zip")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Cut)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    engine = Engine(Settings(language="en").identified({}), directory=tmp_path)
    url = f"http://127.0.0.1:{server.server_address[1]}/a.zip"
    try:
        one = advice(engine, lambda: engine.loop.run(engine.files.process(url)).raise_for_errors())
        assert one.evidence["good"]["count"] == 2
        assert json.dumps(one.evidence["good"])
    finally:
        engine.close()
        server.shutdown()
