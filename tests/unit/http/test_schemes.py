"""Vendors' signatures against the example values that the vendors publish."""

from calendar import timegm
from time import strptime

import pytest

from AIGCLibrary.http.auth import canonical
from AIGCLibrary.http.auth.model import UnsignedRequest
from AIGCLibrary.http.auth.schemes import SCHEMES, SigningKeys


def at(stamp):
    return timegm(strptime(stamp, "%Y%m%dT%H%M%SZ"))


def signature(scheme, request, keys, now):
    return SCHEMES[scheme](request, keys, now)["Authorization"].rpartition("Signature=")[2]


# AWS Signature Version 4 test suite, cases get-vanilla, post-vanilla and get-vanilla-query-order-key-case:
# https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite/v4
AWS = SigningKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region="us-east-1", service="service")


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "https://example.amazonaws.com/?Param2=value2&Param1=value1",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_aws_signature_version_4(method, url, expected):
    assert signature("aws_sigv4", UnsignedRequest(method, url), AWS, at("20150830T123600Z")) == expected


def test_aws_signature_covers_body_and_content_type():
    # Case post-x-www-form-urlencoded of the same suite.
    request = UnsignedRequest(
        "POST",
        "https://example.amazonaws.com/",
        {"Content-Type": "application/x-www-form-urlencoded"},
        b"Param1=value1",
    )
    expected = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    assert signature("aws_sigv4", request, AWS, at("20150830T123600Z")) == expected


# https://www.volcengine.com/docs/6369/67269, worked GET and POST examples with the page's demonstration keys.
VOLCENGINE = SigningKeys(
    "AKLTYWViMTVmZGYzM2E0NDI5Mzk2MDZjNjFmMjc2MjRjMzg",
    "WkRZeE1EQmxPVGhsWWpWak5HVmtNbUUxTXpZeU9UVXlOMlE1TmpZeVlqTQ==",
    region="cn-beijing",
    service="billing",
)


@pytest.mark.parametrize(
    ("method", "action", "body", "expected"),
    [
        ("GET", "QueryBalanceAcct", b"", "1eda9e7e6b1728151a8e8791fdaf67cfbd28bd5c80d0fce2eb208746cf483105"),
        (
            "POST",
            "ListBill",
            b'{"Limit":10,"BillPeriod":"2023-08"}',
            "5e8480ceea12d0000a23c054151c50dd02c1a7dec835004057d19f13d53a7658",
        ),
    ],
)
def test_volcengine(method, action, body, expected):
    url = f"https://billing.volcengineapi.com/?Action={action}&Version=2022-01-01"
    request = UnsignedRequest(method, url, {"Content-Type": "application/json"}, body)
    assert signature("volcengine", request, VOLCENGINE, at("20250329T180937Z")) == expected


def test_tencent_tc3():
    # https://cloud.tencent.com/document/api/213/30654: the example's keys are 32 asterisks, literally.
    keys = SigningKeys(
        f"AKID{'*' * 32}", "*" * 32, region="ap-guangzhou", service="cvm", action="DescribeInstances",
        version="2017-03-12",
    )  # fmt: skip
    body = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
    request = UnsignedRequest(
        "POST", "https://cvm.tencentcloudapi.com/", {"Content-Type": "application/json; charset=utf-8"}, body
    )
    added = SCHEMES["tencent_tc3"](request, keys, 1551113065)
    assert added["Authorization"] == (
        f"TC3-HMAC-SHA256 Credential=AKID{'*' * 32}/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host;x-tc-action, "
        "Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )
    assert added["X-TC-Action"] == "DescribeInstances"


def test_aliyun_acs3():
    # https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature, fixed parameters of the page.
    keys = SigningKeys(
        "YourAccessKeyId", "YourAccessKeySecret", action="RunInstances", version="2014-05-26",
        nonce=lambda: "3156853299f313e23d1673dc12e1703d",
    )  # fmt: skip
    url = (
        "https://ecs.cn-shanghai.aliyuncs.com/"
        "?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    )
    added = SCHEMES["aliyun"](UnsignedRequest("POST", url), keys, at("20231026T102232Z"))
    assert added["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_each_scheme_signs_the_body(scheme):
    keys = SigningKeys("key", "secret", region="r", service="s", nonce=lambda: "n")
    url, kind = "https://product.test/v1/things?b=2&a=1", {"Content-Type": "application/json"}
    signed = [signature(scheme, UnsignedRequest("POST", url, kind, body), keys, 1000) for body in (b"{}", b"[]")]
    assert signed[0] != signed[1]


def test_an_encoded_slash_stays_part_of_its_segment_when_aws_encodes_twice():
    url = "https://bedrock-runtime.test/async-invoke/arn%3Aaws%3Abedrock%3Ax%3A1%3Aasync-invoke%2Fa1"
    encoded = "/async-invoke/arn%3Aaws%3Abedrock%3Ax%3A1%3Aasync-invoke%2Fa1"
    assert canonical.path(url) == encoded
    assert canonical.path(url, twice=True) == encoded.replace("%", "%25")
