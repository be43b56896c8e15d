"""Downloads: ranges, validators, compression, uploads, and the ways in which a download goes wrong."""

import hashlib
import http.client
from urllib.parse import urlsplit

import pytest
import requests

MEGABYTE = 1024 * 1024


@pytest.fixture
def file(api):
    """A picture of exactly 300,000 bytes, in the asset store."""
    return api.order("image", resolution="64x64", size_mb=300_000 / MEGABYTE)["result"]["files"][0]


def spoiled(api, **misbehave):
    task = api.order("image", resolution="64x64", size_mb=300_000 / MEGABYTE, misbehave=misbehave)
    return task["result"]["files"][0]


def test_a_range_is_that_part_of_the_file(api, file):
    whole = api.get(file["url"]).content
    for spec, part in [("0-9", whole[:10]), ("299990-", whole[299990:]), ("-5", whole[-5:]), ("5-999999", whole[5:])]:
        answer = api.get(file["url"], headers={"Range": f"bytes={spec}"})
        assert (answer.status_code, answer.content) == (206, part)
        assert answer.headers["Content-Range"].endswith("/300000")


@pytest.mark.parametrize("spec", ["300000-", "-0", "5-2"])
def test_a_range_outside_the_file_is_refused(api, file, spec):
    answer = api.get(file["url"], headers={"Range": f"bytes={spec}"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */300000")


@pytest.mark.parametrize("spec", ["lines=1-2", "bytes=a-b", "bytes=0-1,3-4", "bytes=-", "bytes=²-"])
def test_a_range_that_is_not_understood_gives_the_whole(api, file, spec):
    assert api.get(file["url"], headers={"Range": spec.encode()}).status_code == 200


def test_validators_save_and_guard(api, file):
    etag = api.get(file["url"]).headers["ETag"]
    assert api.get(file["url"], headers={"If-None-Match": etag}).status_code == 304
    assert api.get(file["url"], headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert api.get(file["url"], headers={"Range": "bytes=0-1", "If-Range": '"old"'}).status_code == 200


def test_compression_is_for_what_shrinks_or_on_request(api, file):
    take = {"Accept-Encoding": "gzip"}
    assert "Content-Encoding" not in api.get(file["url"], headers=take).headers
    answer = api.get(file["url"] + "&compress=1", headers=take)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]


def test_a_link_is_signed_for_one_file_only(api, file):
    other = spoiled(api)
    assert requests.get(file["url"], timeout=30).status_code == 200
    assert requests.get(file["url"].replace(file["id"], other["id"]), timeout=30).status_code == 401
    assert requests.get(file["url"].split("?")[0], timeout=30).status_code == 401


def test_the_name_survives_in_any_language(api):
    file = api.order("image", '雨夜 "quoted"', resolution="64x64")["result"]["files"][0]
    header = api.get(file["url"]).headers["Content-Disposition"]
    assert header.startswith('attachment; filename="__-quoted.png"')
    assert "filename*=UTF-8''%E9%9B%A8%E5%A4%9C-quoted.png" in header


def test_an_upload_comes_back_as_it_was(api):
    stored = api("POST", "/uploads", files={"file": ("photo.png", b"\x89PNG...", "image/png")}).json()
    assert (stored["name"], stored["size"], stored["source"]) == ("photo.png", 7, "upload")
    assert api.get(stored["url"]).content == b"\x89PNG..."
    task = api.made("/tasks", kind="image", prompt="like this", reference_image_id=stored["id"])
    assert task["reference_image_id"] == stored["id"]


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"json": {}}, 422),
        ({"data": b"x"}, 422),
        ({"files": {"other": ("a", b"b")}}, 422),
        ({"data": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
    ],
)
def test_an_upload_without_a_file_is_refused(api, options, status):
    answer = api("POST", "/uploads", **options)
    assert answer.status_code == status
    assert answer.json()["error"]["field"] == "file"


def test_hundreds_of_megabytes_are_streamed_and_ranged(api):
    file = api.order("video", resolution="64x64", duration=0.5, size_mb=200)["result"]["files"][0]
    assert file["size"] == 200 * MEGABYTE
    digest = hashlib.sha256()
    with api.get(file["url"], stream=True) as answer:
        for piece in answer.iter_content(MEGABYTE):
            digest.update(piece)
    assert digest.hexdigest() == file["sha256"]
    part = api.get(file["url"], headers={"Range": "bytes=150000000-150000999"})
    assert (part.status_code, len(part.content)) == (206, 1000)


# What goes wrong


def received(url, **headers):
    """Bytes that arrived, whether the end was reached properly, and the headers; by the plainest client."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    answer = connection.getresponse()
    try:
        return answer.read(), True, answer.headers
    except http.client.IncompleteRead as cut:
        return cut.partial, False, answer.headers
    finally:
        connection.close()


def test_a_dropped_body_can_be_resumed_piece_by_piece(api):
    file = spoiled(api, drop_body_at=100_000)
    data, etag = b"", None
    while len(data) < file["size"]:
        more = {"Range": f"bytes={len(data)}-", "If-Range": etag} if etag else {}
        piece, _whole, headers = received(file["url"], **more)
        assert 0 < len(piece) <= 100_000
        data, etag = data + piece, headers["ETag"]
    assert hashlib.sha256(data).hexdigest() == file["sha256"]


def test_only_the_first_downloads_are_dropped_when_so_ordered(api):
    file = spoiled(api, drop_body_at=10, drop_times=1)
    assert received(file["url"])[:2] == (received(file["url"], Range="bytes=0-9")[0], False)
    assert len(received(file["url"])[0]) == 300_000


def test_a_length_that_promises_too_much(api):
    file = spoiled(api, wrong_content_length=True)
    data, whole, headers = received(file["url"])
    assert (len(data), whole, headers["Content-Length"]) == (300_000, False, "301024")


def test_a_length_that_promises_too_little(api):
    file = spoiled(api, wrong_content_length=-1000)
    data, _whole, headers = received(file["url"])
    assert (len(data), headers["Content-Length"]) == (299_000, "299000")


def test_a_changing_etag_never_fits(api):
    file = spoiled(api, changing_etag=True)
    first = api.get(file["url"]).headers["ETag"]
    assert api.get(file["url"], headers={"Range": "bytes=0-1", "If-Range": first}).status_code == 200


def test_a_slow_body_arrives_whole(api):
    file = spoiled(api, slow_body=3_000_000)
    data, whole, _headers = received(file["url"])
    assert (hashlib.sha256(data).hexdigest(), whole) == (file["sha256"], True)


def test_a_burst_hits_the_files_of_one_task(api):
    file = spoiled(api, http_burst={"status": 500, "count": 1, "route": "files"})
    assert [api.get(file["url"]).status_code for _ in range(2)] == [500, 200]


def test_downloads_misbehave_for_everybody_when_the_server_is_reported(api, file):
    api.post("/admin/misbehave", {"drop_body_at": 5})
    assert len(received(file["url"])[0]) == 5
    api.post("/admin/misbehave", {})
    assert len(received(file["url"])[0]) == 300_000
