"""The transport of a replay sends nothing, and its refusals show no secret of an address."""

import pytest

from AIGCLibrary.http.transport import OutgoingRequest, TransportError
from AIGCLibrary.tape.refusing import RefusingTransport


async def test_a_refusal_names_the_host_and_no_secret_of_the_address():
    request = OutgoingRequest("POST", "https://qa:WORD@hooks.example.com:8443/services/PATH?token=QUERY")
    with pytest.raises(TransportError) as caught:
        await RefusingTransport().exchange(request)
    assert "https://hooks.example.com:8443 either" in str(caught.value)
    assert not any(secret in str(caught.value) for secret in ("WORD", "PATH", "QUERY"))
