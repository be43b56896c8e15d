"""Two hundred secrets of twenty kinds, a suite that spills each where such a secret is spilled, and their spellings."""

import base64
import html
import json
import random
import string
import urllib.parse
import zlib
from dataclasses import dataclass, field

LETTERS = string.ascii_letters + string.digits
EACH = 10


@dataclass
class Seeds:
    """What a run is given: environment variables, the text of a suite, and the values that must be found nowhere."""

    env: dict[str, str] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)

    def test(self, name: str, *steps: str) -> None:
        self.tests += [name, *(f"    {step}" for step in steps), ""]


def spellings(value: str) -> set[str]:
    """Return a value as it may be written: plain, JSON, XML, URL, base64 at any offset, hex."""
    data = value.encode()
    found = {
        value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], html.escape(value),
        html.escape(value, quote=False), urllib.parse.quote(value), urllib.parse.quote(value, safe=""),
        urllib.parse.quote_plus(value), repr(value)[1:-1],
    }  # fmt: skip
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            code = encode(b"x" * offset + data).decode().rstrip("=")
            found.add(code[(0, 2, 3)[offset] : len(code) - 1])
    return {*found, data.hex()}


def opened(text: str) -> str:
    """Return the text of a Robot log with what it has packed: strings that are long are deflated there."""
    packed = []
    for chunk in text.split('"'):
        if len(chunk) > 40 and chunk.isascii() and not chunk.startswith("*"):
            try:
                packed.append(zlib.decompress(base64.b64decode(chunk, validate=True)).decode("utf-8", "replace"))
            except (ValueError, zlib.error):
                continue
    return text + "\n".join(packed)


