"""Adopting what a product holds already."""

import pytest

from AIGCLibrary.data.errors import PreparationError

SHOW = """
version: 1
name: show
vars: {title: Pilot, parts: 2, extras: 2}
nodes:
  show:
    create: {post: /shows, json: {title: "${title}", tag: "${key}"}}
    lookup: {get: /shows, params: {tag: "${key}"}}
    update: {patch: "/shows/${self.id}", json: {seen: true}}
    delete: {delete: "/shows/${self.id}"}
    sync: {list: {get: /shows}, key: title}
  part:
    for_each: ${range(parts)}
    create: {post: /parts, json: {show_id: "${show.id}", number: "${index + 1}"}}
    delete: {delete: "/parts/${self.id}"}
    sync:
      {list: {get: /parts, params: {show_id: "${parent.id}"}}, parent: show, key: number, references: {show_id: show}}
  extra:
    for_each: {part: "${part}", n: "${range(extras)}"}
    create: {post: /extras, json: {part_id: "${item.part.id}", text: "${faker.sentence}"}}
    delete: {delete: "/extras/${self.id}"}
    sync:
      {list: {get: /extras, params: {part_id: "${parent.id}"}}, parent: part, key: text, references: {part_id: part}}
outputs: {show_id: "${show.id}"}
"""
LOOKED_UP = """
version: 1
name: looked_up
vars: {code: A1}
nodes:
  thing:
    create: {post: /things, json: {code: "${code}"}}
    lookup: {get: /things, params: {code: "${code}"}}
    delete: {delete: "/things/${self.id}"}
"""


@pytest.fixture
def there(product):
    """Put a thing into the product, as somebody else would."""

    def put(kind, **fields):
        things = product.things.setdefault(kind, {})
        number = str(len(things) + 1)
        things[f"{kind}-{number}"] = {"id": f"{kind}-{number}", **fields}
        return f"{kind}-{number}"

    return put


@pytest.fixture
def adopt(engine, write):
    def adopted(text, variables=None):
        name = engine.data.load(write(text))[0]
        return engine.loop.run(engine.data.adopt(name, variables)).data

    return adopted


def populate(there, title="Pilot", parts=2, extras=2):
    show = there("shows", title=title)
    for number in range(1, parts + 1):
        part = there("parts", show_id=show, number=number)
        for one in range(extras):
            there("extras", part_id=part, text=f"{title} {number} {one}")
    return show


def test_things_are_found_by_the_names_of_the_template(adopt, there, product, engine):
    populate(there, "Other")
    show = populate(there)
    before = product.all()
    data = adopt(SHOW)
    assert data["show"]["id"] == data["show_id"] == show
    assert [(one["number"], one["show_id"]) for one in data["part"]] == [(1, show), (2, show)]
    assert [one["text"] for one in data["extra"]] == ["Pilot 1 0", "Pilot 1 1", "Pilot 2 0", "Pilot 2 1"]
    assert engine.data.prepared("show.title") == "Pilot"
    assert product.all() == before
    assert engine.data.clean_up("run").removed == 0
    assert product.all() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"title": "Finale"},
            r"'show' of template 'show' is not there: GET /shows lists 1, 0 with title=Finale. Nothing",
        ),
        ({"parts": 3}, r"'part\[2\]' .*lists 2, 0 with number=3"),
        ({"extras": 3}, r"2 things of node 'extra' lie below its parent, more are wanted"),
        ({"extras": 1}, r"2 things lie below its parent, 1 are wanted, and the template generates their names"),
    ],
)
def test_what_is_missing_or_left_over_is_refused(adopt, there, change, message):
    populate(there)
    with pytest.raises(PreparationError, match=message) as failure:
        adopt(SHOW, change)
    assert failure.value.code == "AIGC413"


def test_several_of_one_name_cannot_be_distinguished(adopt, there):
    populate(there)
    there("shows", title="Pilot")
    with pytest.raises(PreparationError, match="2 things match, one is expected"):
        adopt(SHOW)


def test_a_name_that_is_made_up_is_refused(adopt, there):
    populate(there)
    with pytest.raises(PreparationError, match="the template generates its title"):
        adopt(SHOW.replace("title: Pilot", 'title: "${faker.name}"'))


def test_a_lookup_that_is_the_same_each_time_finds_it(adopt, there, product):
    there("things", code="B2")
    there("things", code="A1")
    assert adopt(LOOKED_UP)["thing"]["id"] == "things-2"
    with pytest.raises(PreparationError, match="is not there: GET /things code=C3"):
        adopt(LOOKED_UP, {"code": "C3"})
    product.lookup = False  # the filter is ignored: everything comes back
    assert adopt(LOOKED_UP)["thing"]["id"] == "things-2"
    there("things", code="A1")
    with pytest.raises(PreparationError, match="2 things match"):
        adopt(LOOKED_UP)


def test_a_lookup_by_a_fresh_key_alone_finds_nothing_of_others(adopt):
    text = LOOKED_UP.replace('params: {code: "${code}"}', 'params: {tag: "${key}"}')
    with pytest.raises(PreparationError, match="names it by nothing that stays the same"):
        adopt(text)
