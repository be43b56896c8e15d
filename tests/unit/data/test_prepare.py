import pytest

from AIGCLibrary.data.errors import PreparationError, TemplateError
from AIGCLibrary.events import DataChanged
from tests.support.product import Faults


def test_records_outputs_and_requests_are_given(prepare, product, family):
    prepared = prepare(family, {"children": 2})
    assert [child["number"] for child in prepared.data["child"]] == [0, 1]
    assert prepared.data["children_ids"] == [child["id"] for child in prepared.data["child"]]
    assert prepared.data["pet"]["names"] == [0, 1]
    assert prepared.work.api_calls == product.requests.total() == 4


def test_independent_parts_are_made_at_the_same_time(prepare, product, family):
    product.cost = 0.05
    prepare(family, {"children": 6})
    assert product.most_busy == 6


def test_concurrency_of_the_template_is_kept(prepare, product, family):
    product.cost = 0.02
    prepare(family.replace("idempotency: true", "concurrency: 2"), {"children": 6})
    assert product.most_busy == 2


def test_copies_are_made_and_given_as_a_list(prepare, product, family):
    prepared = prepare(family, {"children": 1}, count=3)
    assert len({copy["parent"]["id"] for copy in prepared.data}) == 3
    assert product.count == 9


def test_every_record_is_reported(prepare, engine, family):
    heard = []
    engine.bus.subscribe(DataChanged, heard.append)
    prepare(family, {"children": 1})
    engine.data.clean_up("test")
    assert [event.state for event in heard] == ["created"] * 3 + ["removed"] * 3


def test_numbers_known_only_from_an_answer_are_unrolled_late(prepare, product):
    product.echo = {"many": 3}
    prepared = prepare(
        """
        version: 1
        nodes:
          box: {create: {post: /boxes}}
          toy: {for_each: "${range(box.many)}", create: {post: /toys, json: {box: "${box.id}", n: "${item}"}}}
          note: {create: {post: /notes, json: {toys: "${toy.n}"}}}
        """
    )
    assert [toy["n"] for toy in prepared.data["toy"]] == [0, 1, 2]
    assert prepared.data["note"]["toys"] == [0, 1, 2]


def test_combinations_groups_and_conditions(prepare):
    prepared = prepare(
        """
        version: 1
        vars: {extra: false}
        nodes:
          episode: {for_each: 2, create: {post: /episodes, json: {n: "${index}"}}}
          scene:
            for_each: {episode: "${episode}", n: ["a", "b"]}
            create: {post: /scenes, json: {of: "${item.episode.id}", n: "${item.n}"}}
          final:
            for_each: ${group(scene, 'item.episode')}
            create: {post: /finals, json: {of: "${item.of.id}", scenes: "${item.items.n}"}}
          never: {when: "${extra}", create: {post: /never}}
        """
    )
    assert sorted((scene["of"], scene["n"]) for scene in prepared.data["scene"]) == [
        ("episodes-1", "a"),
        ("episodes-1", "b"),
        ("episodes-2", "a"),
        ("episodes-2", "b"),
    ]
    assert [final["scenes"] for final in prepared.data["final"]] == [["a", "b"], ["a", "b"]]
    assert prepared.data["never"] is None


def test_a_thing_needs_only_the_things_it_is_made_of(engine, write):
    engine.data.load(
        write(
            """
            version: 1
            name: lanes
            nodes:
              scene: {for_each: 2, create: {post: /scenes}}
              video: {for_each: "${scene}", create: {post: /videos, json: {scene: "${item.id}"}}}
            """
        )
    )
    from AIGCLibrary.data.variables import lay_out, situate

    template = engine.data.templates.get("lanes")
    graph = lay_out(situate(template, {}, None, run_id="r", seed="s", at=0))
    assert graph.instances["video[1]"].needs == {"scene[1]"}


def test_what_exists_already_is_found_and_changed_but_never_removed(prepare, product, engine):
    product.things["styles"] = {"s1": {"id": "s1", "name": "ink", "colour": "black"}}
    prepared = prepare(
        """
        version: 1
        nodes:
          style:
            lookup: {get: /styles, params: {name: ink}}
            update: {patch: "/styles/${self.id}", json: {colour: red}}
          use: {create: {post: /uses, json: {style: "${style.id}"}}, delete: {delete: "/uses/${self.id}"}}
        """
    )
    assert prepared.data["use"]["style"] == "s1"
    assert product.things["styles"]["s1"]["colour"] == "red"
    assert engine.data.clean_up("test").removed == 1
    assert "s1" in product.things["styles"]


def test_something_that_should_exist_and_does_not_is_reported(prepare):
    with pytest.raises(PreparationError, match=r"'style' .*is not there: GET /styles.*AIGC413"):
        prepare("version: 1\nnodes:\n  style: {lookup: {get: /styles, params: {name: ink}}}\n")


