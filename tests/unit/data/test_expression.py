import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from AIGCLibrary.data.errors import ExpressionError
from AIGCLibrary.data.expression import parse
from AIGCLibrary.data.fake import Fake
from AIGCLibrary.data.functions import functions
from AIGCLibrary.data.values import compile_value

SCOPE = {
    "vars": {"n": 3, "names": ["Li", "Wang"]},
    "episode": [{"id": "e1", "n": 1}, {"id": "e2", "n": 2}],
    "script": {"id": "s1", "title": "Night", "meta": {"genre": "drama"}},
}


def value(raw, **more):
    return compile_value(raw).render({**SCOPE, **more}, functions("seed", 0.0))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("${script.id}", "s1"),
        ("id ${script.id}!", "id s1!"),
        ("${vars.n + 1}", 4),
        ("${range(vars.n)}", [0, 1, 2]),
        ("${episode.id}", ["e1", "e2"]),
        ("${episode[*].id}", ["e1", "e2"]),
        ("${episode[-1].id}", "e2"),
        ("${script['title']}", "Night"),
        ("${'many' if vars.n > 2 else 'few'}", "many"),
        ("${len(episode) == 2 and not false}", True),
        ("${'n' + vars.n}", "n3"),
        ("${where(episode, 'n', 2).id}", ["e2"]),
        ("${group(episode, 'n')[0].items.id}", ["e1"]),
        ("${{'a': vars.n}}", {"a": 3}),
        ("\\${script.id}", "${script.id}"),
        ("${default(null, 'x')}", "x"),
        ("${join(vars.names, '+')}", "Li+Wang"),
        ("${1 < vars.n <= 3}", True),
        ("plain", "plain"),
        (7, 7),
        ({"a": ["${vars.n}", None]}, {"a": [3, None]}),
    ],
)
def test_values_keep_their_types(raw, expected):
    assert value(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "${__import__('os')}",
        "${script.__class__}",
        "${().__class__}",
        "${[x for x in vars.names]}",
        "${lambda: 1}",
        "${2 ** 99}",
        "${'a' * 10000000}",
        "${range(10 ** 9)}",
        "${open('/etc/passwd')}",
        "${script.id.upper()}",
        "${vars.n.real}",
        "${f'{vars}'}",
        "${(x := 1)}",
        "${script.id",
        "${}",
        "${1 +}",
        "${1 / 0}",
        "${episode[9]}",
    ],
)
def test_nothing_but_the_listed_is_possible(raw):
    with pytest.raises(ExpressionError):
        value(raw)


def test_an_unknown_field_is_answered_with_near_names():
    with pytest.raises(ExpressionError, match="Did you mean 'title'"):
        value("${script.titel}")


@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_an_expression_error(text):
    with contextlib.suppress(ExpressionError):
        value("${" + text + "}")


@given(st.text(alphabet=st.characters(blacklist_characters="$\\"), max_size=60))
def test_a_text_without_expression_stays_as_it_is(text):
    assert value(text) == text


def test_the_same_seed_gives_the_same_names_in_both_languages():
    def names(seed):
        source = Fake(seed)
        return [value("${faker.name} ${faker.zh.name} ${faker.name}", faker=source)]

    assert names("a") == names("a")
    assert names("a") != names("b")


def test_the_same_seed_gives_the_same_random_values():
    first, second = functions("s", 0.0), functions("s", 0.0)
    assert [first["uuid"](), first["random_int"](1, 10**9)] == [second["uuid"](), second["random_int"](1, 10**9)]
    assert first["now"]() == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("name", ["seed_instance", "add_provider", "binary", "format", "nmae"])
def test_faker_gives_values_and_nothing_else(name):
    with pytest.raises(ExpressionError, match=f"Faker has no '{name}'"):
        value(f"${{faker.{name}}}", faker=Fake("x"))


@pytest.mark.parametrize(
    "source",
    [
        "'%999999999d' % 1",
        "'%.999999999f' % 1.0",
        "'%*d' % [999999999, 1]",
        "'%(a)999999999d' % {'a': 1}",
        "('x' * 60000) + ('y' * 60000)",
        "'%s%s' % ['x' * 60000, 'y' * 60000]",
        "'x' * 999999999",
        "999999999 * [1]",
        f"{'9' * 4000} * {'9' * 4000}",
        f"-{'9' * 2000} - 1",
    ],
)
def test_the_size_of_a_result_is_bounded_before_it_is_computed(source):
    began = time.thread_time()
    with pytest.raises(ExpressionError, match=r"would (be longer|have more)"):
        parse(source).evaluate({}, {})
    assert time.thread_time() - began < 1  # of the processor: a busy machine does not count


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("'%05d' % 7", "00007"),
        ("'x' * 3", "xxx"),
        ("'%s!' % 'a'", "a!"),
        ("2 * 10000000000", 2 * 10**10),
    ],
)
def test_ordinary_results_are_computed(source, value):
    assert parse(source).evaluate({}, {}) == value
