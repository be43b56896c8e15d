"""Signature schemes of cloud vendors, each as a function of a request, keys and the time."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from AIGCLibrary.http.auth import canonical
from AIGCLibrary.http.auth.model import UnsignedRequest


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """What a scheme signs with.

    Args:
        key: Access key, the public half.
        secret: Secret key.
        token: Session token of temporary keys; empty for permanent ones.
        region, service: Scope of the signature.
        action, version: Operation and API version, for schemes that send them in headers.
        nonce: Makes the number that is used once.
    """

    key: str
    secret: str
    token: str = ""
    region: str = ""
    service: str = ""
    action: str = ""
    version: str = ""
    nonce: Callable[[], str] = lambda: ""


Scheme = Callable[[UnsignedRequest, SigningKeys, float], dict[str, str]]


def aws_sigv4(request: UnsignedRequest, keys: SigningKeys, now: float) -> dict[str, str]:
    """Sign by AWS Signature Version 4.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    date, stamp = canonical.utc(now, "%Y%m%d"), canonical.utc(now, "%Y%m%dT%H%M%SZ")
    added = {"X-Amz-Date": stamp} | ({"X-Amz-Security-Token": keys.token} if keys.token else {})
    signed = _signed(request, added, optional=("content-type",))
    text = _canonical(request, signed, canonical.path(request.url, twice=keys.service != "s3"))
    scope = f"{date}/{keys.region}/{keys.service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{canonical.sha256_hex(text.encode())}"
    key = canonical.derived_key(f"AWS4{keys.secret}", date, keys.region, keys.service, "aws4_request")
    return added | _authorization("AWS4-HMAC-SHA256 ", f"{keys.key}/{scope}", signed, key, to_sign, ", ")


def volcengine(request: UnsignedRequest, keys: SigningKeys, now: float) -> dict[str, str]:
    """Sign by the scheme of Volcengine (Jimeng, Visual, …).

    Source: https://www.volcengine.com/docs/6369/67269
    """
    date, stamp = canonical.utc(now, "%Y%m%d"), canonical.utc(now, "%Y%m%dT%H%M%SZ")
    added = {"X-Date": stamp} | ({"X-Security-Token": keys.token} if keys.token else {})
    signed = _signed(request, added)
    text = _canonical(request, signed, canonical.path(request.url))
    scope = f"{date}/{keys.region}/{keys.service}/request"
    to_sign = f"HMAC-SHA256\n{stamp}\n{scope}\n{canonical.sha256_hex(text.encode())}"
    key = canonical.derived_key(keys.secret, date, keys.region, keys.service, "request")
    return added | _authorization("HMAC-SHA256 ", f"{keys.key}/{scope}", signed, key, to_sign, ", ")


def tencent_tc3(request: UnsignedRequest, keys: SigningKeys, now: float) -> dict[str, str]:
    """Sign by TC3-HMAC-SHA256 of Tencent Cloud (Hunyuan, …).

    Source: https://cloud.tencent.com/document/api/213/30654
    """
    date, stamp = canonical.utc(now, "%Y-%m-%d"), str(int(now))
    added = {"X-TC-Timestamp": stamp}
    action = keys.action or _header(request.headers, "x-tc-action")
    given = {"X-TC-Action": action, "X-TC-Version": keys.version, "X-TC-Region": keys.region, "X-TC-Token": keys.token}
    added |= {name: value for name, value in given.items() if value}
    signed = {"host": canonical.host(request.url), "content-type": _header(request.headers, "content-type")}
    signed |= {"x-tc-action": action.lower()} if action else {}
    text = _canonical(request, signed, "/")
    scope = f"{date}/{keys.service}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{canonical.sha256_hex(text.encode())}"
    key = canonical.derived_key(f"TC3{keys.secret}", date, keys.service, "tc3_request")
    return added | _authorization("TC3-HMAC-SHA256 ", f"{keys.key}/{scope}", signed, key, to_sign, ", ")


def aliyun(request: UnsignedRequest, keys: SigningKeys, now: float) -> dict[str, str]:
    """Sign by ACS3-HMAC-SHA256 of Alibaba Cloud's OpenAPI.

    Source: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
    """
    added = {
        "x-acs-date": canonical.utc(now, "%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": keys.nonce(),
        "x-acs-content-sha256": canonical.sha256_hex(request.body),
    }
    given = {"x-acs-action": keys.action, "x-acs-version": keys.version, "x-acs-security-token": keys.token}
    added |= {name: value for name, value in given.items() if value}
    own = {name: value for name, value in request.headers.items() if name.lower().startswith("x-acs-")}
    signed = _signed(request, own | added, optional=("content-type",) if request.body else ())
    text = _canonical(request, signed, canonical.path(request.url))
    to_sign = f"ACS3-HMAC-SHA256\n{canonical.sha256_hex(text.encode())}"
    return added | _authorization("ACS3-HMAC-SHA256 ", keys.key, signed, keys.secret.encode(), to_sign, ",")


def _signed(request: UnsignedRequest, added: Mapping[str, str], optional: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the headers that a signature covers: host, those added, and of the request's own what is wanted."""
    own = {name: _header(request.headers, name) for name in optional}
    lower = {name.lower(): value for name, value in added.items()}
    return {"host": canonical.host(request.url), **lower, **{name: value for name, value in own.items() if value}}


def _canonical(request: UnsignedRequest, signed: Mapping[str, str], path: str) -> str:
    names, lines = ";".join(sorted(signed)), canonical.header_lines(signed, signed)
    query, body = canonical.query(request.url), canonical.sha256_hex(request.body)
    return f"{request.method}\n{path}\n{query}\n{lines}\n{names}\n{body}"


def _authorization(
    start: str, credential: str, signed: Mapping[str, str], key: bytes, to_sign: str, between: str
) -> dict[str, str]:
    signature = hmac.new(key, to_sign.encode(), sha256).hexdigest()
    parts = (f"Credential={credential}", f"SignedHeaders={';'.join(sorted(signed))}", f"Signature={signature}")
    return {"Authorization": start + between.join(parts)}


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")


SCHEMES: Mapping[str, Scheme] = {
    "aws_sigv4": aws_sigv4,
    "volcengine": volcengine,
    "tencent_tc3": tencent_tc3,
    "aliyun": aliyun,
}
"""Vendors' schemes by the name that `signer:` takes."""
