"""Tokens that are fetched by a request, kept, and renewed before they end or when the product refuses them."""

import asyncio
import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from AIGCLibrary.errors import ApiError
from AIGCLibrary.http.auth.blanks import filled
from AIGCLibrary.http.auth.cache import FetchedToken, TokenCache
from AIGCLibrary.http.auth.model import Credentials, Requester, UnsignedRequest
from AIGCLibrary.http.auth.secret_values import SecretValues
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.response import Response, set_cookies
from AIGCLibrary.http.subject import RequestSubject, SubjectAction, concerning

Look = Callable[[dict[str, Any]], Any]
"""Finds a value in an answer's envelope `{http, headers, body}`."""
Read = Callable[[Response], Response | None]
"""Returns an answer as a product's own function reads it; None where it cannot."""
EARLY = 60.0
"""Seconds before its end at which a token is renewed; a tenth of its life where that is shorter."""


@dataclass(frozen=True, slots=True)
class LoginRecipe:
    """How a token is fetched and sent.

    Args:
        path: Path below the base URL, or a URL.
        body: What is sent, as JSON or a form, with blanks for the secrets.
        form: Send `body` as a form.
        headers: More headers, with blanks.
        basic: Names of two secrets that are sent as HTTP Basic authentication.
        token: Finds the token; None takes the cookies that the answer sets.
        expires_in, expires_at: Find the token's life in seconds, or its end (seconds or milliseconds since 1970, ISO).
        lifetime: Seconds it lives where the answer does not say; None for ever.
        refused: True of an answer to another request that refuses the token, beside HTTP 401.
        header, value: Header that takes the token; an empty one sends none: `{token}` stands elsewhere.
    """

    path: str
    method: str = "POST"
    body: Any = None
    form: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    basic: tuple[str, str] | None = None
    token: Look | None = None
    expires_in: Look | None = None
    expires_at: Look | None = None
    lifetime: float | None = None
    refused: Callable[[dict[str, Any]], bool] = lambda _envelope: False
    header: str = "Authorization"
    value: str = "Bearer {token}"


