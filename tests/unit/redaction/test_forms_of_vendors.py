"""Keys, signed addresses, connection strings, commands and sentences as vendors write them; and what looks alike."""

import html
import json
import random
import string

import pytest

from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.redaction.rule import MASK

LETTERS, HEX = string.ascii_letters + string.digits, "0123456789abcdef"
ADDRESSED = LETTERS + "-_"
SHAPES = {
    "sk-proj-": (LETTERS, 60), "sk-ant-api03-": (ADDRESSED, 93), "sk-or-v1-": (HEX, 64), "xai-": (LETTERS, 80),
    "gsk_": (LETTERS, 52), "pplx-": (LETTERS, 48), "nvapi-": (ADDRESSED, 64), "tgp_v1_": (ADDRESSED, 43),
    "csk-": (HEX, 48), "tvly-": (LETTERS, 32), "fw_": (LETTERS, 24), "rpa_": (LETTERS, 46), "jina_": (LETTERS, 60),
    "key_": (HEX, 128), "luma-": (HEX, 72), "bce-v3/ALTAK-aB3/": (HEX, 40), "r8_": (LETTERS, 37), "hf_": (LETTERS, 34),
    "sk_": (HEX, 48), "AIza": (ADDRESSED, 35), "AQ.": (ADDRESSED, 50), "lsv2_pt_": (HEX, 40), "ghp_": (LETTERS, 36),
    "github_pat_": (LETTERS, 82), "glpat-": (ADDRESSED, 20), "gldt-": (ADDRESSED, 20), "glptt-": (HEX, 40),
    "npm_": (LETTERS, 36), "pypi-AgEIcHlwaS5vcmc": (ADDRESSED, 80), "xoxb-1234-": (LETTERS, 24),
    "xapp-1-": (LETTERS, 60), "sk_live_": (LETTERS, 24), "SG.aB3dE6gH9jK2mN5pQ8sT1v.": (ADDRESSED, 43),
    "key-": (HEX, 32), "dapi": (HEX, 32), "dop_v1_": (HEX, 64), "hvs.": (ADDRESSED, 90), "AKID": (LETTERS, 32),
    "LTAI5t": (LETTERS, 18), "ya29.": (ADDRESSED, 60), "GOCSPX-": (ADDRESSED, 28), "pat_": (LETTERS, 64),
    "AGE-SECRET-KEY-1": ("QPZRY9X8GF2TVDW0", 58), "dckr_pat_": (ADDRESSED, 27), "shpat_": (HEX, 32),
    "ATATT3": (ADDRESSED, 186), "lin_api_": (LETTERS, 40), "ntn_": (LETTERS, 46), "figd_": (ADDRESSED, 40),
    "sntrys_eyJ": (LETTERS, 60), "NRAK-": ("ABCDEF0123456789", 27), "PMAK-": (HEX, 58), "ops_eyJ": (LETTERS, 250),
}  # fmt: skip


@pytest.mark.parametrize("start", SHAPES)
@pytest.mark.parametrize(
    "text", ["called with {} at noon", "令牌{}，已过期", "Key:{}", '{{"used": "{}"}}', "<td>{}</td>"]
)
def test_key_of_a_vendor_is_found_by_its_shape(start, text):
    letters, length = SHAPES[start]
    value = start + "".join(random.Random(start).choice(letters) for _ in range(length - 2)) + "29"
    shown = Redactor().text(text.format(value))
    assert shown == text.format(MASK)


def test_shapes_that_overlap_leave_no_rest():
    value = "sk-aB3dE6gH9jK2mN5pQ8-key-" + "0123456789abcdef" * 2
    assert Redactor().text(f"x {value} y") == f"x {MASK} y"


