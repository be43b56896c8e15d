"""Seeded secrets must be in no store, message or log."""

import base64
import logging
from urllib.parse import quote

import pytest

from AIGCLibrary.data.errors import PreparationError

TOKEN = 'tok"en/with+odd=chars'
PASSWORD = "geheim & <42>"
TEMPLATE = """
version: 1
name: account
vars: {password: null}
defaults: {idempotency: true, retry: {times: 0}}
nodes:
  account:
    create: {post: /accounts, json: {name: Li, pin: "${password}", note: "it is ${password}!"}}
    lookup: {get: /accounts, params: {pin: "${password}"}}
    delete: {delete: "/accounts/${self.id}?why=${password}"}
  card:
    create: {post: /cards, json: {account_id: "${account.id}", name: "${vars.password}"}}
    delete: {delete: "/cards/${self.id}"}
"""


def spellings(secret):
    return {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), secret.replace('"', '\\"')}


@pytest.fixture
def bank(make_engine, product, write, monkeypatch):
    product.token = TOKEN
    monkeypatch.setenv("BANK_TOKEN", TOKEN)
    write(
        f"environments:\n  bank: {{base_url: '{product.url}', auth: {{bearer: '%{{BANK_TOKEN}}'}}}}\n",
        "environments.yaml",
    )
    engine = make_engine(environment="bank")
    engine.data.load(write(TEMPLATE))
    engine.redactor.add(PASSWORD)  # the keywords do this for every Secret
    return engine


def test_no_secret_reaches_store_log_or_message(bank, product, tmp_path, caplog):
    caplog.set_level(logging.DEBUG, "aigc")
    data = bank.loop.run(bank.data.prepare("account", {"password": PASSWORD}))
    assert data.data["account"]["pin"] == PASSWORD  # the test itself gets the truth
    assert bank.data.clean_up("test").removed == 2
    product.things["accounts"] = {}
    product.answers.clear()
    broken = TEMPLATE.replace('name: "${vars.password}"', 'name: refused, secret: "${password}"')
    (tmp_path / "t.yaml").write_text(broken, encoding="utf-8")
    bank.data.load(tmp_path / "t.yaml")
    with pytest.raises(PreparationError) as caught:
        bank.loop.run(bank.data.prepare("account", {"password": PASSWORD}))
    bank.close()
    written = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.glob("aigc.db*"))
    reported = f"{caught.value} {caught.value.facts}"
    logged = "".join(bank.redactor.text(record.getMessage()) for record in caplog.records)
    for secret in spellings(TOKEN) | spellings(PASSWORD):
        assert secret not in written
        assert secret not in reported
        assert secret not in logged
    assert "account" in written


def test_a_resumed_run_still_makes_what_holds_a_secret(bank, make_engine, product, write):
    first = bank.loop.run(bank.data.prepare("account", {"password": PASSWORD}, reuse_as="mine"))
    again = bank.loop.run(bank.data.prepare("account", {"password": PASSWORD}, reuse_as="mine"))
    assert first.data["account"]["id"] == again.data["account"]["id"]
    assert product.count == 2
