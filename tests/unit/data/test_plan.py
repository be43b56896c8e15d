import io
import xml.etree.ElementTree as ET

import pytest
from rich.console import Console

from AIGCLibrary.data.drawing import plan_html, plan_svg, plan_tree
from AIGCLibrary.data.layout import HEIGHT, WIDTH, place
from AIGCLibrary.data.tables import written


@pytest.fixture
def plan(engine, write, family):
    engine.data.load(write(family))

    def planned(**variables):
        return engine.loop.run(engine.data.plan("family", variables))

    return planned


def test_a_plan_sends_nothing(plan, product):
    found = plan(children=4)
    assert product.requests.total() == 0
    assert (found.requests, found.levels, found.seconds) == (6, 3, None)
    assert [(node.name, node.count, node.level) for node in found.nodes] == [
        ("parent", 1, 0),
        ("child", 4, 1),
        ("pet", 1, 2),
    ]


def test_time_is_estimated_from_earlier_runs(plan, engine, product):
    product.cost = 0.02
    engine.loop.run(engine.data.prepare("family", {"children": 8}, scope="run"))
    found = plan(children=8)
    assert found.measured == 3
    assert 0.06 <= found.seconds < found.sequential
    assert found.sequential >= 0.2


def test_the_picture_holds_every_node_and_no_boxes_overlap(plan):
    found = plan(children=4)
    picture = ET.fromstring(plan_svg(found))
    texts = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"parent", "child", "pet", "× 4", "POST /childs"} <= set(texts)
    boxes = place(found.nodes).boxes
    assert len(boxes) == 3
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT


def test_names_of_a_template_cannot_break_the_page(plan, engine, write):
    engine.data.load(
        write("version: 1\nname: x\nnodes:\n  a: {create: {post: '/<script>alert(1)</script>'}}\n", "x.yaml")
    )
    html = plan_html(engine.loop.run(engine.data.plan("x")))
    assert "<script>" not in html


@pytest.mark.parametrize(("language", "word"), [("en", "Requests: 4"), ("zh", "个请求")])
def test_the_tree_speaks_both_languages(plan, language, word):
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(plan_tree(plan(children=2), language))
    text = console.export_text()
    assert word in text
    assert "child × 2 POST /childs" in text


def test_long_values_are_cut_in_tables():
    assert len(written("x" * 1000)) == 200
