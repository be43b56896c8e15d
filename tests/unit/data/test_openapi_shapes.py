"""OpenAPI documents as they are written: versions, formats, references, branches, limits, security."""

import json
from textwrap import dedent

import pytest
import yaml

from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.data.environment_signers import EnvironmentSigners
from AIGCLibrary.data.environments import Environments
from AIGCLibrary.data.openapi.content import auth, servers
from AIGCLibrary.data.openapi.document import Document
from AIGCLibrary.data.openapi.draft import draft
from AIGCLibrary.data.openapi.loading import load_document, parse
from AIGCLibrary.data.openapi.schemas import Schemas
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.tasks.providers.expressions import AnswerExpression


def body(schema, media="application/json"):
    return {"requestBody": {"content": {media: {"schema": schema}}}}


def document(post, paths=None, item="/toys/{id}", collection="/toys", **more):
    both = {collection: {"post": post}, item: {"delete": {"responses": {"204": {}}}}}
    return {"openapi": "3.0.3", "info": {"title": "T"}, "paths": {**both, **(paths or {})}, **more}


@pytest.fixture
def nodes(tmp_path):
    """Draft a document, read the template as the library does, and give its nodes."""

    def run(data):
        text = draft(Document(data, "o"), "drafted")
        path = tmp_path / "drafted.yaml"
        path.write_text(text, encoding="utf-8")
        catalogue = TemplateCatalogue()
        catalogue.load(path)
        catalogue.get("drafted")
        return yaml.safe_load(text)["nodes"]

    return run


def answered(schema):
    return {"responses": {"201": {"content": {"application/json": {"schema": schema}}}}}


def with_fields(*names, **more):
    return {"type": "object", "properties": {name: {"type": "string"} for name in names} | more}


def test_version_two_with_body_form_and_file(nodes):
    def made(*parameters):
        return {"post": {"parameters": list(parameters), "responses": {201: {"schema": {"$ref": "#/definitions/A"}}}}}

    schema = {"required": ["name"], "properties": {"name": {"type": "string"}}}
    found = nodes(
        {
            "swagger": "2.0",
            "definitions": {"A": with_fields("uuid")},
            "paths": {
                "/as": made({"in": "body", "name": "b", "schema": schema}),
                "/as/{id}": {"delete": {}},
                "/bs/": made({"in": "formData", "name": "title", "type": "string", "required": True}),
                "/bs/{bId}/": {"delete": {}},
                "/cs": made({"in": "formData", "name": "data", "type": "file", "required": True}),
                "/cs/{id}": {"delete": {}},
            },
        }
    )
    assert found["a"]["create"]["json"] == {"name": "${faker.name}"}
    assert list(found["b"]["create"]["form"]) == ["title"]
    assert found["b"]["delete"] == {"delete": "/bs/${self.id}/"}
    assert "picture" in found["c"]["create"]["multipart"]["data"]


def test_numbers_and_words_of_yaml_stay_names():
    data = parse(
        dedent(
            """
            paths:
              /a: {get: {responses: {200: {description: 2024-01-01}}}}
            no: {y: on, n: 1}
            """
        ),
        "o",
    )
    assert data == {
        "paths": {"/a": {"get": {"responses": {"200": {"description": "2024-01-01"}}}}},
        "no": {"y": "on", "n": 1},
    }


def test_tabs_of_json_are_read_and_broken_json_is_reported_as_such():
    assert parse('{\n\t"a": 1}', "o") == {"a": 1}
    with pytest.raises(ConfigError, match=r"neither JSON nor YAML: Expecting .*line 1"):
        parse('{"a": [}', "o")


async def test_other_files_and_what_they_refer_to_are_joined(tmp_path, nodes):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "toy.yaml").write_text(
        "Toy: {allOf: [{$ref: '../base.json#/defs/A~1B'}, {$ref: '#/Own'}]}\n"
        "Own: {properties: {size: {minimum: 3, type: integer}}, required: [size]}\n"
    )
    (tmp_path / "base.json").write_text(
        json.dumps({"defs": {"A/B": {"required": ["name"], "properties": {"name": {"const": "N"}}}}})
    )
    main = document(body({"$ref": "parts/toy.yaml#/Toy"}))
    (tmp_path / "o.json").write_text(json.dumps(main))
    found = nodes(await load_document(str(tmp_path / "o.json"), None))
    assert found["toy"]["create"]["json"] == {"name": "N", "size": 3}


async def test_a_file_that_is_missing_is_named_with_what_to_do(tmp_path):
    (tmp_path / "o.json").write_text(json.dumps(document(body({"$ref": "gone.yaml"}))))
    with pytest.raises(ConfigError, match=r"refers to 'gone\.yaml', which cannot be read.*bundle"):
        await load_document(str(tmp_path / "o.json"), None)


