import json
from importlib import resources

import pytest
import yaml

from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.data.openapi.document import Document, singular
from AIGCLibrary.data.openapi.draft import draft
from AIGCLibrary.data.openapi.loading import load_document
from AIGCLibrary.errors import ConfigError


def schema(**properties):
    return {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, **properties}}


def collection(body, answer, queries=()):
    content = lambda one: {"content": {"application/json": {"schema": one}}}  # noqa: E731
    return {
        "get": {
            "parameters": [{"name": name, "in": "query", "schema": {}} for name in queries],
            "responses": {"200": content({"type": "object", "properties": {"data": {"type": "array"}}})},
        },
        "post": {"requestBody": content(body), "responses": {"201": content(answer)}},
    }


ONE = {"get": {}, "put": {}, "delete": {}}
SHOP = {
    "openapi": "3.0.3",
    "info": {"title": "Shop"},
    "servers": [{"url": "/v2"}],
    "components": {
        "schemas": {
            "Base": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Order": {
                "allOf": [
                    {"$ref": "#/components/schemas/Base"},
                    {
                        "required": ["customerId", "lines", "state"],
                        "properties": {
                            "customerId": {"type": "string"},
                            "tag_ids": {"type": "array", "items": {"type": "string"}},
                            "state": {"enum": ["new", "paid"]},
                            "lines": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "object",
                                    "required": ["count", "at"],
                                    "properties": {
                                        "count": {"type": "integer", "minimum": 2},
                                        "at": {"type": "string", "format": "date-time"},
                                    },
                                },
                            },
                        },
                    },
                ]
            },
        }
    },
    "paths": {
        "/orders": collection({"$ref": "#/components/schemas/Order"}, {"properties": {"data": schema()}}, ("name",)),
        "/orders/{orderId}": ONE,
        "/customers": collection({"$ref": "#/components/schemas/Base"}, schema()),
        "/customers/{id}": ONE,
        "/customers/{id}/addresses": collection({"$ref": "#/components/schemas/Base"}, schema()),
        "/customers/{id}/addresses/{address}": ONE,
        "/tags": collection({"$ref": "#/components/schemas/Base"}, schema()),
        "/tags/{id}": ONE,
        "/payments": collection({}, {}),
        "/payments/{id}": {"get": {}},
    },
}


def test_a_draft_knows_order_references_ids_and_required_fields(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_text(draft(Document(SHOP, "shop.json"), "shop"), encoding="utf-8")
    catalogue = TemplateCatalogue()
    catalogue.load(path)
    template = catalogue.get("shop")
    assert template.edges == {
        "customer": set(),
        "tag": set(),
        "address": {"customer"},
        "order": {"customer", "tag"},
    }
    nodes = yaml.safe_load(path.read_text(encoding="utf-8"))["nodes"]
    assert nodes["order"]["create"]["json"] == {
        "name": "${key}",
        "customerId": "${customer.id}",
        "tag_ids": ["${tag.id}"],
        "state": "new",
        "lines": [{"count": 2, "at": "${now()}"}],
    }
    assert nodes["order"]["id"] == "data.id"
    assert nodes["order"]["lookup"]["match"] == "data[0]"
    assert nodes["order"]["delete"] == {"delete": "/orders/${self.id}"}
    assert nodes["order"]["update"] == {"put": "/orders/${self.id}"}
    assert nodes["address"]["create"]["post"] == "/customers/${customer.id}/addresses"
    assert nodes["address"]["delete"] == {"delete": "/customers/${customer.id}/addresses/${self.id}"}
    assert "/payments" in path.read_text(encoding="utf-8").split("version")[0]


def test_the_draft_of_the_studio_prepares_and_compares(studio, make_engine, tmp_path):
    source = resources.files("AIGCLibrary.studio") / "openapi.yaml"
    document = Document(yaml.safe_load(source.read_text(encoding="utf-8")), "studio")
    path = tmp_path / "draft.yaml"
    path.write_text(draft(document, "draft"), encoding="utf-8")
    engine = make_engine()
    engine.data.load(path)
    auth = {"bearer": "studio-demo-token"}
    engine.data.use("studio", {"base_url": f"{studio.url}/api/v1", "auth": auth})
    prepared = engine.loop.run(engine.data.prepare("draft"))
    assert set(prepared.data) >= {"script", "episode", "character", "scene", "scene_id"}
    assert engine.data.clean_up("test").removed == 4


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("scripts", "script"),
        ("categories", "category"),
        ("boxes", "box"),
        ("mediaFiles", "media_file"),
        ("series", "series"),
        ("address", "address"),
        ("items", "item_entry"),
    ],
)
def test_names_of_collections_become_names_of_nodes(plural, one):
    assert singular(plural) == one


async def test_a_document_is_read_from_a_file_and_checked(tmp_path):
    path = tmp_path / "o.json"
    path.write_text(json.dumps({"swagger": "2.0"}), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r"not an OpenAPI document of version 2 or 3: its version is '2\.0'; it has no 'paths'"
    ):
        Document(await load_document(str(path), None), "o.json")
    path.write_text("{nope: [", encoding="utf-8")
    with pytest.raises(ConfigError, match="neither JSON nor YAML"):
        await load_document(str(path), None)
    with pytest.raises(ConfigError, match="cannot be read"):
        await load_document(str(tmp_path / "missing.json"), None)
