"""Elements of almost the same name, and of exactly the same one, are distinguished."""

from AIGCLibrary.locators.kinds import compatible
from AIGCLibrary.locators.reranking.same_name_candidates import penalties


def field(name, **more):
    return {"role": "spinbutton", "tag": "input", "name": name, **more}


def reset(*beside, **more):
    return {"role": "button", "tag": "button", "name": "Reset to default value", "neighbours": list(beside), **more}


def test_a_name_that_is_the_same_puts_those_back_that_are_almost_the_same():
    seen = field("number input for Top P")
    steps, top_p, button = field("number input for Steps"), field("Number input for Top P"), reset()
    assert [value < 0 for value in penalties(seen, [steps, top_p, button])] == [True, False, False]


def test_nobody_is_put_back_where_the_name_is_gone():
    assert penalties(field("Steps"), [field("Sampling steps"), field("Seed")]) == [0, 0]


def test_the_own_key_is_kept_under_another_name():
    seen = field("Prompt", id="prompt")
    assert penalties(seen, [field("Scene", id="prompt"), field("Prompt", id="negative")]) == [0, 0]


def test_a_key_that_a_component_library_gives_to_all_says_nothing():
    seen = field("Top P", testid="number-input")
    assert penalties(seen, [field("Steps", testid="number-input"), field("Top P", testid="number-input")]) == [-2, 0]


def test_of_equal_names_the_one_beside_the_same_thing_is_not_put_back():
    seen = reset("Top P")
    assert penalties(seen, [reset("Temperature"), reset("Top P"), reset()]) == [-3, 0, -3]
    assert penalties(seen, [reset("Temperature"), reset("Length")]) == [0, 0]


def test_what_has_no_name_is_left_to_the_model():
    assert penalties({"role": "button"}, [reset("a"), reset("b")]) == [0, 0]


def test_a_field_without_a_name_is_known_by_what_stands_before_it():
    seen = {"role": "spinbutton", "tag": "input", "neighbours": ["Snap to grid size"]}
    named = [field("Maximum FPS \ue924"), field("Snap to grid size \ue924")]
    assert penalties(seen, named) == [-2, 0]


def test_what_holds_a_value_does_not_become_the_text_beside_it():
    combobox = {"role": "combobox", "tag": "span"}
    assert not compatible(combobox, {"role": "", "tag": "span"})
    assert compatible(combobox, {"role": "combobox", "tag": "button"})
    assert compatible({"role": "textbox", "tag": "textarea"}, {"role": "", "tag": "div", "editable": True})
    assert compatible({"role": "button", "tag": "button"}, {"role": "", "tag": "div"})
