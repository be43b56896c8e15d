"""Names and addresses that a product chooses: never a path, a note of ours, or a file of this machine."""

import pytest

from AIGCLibrary.files.errors import DownloadError
from AIGCLibrary.files.filename import LONGEST, name_on_disk
from AIGCLibrary.files.pipeline import FileJob, ProcessingPipeline
from AIGCLibrary.files.reported import reported_source
from AIGCLibrary.files.temp import OWNER

HOSTILE = [
    "..", ".", "", "a\0b.png", "%00.png", ".owner", ".OWNER", ".partial", "..\\..\\x", "/etc/passwd", "a/..", "con.txt",
    "nul",    "x" * 5000 + ".png", "猫" * 200 + ".png", "a\nb", "\x1b[2J.png", "\u202egnp.exe", "\ud800.png",
    " ", "a:b", "....", "C:\\x.png",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_name_becomes_one_harmless_component(name, tmp_path):
    found = name_on_disk(name)
    (tmp_path / found).write_bytes(b"x")
    assert [one.name for one in tmp_path.iterdir()] == [found]
    assert found.casefold() not in (OWNER, ".partial", ".received")
    assert len(found.encode()) <= LONGEST


@pytest.mark.parametrize("name", ["a.png", "猫 1.mp4", ".hidden", "a.tar.gz", "no-suffix"])
def test_ordinary_names_stay(name):
    assert name_on_disk(name) == name


def test_suffix_of_a_long_name_stays():
    assert name_on_disk("x" * 5000 + ".png").endswith("x.png")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("remote", [True, False])
def test_file_with_a_hostile_name_is_processed(name, remote, server, tmp_path, wav):
    source = server.add("/a.wav", wav) if remote else wav
    job = FileJob(source, name=name)
    assert ProcessingPipeline().run(job).media_type == "audio/wav"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "file:/etc/passwd", "FILE:///etc/passwd", "ftp://a/b", "javascript:x", "c:\\x"]
)
def test_local_address_in_a_result_is_refused(url):
    with pytest.raises(DownloadError, match="http and https addresses only"):
        reported_source(url, lambda path: f"http://product.example/{path}")


def test_path_in_a_result_is_one_of_the_server():
    assert (
        reported_source("/etc/passwd", lambda path: f"http://product.example{path}")
        == "http://product.example/etc/passwd"
    )


def test_data_url_in_a_result_is_its_content():
    assert reported_source("data:text/plain;base64,aGk=", str) == b"hi"