NAMES = [
    "token", "accessToken", "DB_PASSWORD_2", "client_secret", "api-key", "tokens", "USER_PASS", "dbpass", "passcode",
    "pass_code", "signing_key", "signature", "sig", "auth", "my_auth", "x_sig", "pwd", "credential", "jwt", "bearer",
    "private_key", "密码", "令牌", "私钥", "授权码", "FAL_KEY", "sk", "VOLC_SK", "sign", "hmac",
]  # fmt: skip
PLACES = [
    '{{"{}": "{}"}}', "{{'{}': '{}'}}", '"{{\\"{}\\": \\"{}\\"}}"', "x {}={} y", "x {}='{}' y",
    "x {}=&#x27;{}&#x27; y",
    "{}: {}", '{}: "{}"', "{}: &quot;{}&quot;", "http://h/?a=1&{}={}&b=2", "a=1&{}={}", "<{0}>{1}</{0}>", "--{}={}",
    "${{{}}} = {}", "[ ${{{}}}='{}' ]", "${{d}}[{}] = {}", "'{}' => '{}'", "run --{} {} now",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_value_of_a_secret_name_is_masked_at_every_place(name):
    value = "kX7mQ2pL9vR4tZ8w"
    assert [place for place in PLACES if value in Redactor().text(place.format(name, value))] == []
    assert value not in str(Redactor().data({name: value}))


PLACED = [
    "https://c/v.mp4?sign={}&t=65", "https://c/v?hmac={}&t=5", "https://h/?jwt={}", "wss://h/?bearer={}",
    "http://h/?pass={}", "http://h/?u=a&pw={}", "https://b/v?x-oss-signature={}&x-oss-date=1",
    "https://c/v?txSecret={}",
    "https://b/v?q-sign-algorithm=sha1&q-signature={}", "https://b/v?X-Tos-Signature={}&x=1",
    "https://b/v?sig={}%3D",
    "DRIVER={{x}};UID=qa;PWD={{{}}}", "Server=h;Uid=sa;Pwd={};", "AccountName=a;AccountKey={};EndpointSuffix=c",
    "redis://:{}@h:6379/0", "mongodb+srv://qa:{}@c.mongodb.net/db", "jdbc:mysql://h:3306/db?user=qa&password={}",
    "//registry.npmjs.org/:_authToken={}", "AK: AKLTx SK: {}", 'ak=abc sk={}', "The password is {}.",
    'The API key is "{}"', "his token was {}, it seems", "密码设置为{}", "密码改成了{}", "密码就是{}",
    "口令是{}，勿外传", "私钥：{}", "授权码: {}", "用户密码：{}。", "export VOLC_SECRETKEY={}",
    "tool --authorization {} x", "<cookie>{}</cookie>",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{}\n-----END PGP PRIVATE KEY BLOCK-----",
    "https://discord.com/api/webhooks/123456789/{}", "https://api.telegram.org/bot123456789:{}/sendMessage",
    "https://x.webhook.office.com/webhookb2/{}/IncomingWebhook/a/b", "next=https%3A%2F%2Fh%2F%3Fpass%3D{}",
]  # fmt: skip


@pytest.mark.parametrize("text", PLACED)
def test_secret_is_masked_at_a_place_of_a_vendor(text):
    value = "kX7mQ2pL9vR4tZ8wB5nC"
    assert value not in Redactor().text(text.format(value))


@pytest.mark.parametrize("deep", range(3))
@pytest.mark.parametrize("said", [{"密码": "{}"}, "密码：{}", "令牌是{}", {"note": "私钥={}"}])
def test_chinese_label_is_found_in_json_of_ascii(said, deep):
    value, text = "kX7mQ2pL9vR4tZ8wB5nC", said
    for _ in range(deep + 1):
        text = json.dumps(text)
    assert value not in Redactor().text(text.replace("{}", value))


@pytest.mark.parametrize("header", ["Authorization: Bearer abc1", "Cookie: a=1; sid=x1", "X-Amz-Signature=abc&a=1"])
@pytest.mark.parametrize("said", ['"clientSecret": "{}"', "{{'token': '{}'}}", '\\"api_key\\": \\"{}\\"'])
def test_header_in_a_line_hides_no_name_of_a_secret_behind_it(header, said):
    value = "kX7mQ2pL9vR4tZ8wB5nC"
    assert value not in Redactor().text(f"{header} | {said.format(value)}")


ORDINARY = [
    # models, prompts, tasks
    "gpt-4o-2024-08-06", "claude-3-5-sonnet-20241022", "Qwen/Qwen2.5-VL-72B-Instruct",
    "doubao-seedance-1-0-pro-250528",
    "stable-diffusion-xl-base-1.0", "sora-2-pro-2025-10-06", "luma-ray-2-720p", "xai-grok-4-0709", "pplx-70b-online",
    "sk-learn pipeline of 12 steps", "risk-2024-assessment-report", "task-1234567890abcdef1234",
    "key_frames: 0,12,24,36",
    "An old key on a wooden table, secret garden behind it", "neon sign: OPEN 24 hours", "AQ. 12 items",
    # addresses
    "https://example.com/search?author=Bob&page=2", "https://h/x?next=%2Fsearch%3Fauthor%3DBob%26keyword%3Dcat",
    "https://example.com/a?sort_key=created_at&sign=leo", "https://example.com/a?passengers=12&compass=north",
    # counts and settings
    "max_tokens=4096", "input tokens: 12345678", "tokens per second: 123.45", "token_type: ids-2", "pass: 12, fail: 3",
    "PASS: 200 of 201 tests", "pass=true", '"pass": "yes"', "bypass=true", "compass: north-west-12", "auth=none",
    "auth: basic", '"auth": "bearer"', "signature=valid", '"signature": "missing"', '"signature": "not verified"',
    "hmac: sha256", "sign=plus", '"sk": "Slovak"', '"jwt": "expired"', "pass-rate: 0.9512345", "passed: 12345678901",
    "--token-limit 4096", "--auth none", "--cookie-jar jar-2026.txt", "--pass-rate 95", "author: Robert Smith 2026",
    "assigned: user-12345678", "design: modern-2026-a", "keyword: sunset-beach-4k", "mask: region-12345678",
    "disk: nvme0n1p1-ssd", "algorithm: hmac-sha256", "Idempotency-Key: 7f3c2b1a-0001-4d5e", "pw=2",
    # sentences
    "The password must have at least 12 characters, one digit and one sign.", "The password is too short.",
    "The token is 2048 characters long", "The token was refreshed 12 minutes ago", "The secret is not found in vault-2",
    "The token is invalid or has expired at 2026-11-30T12:00:00Z", "The API key is missing in header 2",
    # pages
    "css=.password-field > input[type=password]", "[data-testid=token-row-12]", "id=pass-2", "div.sign-12 > span",
    'role=textbox[name="Password"]', "//button[contains(., 'Sign')]",
    # Chinese
    "密码长度为8到20位", "密码错误，请重新输入", "密码已过期，请在30天内修改", "密码设置为8位以上更安全",
    "密码改为12位后生效",
    "令牌数：4096", "口令不正确，还剩3次机会", "私钥长度：4096", "授权码有效期：30天", "签名：已验证",
    "模型：doubao-seedance-1-0-pro",
    "生成一只在月球上骑自行车的猫，4K，电影感", "提示词：一把古老的钥匙，秘密花园",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_what_looks_alike_stays(text):
    redactor = Redactor()
    for shown in (text, f"x {text}, y", f"<td>{html.escape(text)}</td>", json.dumps({"message": text})):
        assert redactor.text(shown) == shown
