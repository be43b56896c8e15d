"""Signatures of webhooks: Standard Webhooks (HMAC), fal (Ed25519 with published keys), plain HMAC.

Sources: https://github.com/standard-webhooks/standard-webhooks (spec), https://docs.fal.ai (webhooks).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from enum import StrEnum

TOLERANCE = 300.0
"""Seconds a signed time may be off; older messages are replays."""


class Trust(StrEnum):
    """What a message is worth."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"  # there is no signature, or no secret to check it with: only a reason to ask
    FORGED = "forged"
    STALE = "stale"


def standard(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> Trust:
    """Check a Standard Webhooks signature: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.

    Args:
        headers: In lower case: webhook-id, webhook-timestamp, webhook-signature (one or more, by spaces).
        body: As received.
        secret: `whsec_` and base64.
        now: Seconds since 1970.
    """
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        age = abs(now - float(stamp))
    except (binascii.Error, ValueError):
        return Trust.FORGED
    wanted = hmac.new(key, f"{message_id}.{stamp}.".encode(errors="surrogateescape") + body, hashlib.sha256).digest()
    for part in headers.get("webhook-signature", "").split():
        version, _, given = part.partition(",")
        if version == "v1" and _same(base64.b64encode(wanted).decode(), given):
            return Trust.VERIFIED if age <= TOLERANCE else Trust.STALE
    return Trust.FORGED


def plain(given: str, body: bytes, secret: str) -> Trust:
    """Check an HMAC-SHA256 of the body, in hex or base64, with or without `sha256=` before it."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    shown = given.strip().removeprefix("sha256=")
    right = (digest.hex(), base64.b64encode(digest).decode())
    return Trust.VERIFIED if any(_same(shown, expected) for expected in right) else Trust.FORGED


def fal(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: float) -> Trust:
    """Check fal's Ed25519 signature over `request id, user id, time, hex SHA-256 of the body`, by line breaks.

    Args:
        headers: x-fal-webhook-request-id, -user-id, -timestamp, -signature (hex).
        body: As received.
        keys: Public keys, 32 bytes each, from fal's JWKS.
        now: Seconds since 1970.

    Returns:
        `UNVERIFIED` when the package `cryptography` is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return Trust.UNVERIFIED
    names = ("request-id", "user-id", "timestamp")
    parts = [headers.get(f"x-fal-webhook-{name}", "") for name in names]
    message = "\n".join([*parts, hashlib.sha256(body).hexdigest()]).encode(errors="surrogateescape")
    try:
        signature = bytes.fromhex(headers.get("x-fal-webhook-signature", ""))
        age = abs(now - float(parts[2]))
    except ValueError:
        return Trust.FORGED
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        except (InvalidSignature, ValueError):
            continue
        return Trust.VERIFIED if age <= TOLERANCE else Trust.STALE
    return Trust.FORGED


def _same(one: str, other: str) -> bool:
    """Compare in constant time; headers may hold any bytes, of which `compare_digest` takes texts of ASCII only."""
    return hmac.compare_digest(one.encode(errors="surrogateescape"), other.encode(errors="surrogateescape"))
