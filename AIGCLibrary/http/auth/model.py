"""What authentication consists of: the request to sign, what is added to it, and the two protocols between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from AIGCLibrary.http.response import Response


@dataclass(frozen=True, slots=True)
class UnsignedRequest:
    """A request that is complete but for its credentials.

    Args:
        method: HTTP method.
        url: Absolute URL with its query.
        headers: Headers as they are sent, with `Content-Type` where there is a body.
        body: The bytes of the body.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What authentication adds to a request.

    Args:
        headers: Headers; they replace those of the same name.
        query: Query parameters.
        fields: Fields of a body that is JSON or a form; query parameters of a request without a body.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Requester(Protocol):
    """Sends the requests that fetch tokens; `HttpClient` is one."""

    async def request(
        self,
        method: str,
        path: str,
        connection: Any,
        *,
        json: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request over a `Connection` and read the whole answer; see `HttpClient.request`."""
        ...


class Authenticator(Protocol):
    """Authenticates the requests of a connection.

    Attributes:
        signs_body: The signature covers the body, so that the body is encoded before it is signed.
    """

    signs_body: bool

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:
        """Return what a request needs to be accepted.

        Raises:
            ApiError: No token can be had.
            ConfigError: A key or password is not configured.
        """
        ...

    async def renewed(self, answer: Response, used: Credentials, http: Requester) -> bool:
        """Return whether an answer refuses the credentials and there are newer ones to try.

        Args:
            answer: The answer.
            used: The credentials it answers.
            http: Sends what is needed to fetch new ones.
        """
        ...
