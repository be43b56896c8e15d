import pytest

from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.errors import ConfigError
from tests.support.robot_run import ROOT

GOOD = """
version: 1
vars: {title: A}
nodes:
  script:
    create: {post: /scripts, json: {title: "${title}"}}
"""


@pytest.mark.parametrize(
    ("old", "new", "reported"),
    [
        ("create:", "creat:", "line 6.*unknown key 'creat'. Did you mean 'create'"),
        ("${title}", "${titel}", "line 6.*there is no node or variable 'titel'. Did you mean 'title'"),
        ("${title}", "${vars.titel}", "line 6.*no variable 'titel'. Did you mean 'title'"),
        ("${title}", "${title + }", "line 6.*is not an expression"),
        ("${title}", "${title", "line 6.*no closing brace"),
        ("${title}", "${titel()}", "line 6.*there is no function 'titel'"),
        ("${title}", "x", "line 3.*variable 'title' is never used"),
        ("${title}", "${title} ${script.id}", "line 6.*node 'script' refers to itself"),
        ("${title}", "${title} ${self.id}", "line 6.*'self' exists only in delete, update and poll"),
        ("vars: {title: A}", "vars: {title: A, env: 1}", "line 3.*'env' cannot name a variable"),
        ("vars: {title: A}", "vars: {title: A, script: 1}", "'script' is a variable and a node"),
        ("post: /scripts,", "", "the request has no method"),
        ("post: /scripts,", "post: /a, get: /b,", "the request has 2 methods"),
        ("  script:\n", "  script:\n    needs: skript\n", "line 6.*there is no node 'skript'. Did you mean 'script'"),
        ("  script:\n", "  script:\n    timeout: soon\n", "line 6.*'soon' is not a time"),
        ("  script:\n", "  script:\n    id: 'a['\n", "line 6.*is not a JMESPath"),
        ("version: 1", "version: 2", "line 2"),
    ],
)
def test_a_mistake_is_reported_with_its_line(read, old, new, reported):
    with pytest.raises(ConfigError, match=reported):
        read(GOOD.replace(old, new))


def test_nodes_that_need_each_other_are_reported_as_a_circle(read):
    with pytest.raises(ConfigError, match=r"nodes need each other in a circle: \w → \w → \w.*AIGC405"):
        read(
            """
            version: 1
            nodes:
              a: {create: {post: /a, json: {b: "${b.id}"}}}
              b: {create: {post: /b, json: {a: "${a.id}"}}}
            """
        )


def test_edges_follow_from_references(read):
    template = read(
        """
        version: 1
        nodes:
          script: {create: {post: /scripts}}
          episode: {for_each: 2, create: {post: "/scripts/${script.id}/episodes"}}
          late: {create: {post: /late}, needs: [episode]}
        """
    )
    assert template.edges == {"script": set(), "episode": {"script"}, "late": {"episode"}}


def test_a_template_builds_on_another_and_takes_nodes_away(write):
    write(
        """
        version: 1
        abstract: true
        vars: {genre: drama}
        nodes:
          script: {create: {post: /scripts, json: {genre: "${genre}"}}, delete: {delete: "/scripts/${self.id}"}}
          extra: {create: {post: /extras}}
        """,
        "base.yaml",
    )
    write("version: 1\nabstract: true\nnodes:\n  tag: {create: {post: /tags}}\n", "tags.yaml")
    child = write(
        """
        version: 1
        name: child
        extends: base.yaml
        include: [tags.yaml]
        vars: {genre: comedy}
        nodes:
          extra: null
          script: {timeout: 2 s}
        """,
        "child.yaml",
    )
    catalogue = TemplateCatalogue()
    catalogue.load(child)
    template = catalogue.get("child")
    assert list(template.nodes) == ["script", "tag"]
    assert template.nodes["script"].timeout == 2
    assert template.nodes["script"].delete is not None
    assert template.variables["genre"].raw == "comedy"


def test_a_mistake_in_an_inherited_part_is_reported_in_the_file_that_has_it(write):
    write("version: 1\nabstract: true\nnodes:\n  a: {create: {post: '/a/${nothing.id}'}}\n", "base.yaml")
    child = write("version: 1\nextends: base.yaml\nnodes: {}\n", "child.yaml")
    catalogue = TemplateCatalogue()
    catalogue.load(child)
    with pytest.raises(ConfigError, match=r"base\.yaml, line 4"):
        catalogue.get("child")


def test_templates_that_extend_each_other_are_reported_as_a_circle(write):
    write("version: 1\nextends: b.yaml\nnodes: {}\n", "a.yaml")
    write("version: 1\nextends: a.yaml\nnodes: {}\n", "b.yaml")
    catalogue = TemplateCatalogue()
    with pytest.raises(ConfigError, match=r"itself: a\.yaml → b\.yaml → a\.yaml"):
        catalogue.get(str(write("version: 1\nextends: b.yaml\nnodes: {}\n", "a.yaml")))


def test_a_projects_template_may_extend_the_built_in_of_the_same_name(write):
    own = write(
        "version: 1\nextends: character_creation\nvars: {genre: x}\noutputs: {genre: '${genre}'}\n",
        "character_creation.yaml",
    )
    catalogue = TemplateCatalogue()
    catalogue.load(own)
    assert "genre" in catalogue.get("character_creation").outputs
    own.write_text("version: 1\nextends: character_creation\nvars: {name: Li}\n", encoding="utf-8")
    catalogue = TemplateCatalogue()
    catalogue.load(own)
    assert catalogue.get("character_creation").variables["name"].raw == "Li"


@pytest.mark.parametrize("name", ["full_video_creation", "image_generation_only", "character_creation"])
def test_the_built_in_templates_are_valid(name):
    template = TemplateCatalogue().get(name)
    assert all(node.delete and node.lookup and node.idempotency for node in template.nodes.values())
    assert set(template.description) == {"en", "zh"}


def test_an_unknown_template_is_answered_with_near_names():
    with pytest.raises(ConfigError, match="Did you mean 'full_video_creation'"):
        TemplateCatalogue().get("full_video_creatoin")


@pytest.mark.parametrize("name", ["short_drama", "regression_set"])
def test_the_example_projects_templates_are_valid(name):
    catalogue = TemplateCatalogue([ROOT / "resources" / "templates"])
    assert catalogue.get(name).nodes.keys() >= {"script", "episode", "character", "scene"}


def test_an_abstract_template_is_not_prepared(engine):
    with pytest.raises(ConfigError, match="'studio_base' is abstract"):
        engine.loop.run(engine.data.prepare("studio_base"))