def test_path_items_and_pointers_with_escapes_are_followed(nodes):
    data = document({}, item="/toys/{id}")
    data["paths"]["/toys"] = {"$ref": "#/components/pathItems/a%7Bb%7D"}
    data["components"] = {"pathItems": {"a{b}": {"post": body(with_fields("x") | {"required": ["x"]})}}}
    assert list(nodes(data)["toy"]["create"]["json"]) == ["x"]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_a_branch_is_chosen_with_its_discriminator_and_the_others_are_named(keyword):
    branches = [{"$ref": f"#/components/schemas/{name}"} for name in ("Car", "Ball")]
    schema = {keyword: branches, "discriminator": {"propertyName": "kind", "mapping": {"c": branches[0]["$ref"]}}}
    parts = {"Car": with_fields("wheels") | {"required": ["wheels"]}, "Ball": with_fields("size")}
    text = draft(Document(document(body(schema), components={"schemas": parts}), "o"), "d")
    assert yaml.safe_load(text)["nodes"]["toy"]["create"]["json"]["kind"] == "c"
    assert "# toy: is Car here; other forms: Ball" in text


def test_what_is_read_only_is_not_sent_at_any_depth(nodes):
    inner = {"type": "object", "required": ["id"], "properties": {"id": {"readOnly": True}}}
    mixed = {"type": "object", "required": ["id", "n"], "properties": {"id": {"readOnly": True}, "n": {"const": 1}}}
    schema = {"required": ["id", "a", "b"], "properties": {"id": {"readOnly": True}, "a": inner, "b": mixed}}
    assert nodes(document(body(schema)))["toy"]["create"]["json"] == {"b": {"n": 1}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": ["null", "integer"], "minimum": 4}, 4),
        ({"anyOf": [{"type": "null"}, {"enum": ["k"]}]}, "k"),
        ({"nullable": True, "type": "string", "enum": [None, "k"]}, "k"),
        ({"type": "integer", "exclusiveMinimum": 5}, 6),
        ({"type": "integer", "minimum": 5, "exclusiveMinimum": True}, 6),
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, 8),
        ({"type": "number", "maximum": 0.5}, 0.5),
        ({"type": "string", "examples": ["e"]}, "e"),
        ({"type": "string", "minLength": 9}, "a" * 9),
        ({"type": "string", "maxLength": 4}, "abcd"),
        ({"type": "array", "minItems": 2, "items": {"const": 1}}, [1, 1]),
        ({"type": "string", "example": "${x}"}, "\\${x}"),
    ],
)
def test_values_keep_to_their_schema(nodes, schema, value):
    data = document(body({"required": ["v"], "properties": {"v": schema}}))
    assert nodes(data)["toy"]["create"]["json"] == {"v": value}


@pytest.mark.parametrize(
    ("item", "answer", "identity"),
    [
        ("/toys/{toyId}", with_fields("id", "toyId"), "toyId"),
        ("/toys/{toyId}", with_fields("id", "name"), "id"),
        ("/toys/{toy_uuid}", with_fields("uuid", "n"), "uuid"),
        ("/toys/{slug}", with_fields("id", "slug"), "slug"),
        ("/toys/{name}", with_fields("x", metadata=with_fields("name")), "metadata.name"),
        ("/toys/{id}", with_fields("ok", data=with_fields("id")), "data.id"),
        ("/toys/{id}", with_fields("ok", toy=with_fields("toy_id")), "toy.toy_id"),
        ("/toys/{Sid}", with_fields("sid"), "sid"),
    ],
)
def test_the_id_is_what_the_removal_takes(nodes, item, answer, identity):
    found = nodes(document({**body(with_fields()), **answered(answer)}, item=item))
    assert found["toy"].get("id", "id") == identity


def test_parameters_of_the_path_become_variables_and_equal_names_are_distinguished(nodes):
    data = document(body(with_fields()), collection="/{tenant}/toys", item="/{tenant}/toys/{id}")
    data["paths"] |= {"/shops/toys": {"post": body(with_fields())}, "/shops/toys/{id}": {"delete": {}}}
    found = nodes(data)
    assert sorted(found) == ["shop_toy", "toy"]
    assert found["toy"]["delete"] == {"delete": "/${tenant}/toys/${self.id}"}


def test_words_of_the_language_are_no_names_of_nodes(nodes):
    found = nodes(document(body(with_fields()), collection="/imports", item="/imports/{id}"))
    assert list(found) == ["import_entry"]


