"""`aigc providers` finds what the project describes."""

import base64

import pytest

from AIGCLibrary.cli.main import main

PROVIDER = """version: 1
providers:
  product:
    submit: {path: /generations, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/generations/{id}", state: body.status}
    states: {pending: queued, running: processing, done: completed, error: failed}
    result: {files: body.outputs, url: url}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "resources" / "providers").mkdir(parents=True)
    (tmp_path / "resources" / "providers" / "product.yaml").write_text(PROVIDER, encoding="utf-8")
    (tmp_path / "resources" / "aigc.yaml").write_text("providers: [providers]\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["list"], "(own)"),
        (["show", "product"], "/generations/{id}"),
        (["check"], "None has samples"),
        (["check", "resources/providers/product.yaml"], "None has samples"),
    ],
)
def test_the_settings_of_the_project_name_its_providers(project, arguments, reported, capsys):
    assert main(["providers", *arguments]) == 0
    printed = capsys.readouterr().out
    assert reported in printed
    assert "0 of 0" not in printed


def test_outside_a_project_there_is_nothing_to_check(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["providers", "check"]) == 2
    assert "There is no provider file to check" in capsys.readouterr().err


HOOKED = """version: 1
providers:
  product:
    hook: ours.py
    submit: {path: /generations, json: {"*": "{inputs}"}, id: body.id}
    status: {path: "/generations/{id}", state: body.status}
    states: {done: completed}
    samples: [{body: "%s", expect: {state: completed, id: "7"}}]
"""
HOOK = """import base64, json
def sign(request):
    return {"X-Sum": str(len(request.body))}
def read(answer):
    return json.loads(base64.b64decode(answer["body"]))
"""


def test_check_calls_the_functions_of_a_hook(tmp_path, capsys):
    answer = base64.b64encode(b'{"id": "7", "status": "done"}').decode()
    (tmp_path / "hooked.yaml").write_text(HOOKED % answer, encoding="utf-8")
    (tmp_path / "ours.py").write_text(HOOK, encoding="utf-8")
    assert main(["providers", "check", str(tmp_path / "hooked.yaml")]) == 0
    printed = capsys.readouterr().out
    assert "sign of ours.py adds X-Sum" in printed
    assert "1 of 1 samples are read as expected" in printed


def test_check_shows_the_id_that_an_answer_to_a_submission_holds(tmp_path, capsys):
    (tmp_path / "own.yaml").write_text(
        "version: 1\nproviders:\n  own:\n    submit: {path: /a, id: body.no}\n"
        "    status: {path: '/a/{id}', state: body.state}\n    states: {done: completed}\n"
        "    samples: [{body: {no: 7}, expect: {id: '7'}}]\n",
        encoding="utf-8",
    )
    assert main(["providers", "check", str(tmp_path / "own.yaml")]) == 0
    assert "sample 1: id 7 of a submission" in capsys.readouterr().out


def test_check_reports_a_sign_that_raises(tmp_path, capsys):
    (tmp_path / "hooked.yaml").write_text(HOOKED % "", encoding="utf-8")
    (tmp_path / "ours.py").write_text("def sign(request):\n    return request.nothing\n", encoding="utf-8")
    assert main(["providers", "check", str(tmp_path / "hooked.yaml")]) == 2
    assert "'sign' of the hook" in capsys.readouterr().err