class TokenAuth:
    """Fetches a token and sends it with each request.

    Processes of one user share it through the cache. When the product refuses it, a token that another process has
    fetched meanwhile comes first, since some products end the old session at each login.

    Args:
        recipe: How.
        secrets: User, password, client secret … by name.
        base: The connection requests to the token's address are made over, without authentication of its own.
        now: Returns the time in seconds since 1970.
        cache: Keeps tokens for other processes.
        read: Reads answers that are packed in the product's own way; they are looked at as they came, too.
    """

    signs_body = False

    def __init__(
        self,
        recipe: LoginRecipe,
        secrets: SecretValues,
        base: Connection,
        now: Callable[[], float],
        cache: TokenCache,
        read: Read | None = None,
    ) -> None:
        self._recipe, self._secrets, self._base, self._now, self._cache = recipe, secrets, base, now, cache
        self._read = read
        self._token: FetchedToken | None = None
        self._lock = asyncio.Lock()

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:  # noqa: ARG002
        """Return the header with the token."""
        return self._sent(await self.value(http))

    async def value(self, http: Requester) -> str:
        """Return a valid token, fetched where there is none.

        Raises:
            ApiError: It cannot be fetched.
        """
        token = self._token
        if token is None or not token.good(self._now(), EARLY):
            token = await self._fresh(http, refused=token.value if token else None)
        return token.value

    async def renewed(self, answer: Response, used: Credentials, http: Requester) -> bool:
        """Return True when the answer refuses the header that was sent and there is another one now.

        Without a header, the token is part of the request itself: who fills it in asks `replaced` and sends it again.
        """
        if not self._recipe.header:
            return False
        token = self._token
        if token is None or self._sent(token.value) != used:
            return self._refuses(answer)  # renewed already by another request
        return await self.replaced(answer, token.value, http)

    async def replaced(self, answer: Response, used: str, http: Requester) -> bool:
        """Return True when the answer refuses a token and there is another one now."""
        if not self._refuses(answer):
            return False
        if self._token is not None and self._token.value == used:
            await self._fresh(http, refused=used)
        return self._token is None or self._token.value != used

    def _refuses(self, answer: Response) -> bool:
        return answer.status == 401 or any(
            self._recipe.refused(reading.envelope()) for reading in self._readings(answer)
        )

    def _readings(self, answer: Response) -> Iterator[Response]:
        """Return an answer as it came, then as the product's own function reads it."""
        yield answer
        read = self._read(answer) if self._read else None
        if read is not None:
            yield read

    def _sent(self, token: str) -> Credentials:
        recipe = self._recipe
        return Credentials({recipe.header: str(filled(recipe.value, {"token": token}))} if recipe.header else {})

    async def _fresh(self, http: Requester, refused: str | None) -> FetchedToken:
        async with self._lock:
            identity = self._identity()
            current = self._other(self._token, refused) or self._other(self._cache.get(identity), refused)
            if current is None:
                async with self._cache.fetching(identity):
                    current = self._other(self._cache.get(identity), refused)
                    if current is None:
                        current = await self._fetch(http)
                        self._cache.put(identity, current)
            self._secrets.learn(current.value)
            self._token = current
            return current

    def _other(self, token: FetchedToken | None, refused: str | None) -> FetchedToken | None:
        """Return a token that is valid by its times and is not the one that was refused."""
        return token if token is not None and token.value != refused and token.good(self._now(), EARLY) else None

    def _identity(self) -> str:
        """Return who signs in where; with another password it is another identity."""
        secrets = json.dumps(self._secrets.read(), sort_keys=True)
        recipe = json.dumps([self._recipe.body, dict(self._recipe.headers)], sort_keys=True, default=str)
        return f"{self._base.url(self._recipe.path)} {recipe} {hashlib.sha256(secrets.encode()).hexdigest()}"

    async def _fetch(self, http: Requester) -> FetchedToken:
        recipe, secrets = self._recipe, self._secrets.read()
        headers = {name: str(filled(value, secrets)) for name, value in recipe.headers.items()}
        if recipe.basic:
            pair = ":".join(secrets[name] for name in recipe.basic)
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        body = filled(recipe.body, secrets)
        content = {"data" if recipe.form else "json": body} if body is not None else {}
        with concerning(RequestSubject(SubjectAction.SIGN_IN, ())):
            answer = await http.request(recipe.method, recipe.path, self._base, headers=headers, **content)
        now = self._now()
        for reading in self._readings(answer) if answer.status < 400 else ():
            envelope = reading.envelope()
            value = recipe.token(envelope) if recipe.token else _cookies(reading)
            if isinstance(value, str) and value:
                return FetchedToken(value, self._end(envelope, now), now)
        raise self._refusal(answer)

    def _refusal(self, answer: Response) -> ApiError:
        where = "token" if self._recipe.token else "cookie"
        why = f"answered {answer.status}" + (f", without a {where}" if answer.status < 400 else "")
        said = " ".join([*self._readings(answer)][-1].text.split())[:300]
        return ApiError(
            f"Sign-in of the {self._secrets.owner} failed: {answer.method} {answer.url.partition('?')[0]} {why}"
            + (f": {said}" if said else "."),
            code="AIGC421",
            facts={"class": "unauthorized", "sent": False, "status": answer.status},
        )

    def _end(self, envelope: dict[str, Any], now: float) -> float | None:
        recipe = self._recipe
        life = _number(recipe.expires_in(envelope)) if recipe.expires_in else None
        if life is not None:
            return now + life
        end = recipe.expires_at(envelope) if recipe.expires_at else None
        found = _moment(end)
        if found is not None:
            return found
        return now + recipe.lifetime if recipe.lifetime else None


def _cookies(answer: Response) -> str:
    """Return the cookies that an answer sets, as the header `Cookie` sends them."""
    return "; ".join(f"{name}={value}" for name, value in set_cookies(answer.headers).items())


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> float | None:
    number = _number(value)
    if number is not None:
        return number / 1000 if number > 1e11 else number
    try:
        return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else None
    except ValueError:
        return None