def test_servers_are_filled_in_and_security_becomes_auth():
    variables = {"region": {"default": "eu"}}
    assert servers({"servers": [{"url": "https://{region}.x.io", "variables": variables}]}) == "https://eu.x.io"
    assert servers({"swagger": "2.0", "host": "x.io", "basePath": "/v1", "schemes": ["http"]}) == "http://x.io/v1"
    for scheme, section in (
        ({"type": "http", "scheme": "bearer"}, {"bearer": "%{API_TOKEN}"}),
        ({"type": "oauth2"}, {"bearer": "%{API_TOKEN}"}),
        ({"type": "http", "scheme": "basic"}, {"basic": ["%{API_USER}", "%{API_PASSWORD}"]}),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"header": {"X-Key": "%{API_KEY}"}}),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"header": {"Cookie": "sid=%{API_KEY}"}}),
        ({"type": "mutualTLS"}, {}),
    ):
        data = {"components": {"securitySchemes": {"s": scheme}}}
        assert auth(data, Schemas(data))[0] == section


@pytest.mark.parametrize(
    ("scheme", "signer"),
    [
        ({"type": "apiKey", "in": "query", "name": "k"}, "hmac"),
        ({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/token", "scopes": {}}}}, "oauth2"),
        ({"type": "oauth2", "flows": {"implicit": {}, "password": {"tokenUrl": "https://id.x.io/token"}}}, "login"),
        ({"type": "oauth2", "flow": "application", "tokenUrl": "/token"}, "oauth2"),
        ({"type": "oauth2", "flow": "password", "tokenUrl": "/token"}, "login"),
    ],
)
def test_security_without_a_plain_header_becomes_a_signer_that_an_environment_takes(tmp_path, scheme, signer):
    data = {"components": {"securitySchemes": {"s": scheme}}}
    section, left = auth(data, Schemas(data))
    assert (section["signer"], left) == (signer, "")
    file = tmp_path / "environments.yaml"
    one = {"base_url": "https://x.io", "auth": section}
    file.write_text(yaml.safe_dump({"version": 1, "environments": {"one": one}}), encoding="utf-8")
    environment = Environments(file).get("one")
    signers = EnvironmentSigners(AnswerExpression, lambda _secret: None, lambda: 0.0)
    assert signers.signed(environment).connection.auth is not None


def test_a_schema_that_is_its_own_part_ends(nodes):
    part = {"allOf": [{"$ref": "#/components/schemas/A"}], "required": ["a"]}
    part["properties"] = {"a": {"$ref": "#/components/schemas/A"}}
    assert "toy" in nodes(document(body({"$ref": "#/components/schemas/A"}), components={"schemas": {"A": part}}))


def test_the_schema_of_an_answer_is_found_beside_or_in_its_example(nodes):
    example, schema = {"example": {"Id": "7"}}, {"schema": with_fields("Id")}
    for content in ({"application/json": example}, {"application/json": {}, "application/json; charset=utf-8": schema}):
        data = document({**body(with_fields()), "responses": {"200": {"content": content}}})
        assert nodes(data)["toy"]["id"] == "Id"


def test_what_every_request_demands_is_in_every_request(nodes):
    tenant = {"name": "X-Tenant", "in": "header", "required": True, "schema": {"type": "string"}, "example": "qa"}
    version = {"name": "api-version", "in": "query", "required": True, "schema": {"type": "string"}}
    things = {"type": "array", "items": with_fields("id", "name")}
    name = {"name": "name", "in": "query", "schema": {"type": "string"}}
    data = document(body(with_fields("name")))
    data["paths"]["/toys"] |= {
        "parameters": [tenant, version],
        "get": {"parameters": [name], "responses": {"200": {"content": {"application/json": {"schema": things}}}}},
    }
    data["paths"]["/toys/{id}"] |= {"parameters": [tenant, version], "patch": {}}
    toy = nodes(data)["toy"]
    for call in (toy["create"], toy["update"], toy["delete"], toy["lookup"], toy["sync"]["list"]):
        assert call["headers"] == {"X-Tenant": "qa"}
        assert call["params"]["api-version"] == "${api_version}"  # no value is known: one variable for all
    assert toy["lookup"]["params"]["name"] == "${key}"


def test_the_id_is_taken_from_reading_where_the_creation_answers_with_an_operation(nodes):
    job = {"202": {"content": {"application/json": {"schema": with_fields("job")}}}}
    data = document({**body(with_fields("name")), "responses": job}, item="/toys/{number}")
    data["paths"]["/toys/{number}"]["get"] = {
        "responses": {"200": {"content": {"application/json": {"schema": with_fields("number", "name")}}}}
    }
    assert nodes(data)["toy"]["id"] == "number"


def test_a_short_field_carries_no_key(nodes):
    things = {"type": "array", "items": with_fields("id", "name")}
    for room, marked in ((30, False), (80, True)):
        schema = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": room}}}
        data = document(body(schema))
        data["paths"]["/toys"]["get"] = {
            "parameters": [{"name": "name", "in": "query", "schema": {"type": "string"}}],
            "responses": {"200": {"content": {"application/json": {"schema": things}}}},
        }
        assert ("lookup" in nodes(data)["toy"]) is marked
