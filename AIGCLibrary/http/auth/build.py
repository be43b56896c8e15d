"""From `auth:` as written in YAML, already checked by its schema, to an authenticator."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from AIGCLibrary.errors import ConfigError, near_matches
from AIGCLibrary.http.auth.cache import TokenCache, default_folder
from AIGCLibrary.http.auth.model import Authenticator
from AIGCLibrary.http.auth.schemes import SCHEMES
from AIGCLibrary.http.auth.secret_values import SecretValues
from AIGCLibrary.http.auth.signers import HmacRecipe, HmacSigner, JwtSigner, KeySigner, SchemeSigner
from AIGCLibrary.http.auth.tokens import LoginRecipe, Read, TokenAuth
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.units import parse_duration

SCOPE = ("region", "service", "action", "version")

SENDS_TOKEN = ("login", "oauth2", "jwt")
"""Signers that fill one header with a token."""


@dataclass(frozen=True, slots=True)
class AuthContext:
    """What an authenticator needs besides its description.

    Args:
        owner: Whose it is, for messages: `provider 'kling'`, `environment 'staging'`.
        base: Connection to the product, without authentication.
        expression: Compiles an expression over an answer's envelope.
        learn: Receives every secret and token, so that it is masked.
        now: Returns the time in seconds since 1970.
        environ: Environment variables.
        cache: Keeps tokens for other processes.
        read: Reads answers that are packed in the product's own way.
    """

    owner: str
    base: Connection
    expression: Callable[[str], Callable[[dict[str, Any]], Any]]
    learn: Callable[[str], None]
    now: Callable[[], float]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    cache: TokenCache = field(default_factory=lambda: TokenCache(default_folder()))
    read: Read | None = None


def authenticator(data: Mapping[str, Any], context: AuthContext) -> Authenticator:
    """Build the authenticator that `auth:` describes.

    Args:
        data: The mapping; `signer` says which kind, `secrets` names the environment variables.
        context: What it needs.

    Raises:
        ConfigError: The signer does not exist, or something is missing.
    """
    name = data["signer"]
    secrets = SecretValues(data.get("secrets") or {}, context.owner, context.learn, context.environ)
    if name in SCHEMES:
        scope = {part: str(data[part]) for part in SCOPE if data.get(part)}
        return SchemeSigner(name, secrets, scope, context.now)
    makers: Mapping[str, Callable[[Mapping[str, Any], SecretValues, AuthContext], Authenticator]] = {
        "login": _login,
        "oauth2": _oauth2,
        "jwt": _jwt,
        "hmac": _hmac,
        "key": _key,
    }
    if name not in makers:
        raise ConfigError(f"There is no signer '{name}'. {near_matches(name, [*makers, *SCHEMES])}")
    return makers[name](data, secrets, context)


def _hmac(data: Mapping[str, Any], secrets: SecretValues, context: AuthContext) -> Authenticator:
    names = ("headers", "query", "fields", "algorithm", "encoding", "keyed", "clock")
    recipe = HmacRecipe(data["text"], **{name: data[name] for name in names if name in data})
    return HmacSigner(recipe, secrets, context.now)


def _key(data: Mapping[str, Any], secrets: SecretValues, _context: AuthContext) -> Authenticator:
    return KeySigner(secrets, *(data.get(name) or {} for name in ("headers", "query", "fields")))


def _jwt(data: Mapping[str, Any], secrets: SecretValues, context: AuthContext) -> Authenticator:
    return JwtSigner(
        secrets,
        data.get("claims") or {"iss": "{key}"},
        parse_duration(data.get("lifetime", "30 min")),
        context.now,
        **_place(data, cookies=False),
        algorithm=data.get("algorithm", "HS256"),
        extra=data.get("jwt_header"),
    )


def _login(data: Mapping[str, Any], secrets: SecretValues, context: AuthContext) -> Authenticator:
    request = data["request"]
    form = "form" in request
    cookies = bool(data.get("cookies"))
    recipe = LoginRecipe(
        request["path"],
        request.get("method", "POST"),
        request.get("form") if form else request.get("json"),
        form=form,
        headers=request.get("headers") or {},
        token=None if cookies else context.expression(data.get("token", "body.access_token || body.token")),
        **_life(data, context),
        **_place(data, cookies=cookies),
    )
    return TokenAuth(recipe, secrets, context.base, context.now, context.cache, context.read)


def _oauth2(data: Mapping[str, Any], secrets: SecretValues, context: AuthContext) -> Authenticator:
    """Build the client credentials grant: RFC 6749 §4.4."""
    body: dict[str, Any] = {"grant_type": "client_credentials"}
    body |= {name: data[name] for name in ("scope", "audience", "resource") if data.get(name)}
    basic = data.get("style", "basic") == "basic"
    if not basic:
        body |= {"client_id": "{client_id}", "client_secret": "{client_secret}"}
    recipe = LoginRecipe(
        data["path"],
        body=body,
        form=True,
        headers={"Accept": "application/json"},
        basic=("client_id", "client_secret") if basic else None,
        token=context.expression(data.get("token", "body.access_token")),
        **_life({"expires_in": "body.expires_in", **data}, context),
        **_place(data, cookies=False),
    )
    return TokenAuth(recipe, secrets, context.base, context.now, context.cache, context.read)


def _life(data: Mapping[str, Any], context: AuthContext) -> dict[str, Any]:
    found = {name: context.expression(data[name]) for name in ("expires_in", "expires_at") if data.get(name)}
    lifetime = parse_duration(data["lifetime"]) if data.get("lifetime") else None
    options: dict[str, Any] = {**found, "lifetime": lifetime}
    if data.get("refused"):
        refused = context.expression(data["refused"])
        options["refused"] = lambda envelope: refused(envelope) not in (None, False, "", [], {})
    return options


def _place(data: Mapping[str, Any], *, cookies: bool) -> dict[str, Any]:
    """Return the header and its value; only Authorization headers name a scheme, others hold the token alone."""
    header = data.get("header", "Cookie" if cookies else "Authorization") or ""
    scheme = "Bearer " if header.lower().endswith("authorization") else ""
    return {"header": header, "value": data.get("value", f"{scheme}{{token}}")}


def token_place(data: Mapping[str, Any]) -> str:
    """Return the header of a signer's token as it is sent, `Authorization: Bearer {token}`; "" where it sends none."""
    place = _place(data, cookies=bool(data.get("cookies")))
    return "{header}: {value}".format(**place) if data["signer"] in SENDS_TOKEN and place["header"] else ""
