"""Products that answer HTTP 200 whatever happens and say in the body what went wrong."""

import pytest

from AIGCLibrary.data.errors import PreparationError, TemplateError

FAMILY = """
version: 1
vars: {name: Li}
defaults: {accepted: "body.code == `0`"}
nodes:
  parent:
    create: {post: /parents, json: {name: "${name}"}}
    id: data.id
    delete: {delete: "/parents/${self.id}"}
  child:
    create: {post: /children, json: {parent_id: "${parent.id}"}}
    id: data.id
    delete: {delete: "/children/${self.id}"}
"""


@pytest.fixture(autouse=True)
def envelope(product):
    product.envelope = True


def test_a_refusal_in_the_body_is_reported_in_the_products_words(prepare, product):
    with pytest.raises(
        PreparationError, match=r"could not be created: POST .*answered 200 \(accepted is .*name is taken"
    ):
        prepare(FAMILY, {"name": "refused"})
    assert product.count == 0


def test_what_is_accepted_is_made_and_removed(prepare, engine, product):
    assert prepare(FAMILY).data["child"]["data"]["parent_id"] == "parents-1"
    assert (engine.data.clean_up("test").removed, product.count) == (2, 0)


def test_a_removal_refused_in_the_body_leaves_an_orphan(prepare, engine, product):
    prepare(FAMILY)
    product.things["grandchildren"] = {"g": {"id": "g", "children_id": "children-1"}}
    report = engine.data.clean_up("test")
    assert [orphan.key for orphan in report.orphans] == ["child", "parent"]
    assert report.orphans[0].reason.startswith('HTTP 200: {"code": 40901, "msg": "It still has children."')


def test_without_a_condition_the_answer_is_shown_and_the_condition_proposed(prepare):
    with pytest.raises(
        PreparationError, match=r"may be there or not: POST .*without an id at 'data.id': .*taken"
    ) as reported:
        prepare(FAMILY.replace('defaults: {accepted: "body.code == `0`"}', ""), {"name": "refused"})
    assert "accepted: 'body.code == `0`'" in str(reported.value.hint)


def test_one_request_may_accept_more_than_the_others(prepare, engine, product):
    forgiving = "body.code == `0` || body.code == `40401`"
    prepare(FAMILY.replace('"/children/${self.id}"', f'"/children/${{self.id}}", accepted: "{forgiving}"'))
    product.things["children"].clear()
    assert (engine.data.clean_up("test").orphans, product.count) == ((), 0)


def test_a_condition_that_cannot_be_read_is_reported_with_its_line(read):
    with pytest.raises(TemplateError, match=r"line 4.*'body.code ==' is not a JMESPath"):
        read(FAMILY.replace("body.code == `0`", "body.code =="))
