"""A product in process, an engine that talks to it, and templates from text."""

from textwrap import dedent

import pytest

from AIGCLibrary.config import Settings
from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from tests.support.product import Product


@pytest.fixture
def product():
    with Product() as one:
        yield one


@pytest.fixture
def make_engine(tmp_path, product):  # asked for first, so that it is still there for the clean-up
    """Make engines on one store, as processes of one run would."""
    engines = []

    def make(url="http://127.0.0.1:9", run_id="run", **options):
        options.setdefault("store", f"sqlite:///{tmp_path / 'aigc.db'}")
        settings = Settings(run_id=run_id, **options)
        engine = Engine(settings, connections=Connection(url), directory=tmp_path)
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture
def engine(make_engine, product):
    return make_engine(product.url)


@pytest.fixture
def write(tmp_path):
    """Write a template, or another file, and give its path."""

    def written(text, name="t.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return written


@pytest.fixture
def read(write):
    """Read a template from text."""

    def template(text, name="t.yaml"):
        catalogue = TemplateCatalogue()
        return catalogue.get(catalogue.load(write(text, name))[0])

    return template


@pytest.fixture
def prepare(engine, write):
    """Prepare a template given as text."""

    def prepared(text, variables=None, **options):
        name = engine.data.load(write(text))[0]
        return engine.loop.run(engine.data.prepare(name, variables, **options))

    return prepared


FAMILY = """
version: 1
name: family
vars: {children: 3}
defaults: {idempotency: true}
nodes:
  parent:
    create: {post: /parents, json: {name: "${faker.name}", tag: "${key}"}}
    lookup: {get: /parents, params: {tag: "${key}"}}
    delete: {delete: "/parents/${self.id}"}
  child:
    for_each: ${range(children)}
    create: {post: /childs, json: {parent_id: "${parent.id}", number: "${index}", tag: "${key}"}}
    lookup: {get: /childs, params: {tag: "${key}"}}
    delete: {delete: "/childs/${self.id}"}
  pet:
    create: {post: /pets, json: {parent_id: "${parent.id}", names: "${child.number}", tag: "${key}"}}
    lookup: {get: /pets, params: {tag: "${key}"}}
    delete: {delete: "/pets/${self.id}"}
outputs: {children_ids: "${child.id}"}
"""
"""A parent, its children in parallel, a pet that knows them all."""


@pytest.fixture
def family():
    return FAMILY
