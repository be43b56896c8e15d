"""Commands never show the secrets they are given."""

import asyncio
import json

import pytest

from AIGCLibrary.cli.main import main
from AIGCLibrary.errors import MonitoringError
from AIGCLibrary.http.network import NetworkTransport
from AIGCLibrary.monitoring.export import push


@pytest.mark.parametrize(
    ("header", "said"), [("Authorization: Bearer a$b{c}d9", "127.0.0.1"), ("Authorization Bearer a$b{c}d9", "--header")]
)
def test_header_of_files_check_is_not_shown(capsys, header, said):
    main(["files", "check", "http://u:p4ssw$rd@127.0.0.1:9/x.png?token=abc123def", "--header", header])
    out = "".join(capsys.readouterr())
    assert said in out
    assert not [secret for secret in ("a$b{c}d9", "p4ssw$rd", "abc123def") if secret in out]


def test_doctor_lists_names_and_reasons_and_no_values(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_PASSWORD", "Pa$$w0rd!2026")
    monkeypatch.setenv("ACCEPT_COOKIES", "text=Accept all")
    assert main(["doctor", "--secrets", "--json"]) == 0
    out = capsys.readouterr().out
    found = {one["name"]: one for one in json.loads(out)}
    assert found["SHOP_PASSWORD"] == {"name": "SHOP_PASSWORD", "masked": True, "reason": "name", "length": 13}
    assert found["ACCEPT_COOKIES"]["reason"] == "selector"
    assert "Pa$$" not in out
    assert main(["doctor", "--secrets"]) == 0
    assert "Pa$$" not in capsys.readouterr().out


def test_address_of_slo_push_is_not_shown(monkeypatch):
    monkeypatch.setattr(push, "import_text", lambda _store, _run: iter(["aigc_x 1 1\n"]))
    with pytest.raises(MonitoringError) as caught:
        asyncio.run(push.push(None, "run", "http://u:p4ssw$rd@127.0.0.1:9/x?token=abc123def", NetworkTransport()))
    assert "127.0.0.1" in str(caught.value)
    assert not [secret for secret in ("p4ssw$rd", "abc123def") if secret in str(caught.value)]