def test_a_refusal_tells_node_request_answer_and_what_became_of_the_rest(prepare, product, family):
    with pytest.raises(PreparationError) as caught:
        prepare(family.replace('names: "${child.number}"', "name: refused"))
    error = caught.value
    assert "Node 'pet' of template 'family' could not be created: POST http://" in error.message
    assert "answered 409: That name is taken. Created before: 4 (parent (parents-1), child[0]" in error.message
    assert error.message.endswith("all removed again.")
    assert error.facts["status"] == 409
    assert error.facts["curl"].startswith("curl -i -X POST")
    assert product.count == 0


def test_what_was_made_before_a_failure_can_be_kept_and_taken_up(prepare, engine, product, family):
    broken = family.replace('names: "${child.number}"', "name: refused")
    with pytest.raises(PreparationError, match=r"Created before: 4 .* kept, as asked"):
        prepare(broken, on_failure="keep", reuse_as="mine")
    engine.data.clean_up("test")
    assert product.count == 4
    prepare(family, reuse_as="mine")
    assert product.count == 5
    assert engine.data.clean_up("test").removed == 5


def test_the_same_name_gives_the_same_data(prepare, product, family):
    first = prepare(family, reuse_as="cast")
    assert prepare(family, reuse_as="cast").data["parent"]["id"] == first.data["parent"]["id"]
    assert prepare(family).data["parent"]["id"] != first.data["parent"]["id"]


def test_a_passing_failure_is_repeated_and_makes_nothing_twice(prepare, product, family):
    product.faults = Faults(0.3, seed=3, kinds=("before", "after"))
    prepare(family.replace("idempotency: true", "idempotency: true, retry: {times: 9, backoff: 1 ms}"), {"children": 8})
    assert product.count == 10


def test_without_a_key_an_unclear_failure_is_looked_up_before_it_is_repeated(prepare, product, family):
    product.idempotency = False
    product.faults = Faults(0.3, seed=5, methods=("POST",), kinds=("before", "after"))
    text = family.replace("idempotency: true", "retry: {times: 9, backoff: 1 ms}")
    prepare(text, {"children": 8})
    assert product.count == 10


def test_without_key_and_lookup_an_unclear_failure_is_not_repeated(prepare, product):
    product.faults = Faults(1.0, methods=("POST",), kinds=("after",))
    with pytest.raises(PreparationError, match="answered 500"):
        prepare("version: 1\nnodes:\n  a: {create: {post: /as}}\n")
    assert product.requests["POST"] == 1


def test_an_answer_without_id_is_reported(prepare, engine, product):
    text = """
        version: 1
        nodes:
          a: {create: {post: /as, json: {n: 1}}, id: data.id, delete: {delete: "/as/${self.id}"}}
        """
    assert prepare(text).data["a"]["id"] == "as-1"  # from the header Location
    engine.data.clean_up("test")
    product.location = False
    with pytest.raises(
        PreparationError, match=r"answered 201 without an id at 'data.id': \{.*May be there: a: .*AIGC414"
    ):
        prepare(text)


def test_an_answer_that_breaks_its_schema_is_reported(prepare, product):
    text = """
        version: 1
        nodes:
          a:
            create: {post: /as, json: {n: 1}}
            delete: {delete: "/as/${self.id}"}
            schema: {type: object, required: [owner], properties: {n: {type: string}}}
        """
    with pytest.raises(PreparationError, match=r"breaks its schema: POST .*answered 201: .*AIGC411"):
        prepare(text)
    assert product.count == 0


def test_an_unknown_variable_is_answered_with_near_names(prepare, family):
    with pytest.raises(TemplateError, match=r"no variable 'childre'\. Did you mean 'children'"):
        prepare(family, {"childre": 1})


def test_a_variable_without_default_must_be_given(prepare):
    with pytest.raises(TemplateError, match="needs 'title'"):
        prepare("version: 1\nvars: {title: null}\nnodes:\n  a: {create: {post: '/${title}'}}\n")


def test_an_unreachable_product_is_reported(make_engine, write, family):
    engine = make_engine("http://127.0.0.1:9")
    engine.data.load(write(family.replace("idempotency: true", "retry: {times: 0}")))
    with pytest.raises(PreparationError, match=r"could not be reached.*Nothing had been created"):
        engine.loop.run(engine.data.prepare("family"))


def test_prepared_data_is_found_by_path(prepare, engine, family):
    prepare(family, {"children": 2})
    assert engine.data.prepared("length(child)") == 2
    assert engine.data.prepared("family.parent.id") == "parents-1"
    with pytest.raises(TemplateError, match="Did you mean 'parent'"):
        engine.data.prepared("parnt.id")
    engine.data.clean_up("test")
    with pytest.raises(TemplateError, match="No data was prepared"):
        engine.data.prepared("parent")


def test_the_plugin_merges_what_it_prepared_and_counts_requests(engine, product, write, family):
    engine.data.load(write(family))
    result = engine.plugins.execute("api_mixing", {"template": "family", "vars": {"children": 1}})
    assert result.success
    assert result.metrics["api_calls"] == 3
    assert engine.plugins.context.test_data["parent"]["id"] == result.data["parent"]["id"] == "parents-1"
    assert engine.plugins.execute("api_mixing", {"template": "family", "children": 2}).metrics["records"] == 4
