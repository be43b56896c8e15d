"""Named variants of a template."""

import pytest

from AIGCLibrary.errors import ConfigError

FILM = """
version: 1
name: film
vars: {title: Dawn, scenes: 2}
nodes:
  film:
    create: {post: /films, json: {title: "${title}", style: {mood: calm, tempo: slow}}}
    delete: {delete: "/films/${self.id}"}
  scene:
    for_each: ${range(scenes)}
    create: {post: /scenes, json: {film_id: "${film.id}"}}
    delete: {delete: "/scenes/${self.id}"}
outputs: {film_id: "${film.id}", scene_ids: "${scene.id}"}
variants:
  long: {vars: {title: "${'x' * 300}"}}
  bare:
    description: Without scenes
    nodes: {scene: null, film: {create: {json: {style: {mood: dark}}}}}
    outputs: {scene_ids: null}
  more: {vars: {extra: 7}, nodes: {film: {create: {json: {extra: "${extra}"}}}}}
"""


def test_a_template_with_variants_is_itself_without_one(prepare, product):
    prepare(FILM)
    assert product.bodies[0]["title"] == "Dawn"


def test_a_variant_is_chosen_with_its_name(engine, write, product):
    engine.data.load(write(FILM))
    data = engine.loop.run(engine.data.prepare("film:long")).data
    assert product.bodies[0]["title"] == "x" * 300
    assert len(data["scene"]) == 2


def test_mappings_are_joined_and_null_takes_away(engine, write, product):
    engine.data.load(write(FILM))
    data = engine.loop.run(engine.data.prepare("film:bare")).data
    assert product.bodies == [{"title": "Dawn", "style": {"mood": "dark", "tempo": "slow"}}]
    assert set(data) == {"film", "film_id"}
    assert engine.data.prepared("film.id") == data["film"]["id"]


def test_a_variant_may_have_variables_of_its_own(engine, write, product):
    engine.data.load(write(FILM))
    engine.loop.run(engine.data.prepare("film:more", {"extra": 9}))
    assert product.bodies[0]["extra"] == 9


def test_data_of_variants_is_not_the_same_data(engine, write, product):
    engine.data.load(write(FILM))
    for name in ("film", "film:long"):
        engine.loop.run(engine.data.prepare(name, reuse_as="one"))
    assert [body["title"] for body in product.bodies if "title" in body] == ["Dawn", "x" * 300]


def test_an_unknown_variant_lists_near_names(engine, write):
    engine.data.load(write(FILM))
    with pytest.raises(ConfigError, match=r"has no variant 'lnog'\. Did you mean 'long'"):
        engine.data.templates.get("film:lnog")


def test_what_a_variant_writes_wrong_is_reported_with_its_line(engine, write):
    engine.data.load(write(FILM.replace("film: {create: {json: {style: {mood: dark}}}}", "film: {craete: {}}")))
    engine.data.templates.get("film")
    with pytest.raises(
        ConfigError, match=r"line 18 at 'nodes.film.craete': unknown key 'craete'. Did you mean 'create'"
    ):
        engine.data.templates.get("film:bare")
    engine.data.load(write(FILM.replace('"${extra}"', '"${extro}"')))
    with pytest.raises(ConfigError, match=r"line 20 at 'nodes.film.create.json.extra': .*no node or variable 'extro'"):
        engine.data.templates.get("film:more")


def test_variants_are_inherited(engine, write):
    engine.data.load(write(FILM))
    engine.data.load(write("version: 1\nname: short\nextends: film\nvariants: {tiny: {vars: {scenes: 0}}}\n", "s.yaml"))
    assert set(engine.data.templates.get("short").variants) == {"long", "bare", "more", "tiny"}
    plan = engine.loop.run(engine.data.plan("short:tiny"))
    assert (plan.template, plan.requests) == ("short:tiny", 1)