def seeds(seed: int = 11) -> Seeds:
    """Make the secrets and the suite."""
    rng = random.Random(seed)
    made = Seeds()

    def secret(kind: str, number: int, extra: str = "", prefix: str = "", length: int = 24) -> str:
        value = prefix + "".join(rng.choice(LETTERS + extra) for _ in range(length - len(prefix)))
        made.values[f"{kind} {number}"] = value
        return value

    for n in range(EACH):
        made.env[f"SEED_A{n}"] = secret("robot secret", n)
        made.variables.append(f"${{A{n}: Secret}}    %{{SEED_A{n}}}")
        made.test(f"Robot Secret {n}", f"Log    ${{A{n}.value}}", f"Fail    it was ${{A{n}.value}}")

        made.env[f"SEED_B{n}"] = secret("named variable", n, "+/=&<'中é ")
        made.variables.append(f"${{API TOKEN {n}}}    %{{SEED_B{n}}}")
        made.test(
            f"Named Variable {n}",
            f"Log    got ${{API TOKEN {n}}} back",
            f"Should Be Equal    ${{API TOKEN {n}}}    other",
        )

        made.env[f"SHOP_PASSWORD_{n}"] = secret("environment", n)
        made.test(f"Environment {n}", f"Log    %{{SHOP_PASSWORD_{n}}}", f"Fail    %{{SHOP_PASSWORD_{n}}} is refused")

        literal = secret("literal argument", n)
        made.test(f"Literal Argument {n}", f"Sign In    password={literal}", f"Fail    api_key: {literal}")

        query = secret("query", n)
        made.test(
            f"Query {n}", f"GET On Session    product    url=/echo?id=7&access_token={query}    expected_status=200"
        )

        user = secret("user in address", n)
        made.test(
            f"Address {n}", f"Log    postgresql+psycopg://qa:{user}@db.example.com/aigc",
            f"Process File    http://qa:{user}@127.0.0.1:%{{PORT}}/file.bin",
        )  # fmt: skip

        header = secret("header", n)
        made.test(
            f"Header {n}", f'VAR    &{{headers}}    Authorization=Bearer {header}    X-Trace=1',
            f"Create Session    header{n}    http://127.0.0.1:%{{PORT}}    headers=${{headers}}",
            f"GET On Session    header{n}    /whoami    expected_status=200",
        )  # fmt: skip

        cookie = secret("cookie", n)
        made.test(
            f"Cookie {n}", f"VAR    &{{headers}}    Cookie=theme=dark; session={cookie}",
            f"Create Session    cookie{n}    http://127.0.0.1:%{{PORT}}    headers=${{headers}}",
            f"Submit Task    image    provider=leaky    session=cookie{n}    prompt=a cat",
        )  # fmt: skip

        basic = secret("basic", n)
        made.test(
            f"Basic {n}", f"VAR    @{{auth}}    qa    {basic}",
            f"Create Session    basic{n}    http://127.0.0.1:%{{PORT}}    auth=${{auth}}",
            f"GET On Session    basic{n}    /whoami    expected_status=200",
        )  # fmt: skip

        jwt = (
            "eyJhbGciOiJIUzI1NiJ9." + secret("jwt", n, "-_", "eyJ", 40) + "." + secret("jwt signature", n, "-_", "", 43)
        )
        made.values.pop(f"jwt signature {n}")
        made.test(f"JWT {n}", f"Log    the product gave {jwt} as it should", f"Fail    {jwt}")

        aws = secret("aws", n, length=40)
        made.test(
            f"AWS {n}", f"Log    aws_secret_access_key = {aws}",
            f"Fail    https://b.example.com/v.mp4?X-Amz-Credential=AKIA&X-Amz-Signature={aws}&X-Amz-Date=1",
        )  # fmt: skip

        key = secret("model key", n, prefix=("sk-proj-", "ghp_", "hf_", "r8_")[n % 4], length=44)
        made.test(
            f"Model Key {n}", f"Log    called with {key}", f"Record Metric    called.{key}    1", f"Fail    {key}"
        )

        pem = "\n".join("".join(rng.choice(LETTERS) for _ in range(64)) for _ in range(4))
        made.env[f"SEED_PEM{n}"] = f"-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----"
        made.values[f"pem {n}"] = pem.splitlines()[1]
        made.test(f"PEM {n}", f"Log    %{{SEED_PEM{n}}}", f"Fail    bad key: %{{SEED_PEM{n}}}")

        body = secret("json body", n)
        made.test(
            f"JSON Body {n}", f'VAR    ${{body}}    {{"user": "qa", "password": "{body}", "n": 1}}',
            "POST On Session    product    /refuse    data=${body}    expected_status=200",
        )  # fmt: skip

        made.env[f"SEED_O{n}"] = secret("encoded", n, " /+?#&")
        made.variables.append(f"${{SIGNING SECRET {n}}}    %{{SEED_O{n}}}")
        made.test(
            f"Encoded {n}",
            f"${{quoted}} =    Evaluate    urllib.parse.quote($SIGNING_SECRET_{n}, safe='')    urllib.parse",
            f"${{raw}} =    Evaluate    ('x' * {n % 3} + $SIGNING_SECRET_{n} + 'yz').encode()",
            "${packed} =    Evaluate    base64.b64encode($raw).decode()    base64",
            f"${{hex}} =    Evaluate    $SIGNING_SECRET_{n}.encode().hex()",
            "Log    ${quoted} ${packed} ${hex}", "Fail    ${packed}",
        )  # fmt: skip

        made.env[f"SEED_P{n}"] = secret("split", n, length=60)
        made.variables.append(f"${{DEPLOY KEY SECRET {n}}}    %{{SEED_P{n}}}")
        made.test(
            f"Split {n}",
            f"${{all}} =    Set Variable    ${{DEPLOY KEY SECRET {n}}}",
            "${text} =    Evaluate    'a:\\\\n' + $all[:25] + '\\\\n\\\\t' + $all[25:] + ' b'",
            "Log    ${text}", "Log    ${text}    html=True", "Fail    ${text}",
        )  # fmt: skip

        chinese = secret("chinese", n)
        left, right = ("“”", "「」", "（）", "《》")[n % 4]
        made.test(
            f"中文 {n}", f"Log    密码：{left}{chinese}{right}，请勿外传。", f"Add Suggestion    令牌是{chinese}。",
            f"Fail    令牌={chinese}；已过期",
        )  # fmt: skip

        made.env[f"SEED_R{n}"] = secret("exception", n)
        made.variables.append(f"${{CREDENTIAL {n}}}    %{{SEED_R{n}}}")
        made.test(
            f"Exception {n}", f"Evaluate    int($CREDENTIAL_{n})",
        )  # fmt: skip

        pattern = secret("pattern", n, prefix="CUST-")
        made.test(f"Pattern {n}", f"Log    order of {pattern}", f"Prepare Data    {pattern}", f"Fail    {pattern}")

        loop = secret("loop", n)
        made.env[f"SEED_T{n}"] = loop
        made.variables.append(f"@{{PASSWORDS {n}}}    %{{SEED_T{n}}}    dummy-dummy")
        made.test(
            f"Loop {n}", f"FOR    ${{one}}    IN    @{{PASSWORDS {n}}}", "    Log    ${one}", "END",
            f"VAR    ${{copy}}    ${{PASSWORDS {n}}}[0]", "IF    '${copy}' != ''    Fail    ${copy}",
        )  # fmt: skip
    return made
