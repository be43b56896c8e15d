"""During a replay nothing leaves this machine, by whichever library; each refusal is named."""

import asyncio
import socket
import urllib.request

import aiohttp
import pytest
import requests

from AIGCLibrary.tape.closed_network import ClosedNetwork, NetworkClosedError, is_local


@pytest.fixture
def refused():
    found = []
    network = ClosedNetwork(found.append)
    network.install()
    yield found
    network.remove()


async def by_aiohttp(url):
    async with aiohttp.ClientSession() as session, session.get(url):
        pass


def by_datagram(_url):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"a", ("192.0.2.1", 53))


WAYS = {
    "requests": (requests.get, "api.example.test:443"),
    "urllib": (urllib.request.urlopen, "api.example.test:443"),
    "aiohttp": (lambda url: asyncio.run(by_aiohttp(url)), "api.example.test:443"),
    "a look-up": (lambda _: socket.gethostbyname("api.example.test"), "api.example.test"),
    "a connection": (lambda _: socket.create_connection(("192.0.2.1", 443), 1), "192.0.2.1:443"),
    "a datagram": (by_datagram, "192.0.2.1:53"),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_would_leave_is_refused_and_named(refused, way):
    send, named = WAYS[way]
    with pytest.raises(OSError, match=named.partition(":")[0]):
        send("https://api.example.test/v1/tasks")
    assert named in refused


def test_what_stays_on_this_machine_passes(refused):
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), 5),
        socket.create_connection(("localhost", server.getsockname()[1]), 5),
    ):
        pass
    assert refused == []


@pytest.mark.parametrize("host", [None, "", "localhost", b"127.0.0.1", "127.8.9.1", "::1", "[::1]", "::ffff:127.0.0.1"])
def test_local_hosts(host):
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "::ffff:8.8.8.8", b"a.test"]
)
def test_other_hosts(host):
    assert not is_local(host)


def test_the_end_of_one_replay_opens_the_network_of_no_other(refused):
    network = ClosedNetwork(lambda _: None)
    network.install()
    network.remove()
    with pytest.raises(NetworkClosedError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 443), 1)
    assert refused == ["192.0.2.1:443"]
