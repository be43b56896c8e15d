"""Client certificates reach polls and downloads; a refused handshake proves that nothing was sent."""

import asyncio
import shutil
import socket
import ssl
import subprocess

import pytest
from aiohttp import web

from AIGCLibrary.errors import ApiError
from AIGCLibrary.files.http_client import Wire
from AIGCLibrary.http.aiohttp_pools import failure
from AIGCLibrary.http.client import HttpClient
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.http.retry import is_lasting, never_sent
from AIGCLibrary.http.tls import handshake_refused
from AIGCLibrary.redaction.redactor import Redactor

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificates")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A CA, a server certificate for 127.0.0.1 and a client certificate."""
    home = tmp_path_factory.mktemp("certs")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=home, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "9", "-subj", "/CN=ca")
    for name in ("server", "client"):
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (home / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext", "-days", "9")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    return home


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
async def server(folder, request):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = request.param
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    app = web.Application()

    async def answer(_request):
        return web.json_response({"id": 1})

    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def connection(server, folder, *, cert):
    pair = (str(folder / "client.pem"), str(folder / "client.key")) if cert else None
    return Connection(server, verify=str(folder / "ca.pem"), cert=pair)


async def test_certificate_reaches_requests_and_downloads(server, folder):
    http, known = HttpClient(Redactor(), NetworkTransport()), connection(server, folder, cert=True)
    assert (await http.request("POST", "/", known, json={})).status == 200
    await http.transport.close()
    wire = Wire(known, NetworkTransport())
    assert (await asyncio.to_thread(wire.get, f"{server}/a")).status == 200
    wire.close()


@pytest.mark.parametrize("server", [ssl.TLSVersion.TLSv1_2], ids=["1.2"], indirect=True)
async def test_refused_handshake_was_not_sent(server, folder):
    http = HttpClient(Redactor(), NetworkTransport())
    with pytest.raises(ApiError) as caught:
        await http.request("POST", "/", connection(server, folder, cert=False), json={"a": 1})
    await http.transport.close()
    assert never_sent(caught.value), caught.value
    assert "operation not permitted" not in str(caught.value)
    assert "TransportError" not in str(caught.value)


async def test_untrusted_server_was_not_sent_to(server):
    http = HttpClient(Redactor(), NetworkTransport())
    with pytest.raises(ApiError) as caught:
        await http.request("POST", "/", Connection(server), json={"a": 1})
    await http.transport.close()
    assert never_sent(caught.value)
    assert is_lasting(caught.value)
    assert "certificate verify failed: " in str(caught.value)


@pytest.mark.parametrize("setting", ["verify", "cert"])
@pytest.mark.parametrize("content", ["no certificate\n", None])
async def test_a_file_without_a_certificate_is_named_and_nothing_was_sent(server, folder, tmp_path, setting, content):
    wrong = tmp_path / "wrong.pem"
    if content is not None:
        wrong.write_text(content, encoding="utf-8")
    http = HttpClient(Redactor(), NetworkTransport())
    known = Connection(server, **{"verify": str(folder / "ca.pem"), setting: str(wrong)})
    with pytest.raises(ApiError) as caught:
        await http.request("POST", "/", known, json={"a": 1})
    await http.transport.close()
    assert never_sent(caught.value), caught.value
    assert is_lasting(caught.value)
    assert "wrong.pem' cannot be read" in str(caught.value)


async def test_a_product_that_does_not_listen_may_do_so_the_next_time():
    http = HttpClient(Redactor(), NetworkTransport())
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # held and never listened on: nobody else gets the port meanwhile
        with pytest.raises(ApiError) as caught:
            await http.request("GET", "/", Connection(f"http://127.0.0.1:{held.getsockname()[1]}"))
    await http.transport.close()
    assert not is_lasting(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)", True),
        ("[SSL: SSLV3_ALERT_BAD_CERTIFICATE] sslv3 alert bad certificate", True),
        ("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure", True),
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca", True),
        # With TLS 1.3 a reset can overtake the alert. Alone it proves nothing: the request may have arrived.
        ("[Errno 104] Connection reset by peer", False),
        ("[SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert internal error", False),
    ],
)
def test_refusal_of_a_handshake_is_recognised_by_its_alert(text, expected):
    assert handshake_refused(OSError(1, text)) is expected
    assert failure(OSError(1, text)).lasting is expected
