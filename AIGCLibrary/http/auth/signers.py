"""Authenticators that sign each request by itself: vendors' schemes, HMACs of any text, JSON Web Tokens."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

from AIGCLibrary.http.auth import canonical
from AIGCLibrary.http.auth.blanks import filled
from AIGCLibrary.http.auth.model import Credentials, Requester, UnsignedRequest
from AIGCLibrary.http.auth.schemes import SCHEMES, SigningKeys
from AIGCLibrary.http.auth.secret_values import SecretValues
from AIGCLibrary.http.response import Response

NOT_BEFORE = 5
"""Seconds before now at which a JSON Web Token becomes valid, as clocks differ."""


JUST_MADE = 10
"""Seconds of age under which a refused token is not made again: the next one would be refused as well."""


class PerRequestSigner:
    """Base of signers: a signature is made for each request, so that a refused one cannot be renewed."""

    signs_body = True

    async def renewed(self, answer: Response, used: Credentials, http: Requester) -> bool:  # noqa: ARG002
        """Return False: the same keys lead to the same verdict."""
        return False


class SchemeSigner(PerRequestSigner):
    """Signs by a vendor's scheme.

    Args:
        scheme: Name in `SCHEMES`.
        secrets: `key`, `secret`, and `token` for temporary keys.
        scope: `region`, `service`, `action`, `version` as the scheme needs them.
        now: Returns the time in seconds since 1970.
    """

    def __init__(self, scheme: str, secrets: SecretValues, scope: Mapping[str, str], now: Callable[[], float]) -> None:
        self._scheme = SCHEMES[scheme]
        self._secrets, self._scope, self._now = secrets, dict(scope), now

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:  # noqa: ARG002
        """Return the headers of the scheme."""
        keys = SigningKeys(**self._secrets.read("token"), **self._scope, nonce=lambda: uuid4().hex)
        return Credentials(self._scheme(request, keys, self._now()))


@dataclass(frozen=True, slots=True)
class HmacRecipe:
    """What an HMAC signer signs, and where the signature goes; texts hold blanks.

    Args:
        text: The text that is signed; see `HmacSigner` for its blanks.
        headers: Headers that are added; `{signature}` is filled in beside the blanks of `text`.
        query: Query parameters that are added likewise.
        fields: Fields that are added to the body likewise; those without `{signature}` are part of `{fields}`.
        algorithm: Hash function.
        encoding: How the signature is written.
        keyed: True for an HMAC with the secret as key; False for the plain hash of a text that holds `{secret}`.
        clock: Unit of `{timestamp}`: seconds, milliseconds, or ISO 8601 in UTC.
    """

    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    algorithm: Literal["sha256", "sha1", "sha512", "md5"] = "sha256"
    encoding: Literal["hex", "hex_upper", "base64"] = "hex"
    keyed: bool = True
    clock: Literal["s", "ms", "iso"] = "s"


class HmacSigner(PerRequestSigner):
    """Signs a text made of parts of the request.

    Blanks: `{method}`, `{path}`, `{query}` (sorted and encoded), `{host}`, `{body}`, `{body_sha256}`, `{body_md5}`
    (base64), `{fields}` (query parameters and top-level fields of the body, sorted, as `name=value` joined by `&`,
    empty ones left out), `{timestamp}`, `{nonce}`, and the secrets by their names.

    Args:
        recipe: What is signed.
        secrets: `secret`, and whatever else the texts name, such as `key`.
        now: Returns the time in seconds since 1970.
        nonce: Makes the number that is used once.
    """

    def __init__(
        self,
        recipe: HmacRecipe,
        secrets: SecretValues,
        now: Callable[[], float],
        nonce: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self._recipe, self._secrets, self._now, self._nonce = recipe, secrets, now, nonce

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:  # noqa: ARG002
        """Return headers and query parameters with the signature."""
        recipe = self._recipe
        secrets = self._secrets.read()
        values = {"timestamp": self._stamp(), "nonce": self._nonce(), **secrets}
        unsigned = {name: text for name, text in recipe.fields.items() if "{signature}" not in text}
        values = {**_parts(request, _texts(unsigned, values)), **values}
        text = str(filled(recipe.text, values)).encode("utf-8", "surrogateescape")
        if recipe.keyed:
            digest = hmac.new(secrets["secret"].encode(), text, recipe.algorithm).digest()
        else:
            digest = hashlib.new(recipe.algorithm, text).digest()
        written = base64.b64encode(digest).decode() if recipe.encoding == "base64" else digest.hex()
        written = written.upper() if recipe.encoding == "hex_upper" else written
        signed = {**values, "signature": written}
        fields: dict[str, Any] = _texts(recipe.fields, signed)
        clocks = (name for name, text in recipe.fields.items() if text == "{timestamp}" and recipe.clock != "iso")
        fields |= {name: int(fields[name]) for name in clocks}
        return Credentials(_texts(recipe.headers, signed), _texts(recipe.query, signed), fields)

    def _stamp(self) -> str:
        now = self._now()
        if self._recipe.clock == "iso":
            return canonical.utc(now, "%Y-%m-%dT%H:%M:%SZ")
        return str(int(now * 1000 if self._recipe.clock == "ms" else now))


class KeySigner(PerRequestSigner):
    """Sends keys as they are, in headers, in the query or in the body.

    Args:
        secrets: The keys.
        headers: Headers; `{name}` is a secret.
        query: Query parameters likewise.
        fields: Fields of the body likewise.
    """

    def __init__(
        self,
        secrets: SecretValues,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        fields: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._secrets, self._headers, self._query, self._fields = secrets, headers, query, fields
        self.signs_body = bool(fields)

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:  # noqa: ARG002
        """Return headers and query parameters with the keys."""
        values = self._secrets.read()
        return Credentials(*(_texts(texts, values) for texts in (self._headers, self._query, self._fields)))


class EnvironmentKey:
    """Sends the key that an environment variable holds when a request leaves: it may be replaced during a wait.

    Args:
        header: Name of the header.
        value: Its value; `{key}` is the key.
        variable: Name of the environment variable.
        learn: Receives every key, so that it is masked.
        environ: Environment variables.
    """

    signs_body = False

    def __init__(
        self, header: str, value: str, variable: str, learn: Callable[[str], None], environ: Mapping[str, str]
    ) -> None:
        self._header, self._value, self._variable = header, value, variable
        self._learn, self._environ = learn, environ
        self._known: str | None = None

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:  # noqa: ARG002
        """Return the header; nothing where the variable is not set."""
        return Credentials(self.headers())

    async def renewed(self, answer: Response, used: Credentials, http: Requester) -> bool:  # noqa: ARG002
        """Return whether a key was refused and the variable holds another one by now."""
        current = self.headers()
        return answer.status in (401, 403) and bool(current) and current != used.headers

    def headers(self) -> dict[str, str]:
        """Return the header with the key of now."""
        key = self._environ.get(self._variable)
        if not key:
            return {}
        if key != self._known:
            self._learn(key)
            self._known = key
        return {self._header: self._value.replace("{key}", key).replace("{token}", key)}


class JwtSigner(PerRequestSigner):
    """Sends a JSON Web Token (RFC 7519) that is made of a key and a secret, as Kling wants it.

    Args:
        secrets: `secret`, and what the claims name, such as `key`.
        claims: Claims with blanks; `exp` and `nbf` are added where they are not named.
        lifetime: Seconds a token is valid; a new one is made when three quarters are over.
        now: Returns the time in seconds since 1970.
        header: Header that takes it.
        value: Its value; `{token}` is filled in.
        algorithm: HS256, HS384 or HS512.
        extra: More members of the token's own header.
    """

    signs_body = False

    def __init__(
        self,
        secrets: SecretValues,
        claims: Mapping[str, Any],
        lifetime: float,
        now: Callable[[], float],
        *,
        header: str = "Authorization",
        value: str = "Bearer {token}",
        algorithm: str = "HS256",
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self._secrets, self._claims, self._lifetime, self._now = secrets, claims, lifetime, now
        self._header, self._value = header, value
        self._head = {"alg": algorithm, "typ": "JWT", **(extra or {})}
        self._made: tuple[float, str] | None = None

    async def credentials(self, request: UnsignedRequest, http: Requester) -> Credentials:  # noqa: ARG002
        """Return the header with the token."""
        now = self._now()
        if self._made is None or not 0 <= now - self._made[0] < self._lifetime * 0.75:
            self._made = (now, self._make(now))
        return Credentials({self._header: str(filled(self._value, {"token": self._made[1]}))})

    async def renewed(self, answer: Response, used: Credentials, http: Requester) -> bool:  # noqa: ARG002
        """Return whether a token that was not just made was refused: its keys, or its end, may be others by now."""
        if answer.status not in (401, 403) or self._made is None:
            return False
        if used.headers.get(self._header) != str(filled(self._value, {"token": self._made[1]})):
            return True  # another request has made a new one
        if self._now() - self._made[0] < JUST_MADE:
            return False
        self._made = None
        return True

    def _make(self, now: float) -> str:
        secrets = self._secrets.read()
        times = {"exp": int(now + self._lifetime), "nbf": int(now) - NOT_BEFORE}
        claims = times | filled(self._claims, {**secrets, "now": int(now), "now_ms": int(now * 1000)})
        token = jwt(self._head, claims, secrets["secret"])
        self._secrets.learn(token)
        return token


def jwt(head: Mapping[str, Any], claims: Mapping[str, Any], secret: str) -> str:
    """Return a signed JSON Web Token in its compact form (RFC 7515 §7.1)."""
    text = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    digest = hmac.new(secret.encode(), text.encode(), f"sha{str(head['alg'])[2:]}").digest()
    return f"{text}.{_base64url(digest)}"


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _texts(templates: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(filled(template, values)) for name, template in templates.items()}


def _parts(request: UnsignedRequest, added: Mapping[str, str]) -> dict[str, str]:
    body = request.body
    return {
        "method": request.method,
        "path": urlsplit(request.url).path or "/",
        "query": canonical.query(request.url),
        "host": canonical.host(request.url),
        "body": body.decode("utf-8", "surrogateescape"),
        "body_sha256": canonical.sha256_hex(body),
        "body_md5": base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode(),
        "fields": _fields(request, added),
    }


def _fields(request: UnsignedRequest, added: Mapping[str, str]) -> str:
    found: dict[str, Any] = dict(parse_qsl(urlsplit(request.url).query))
    kind = next((value for name, value in request.headers.items() if name.lower() == "content-type"), "")
    if "json" in kind:
        content = json.loads(request.body or b"{}")
        found |= content if isinstance(content, dict) else {}
    elif "urlencoded" in kind:
        found |= dict(parse_qsl(request.body.decode()))
    found |= added
    return "&".join(f"{name}={_plain(found[name])}" for name in sorted(found) if found[name] not in (None, ""))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
