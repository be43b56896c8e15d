import json

import pytest
import yaml

from AIGCLibrary.cli.main import main


@pytest.fixture
def aigc(tmp_path, monkeypatch, capsys, product, write, family):
    """Run `aigc data …` in a project of its own; gives exit code and what was printed."""
    monkeypatch.chdir(tmp_path)
    for name in ("AIGC_STORE", "AIGC_CONFIG", "AIGC_ENVIRONMENT", "AIGC_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    write(f"default: here\nenvironments:\n  here: {{base_url: '{product.url}'}}\n", "resources/environments.yaml")
    write("templates: [templates]\nenvironments: environments.yaml\n", "resources/aigc.yaml")
    write(family, "resources/templates/family.yaml")

    def run(*arguments):
        code = main(["data", *arguments, "--language", "en"])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_plan_prints_a_tree_and_draws(aigc, tmp_path, product):
    code, said = aigc("plan", "family", "children=4", "--svg", "plan.svg")
    assert code == 0
    assert "child × 4 POST /childs" in said
    assert (tmp_path / "plan.svg").read_text(encoding="utf-8").startswith("<svg")
    assert json.loads(aigc("plan", "family", "--json")[1])["requests"] == 5
    assert product.requests.total() == 0


def test_variables_may_stand_after_options(aigc, tmp_path):
    code, said = aigc("plan", "--svg", "plan.svg", "family", "children=4", "--json")
    assert (code, json.loads(said)["requests"]) == (0, 6)
    assert (tmp_path / "plan.svg").is_file()
    code, said = aigc("plan", "family", "--json", "children=4", "--svgg", "plan.svg")
    assert (code, "aigc data plan: unknown argument --svgg. Did you mean '--svg'?" in said) == (2, True)


def test_the_tree_says_without_plurals_how_much_it_is(aigc):
    said = " ".join(aigc("plan", "family", "children=0")[1].split())
    assert "Requests: 2, steps one after another: 2, at once: 8 at most." in said


def test_a_wrong_name_is_reported_in_one_sentence(aigc):
    assert aigc("plan", "famly") == (
        2,
        (
            "aigc: There is no template 'famly'. Did you mean 'family'? [AIGC404]\n      Load your templates with "
            "Load Templates or the import argument templates=…; aigc data list shows all.\n"
        ),
    )
    assert "'x' is not a variable" in aigc("plan", "family", "x")[1]
    code, said = aigc("plan", "family", "children=[1")
    assert (code, "The value of 'children' is not valid YAML" in said) == (2, True), said


def test_list_shows_templates_and_environments(aigc):
    code, said = aigc("list")
    assert code == 0
    assert "family" in said
    assert "full_video_creation" in said
    assert "here" in said


def test_import_writes_a_template_that_can_be_planned(aigc, write):
    operation = {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}, "responses": {}}
    document = {"openapi": "3.1.0", "paths": {"/boxes": {"post": operation}, "/boxes/{id}": {"delete": {}}}}
    write(json.dumps(document), "shop.json")
    assert aigc("import", "shop.json", "--output", "resources/templates/shop.yaml") == (
        0,
        "resources/templates/shop.yaml: 1 nodes (box)\n",
    )
    assert "box POST /boxes" in " ".join(aigc("plan", "shop")[1].split())


def test_sweep_shows_then_removes(aigc, make_engine, product, tmp_path, write, family, monkeypatch):
    engine = make_engine(product.url, store=f"sqlite:///{tmp_path / 'results' / 'aigc.db'}")
    engine.data.load(write(family))
    engine.loop.run(engine.data.prepare("family", scope="run"))
    engine.store.flush()
    assert "5 records belong to processes that still run" in aigc("sweep", "--run", "run")[1]
    monkeypatch.setattr("AIGCLibrary.data.sweep.has_ended", lambda _owner: True)
    assert "Nothing is left" in aigc("sweep")[1]  # it is younger than an hour
    code, said = aigc("sweep", "--run", "run", "--dry-run")
    assert "5 records would be removed" in said
    assert product.count == 5
    code, said = aigc("sweep", "--older-than", "0 s")
    assert (code, product.count) == (0, 0)
    assert "Removed 5 (0 had gone already)" in said


def test_compare_and_sync_tell_by_their_exit_code(aigc, write, product):
    base = yaml.safe_dump({"base_url": product.url})
    write(f"environments:\n  a: {{{base.strip()}}}\n  b: {{{base.strip()}}}\n", "resources/environments.yaml")
    text = "version: 1\nnodes:\n  box: {create: {post: /boxes}, sync: {list: {get: /boxes}, key: name}}\n"
    write(text, "resources/templates/boxes.yaml")
    product.things["boxes"] = {"1": {"id": "1", "name": "x"}}
    assert aigc("compare", "a", "b", "boxes") == (0, "0 differences in 1 things.\n")
    code, said = aigc("sync", "a", "b", "boxes")
    assert code == 0
    assert "Nothing was changed" in said
