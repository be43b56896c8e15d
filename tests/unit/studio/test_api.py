"""The API over real HTTP: catalogue rules, tasks, errors, idempotency, and answers as the OpenAPI document says."""

import json
import re
import threading

import jsonschema_rs
import pytest
import requests

from AIGCLibrary.studio import StudioServer, StudioSettings
from AIGCLibrary.studio.api.schema import document
from tests.unit.studio.conftest import TOKEN, Client


def chain(api, **tag):
    script = api.made("/scripts", title="Lanterns", **tag)
    episode = api.made("/episodes", script_id=script["id"], number=1, **tag)
    character = api.made("/characters", script_id=script["id"], name="Lin", **tag)
    scene = api.made(
        "/scenes", episode_id=episode["id"], description="A bridge", character_ids=[character["id"]], **tag
    )
    return script, episode, character, scene


def error(answer, status, kind, field=None):
    body = answer.json()["error"]
    assert (answer.status_code, body["class"], body.get("field")) == (status, kind, field), answer.text
    return body


def test_the_chain_is_created_read_changed_and_removed(api):
    script, episode, character, scene = chain(api)
    assert api.get(f"/scenes/{scene['id']}").json() == scene
    changed = api("PATCH", f"/characters/{character['id']}", json={"name": "Mei"}).json()
    assert changed == {**character, "name": "Mei"}
    assert api("DELETE", f"/scripts/{script['id']}?cascade=true").status_code == 204
    for kind, item in (("scripts", script), ("episodes", episode), ("characters", character), ("scenes", scene)):
        error(api.get(f"/{kind}/{item['id']}"), 404, "not_found")
    error(api("DELETE", f"/scripts/{script['id']}"), 404, "not_found")


def test_what_has_children_is_kept_unless_cascaded(api):
    script, episode, _character, scene = chain(api)
    error(api("DELETE", f"/scripts/{script['id']}"), 409, "conflict")
    error(api("DELETE", f"/episodes/{episode['id']}"), 409, "conflict")
    assert api("DELETE", f"/scenes/{scene['id']}").status_code == 204
    assert api("DELETE", f"/episodes/{episode['id']}").status_code == 204


def test_a_removed_character_leaves_its_scenes(api):
    *_others, character, scene = chain(api)
    assert api("DELETE", f"/characters/{character['id']}").status_code == 204
    assert api.get(f"/scenes/{scene['id']}").json()["character_ids"] == []


def test_unknown_and_foreign_parents_are_refused_with_the_field(api):
    _script, episode, _character, _scene = chain(api)
    other = api.made("/scripts", title="Other")
    stranger = api.made("/characters", script_id=other["id"], name="Stranger")
    error(api.post("/episodes", {"script_id": "scr_none", "number": 1}), 422, "bad_input", "script_id")
    body = {"episode_id": episode["id"], "description": "x", "character_ids": [stranger["id"]]}
    error(api.post("/scenes", body), 422, "bad_input", "character_ids")
    error(api.post("/scenes", {**body, "character_ids": ["cha_none"]}), 422, "bad_input", "character_ids")


def test_lists_filter_and_page(api):
    for number in range(5):
        chain(api, tag=f"run-{number % 2}")
    first = api.get("/scripts?limit=2&offset=1&tag=run-0").json()
    assert (len(first["items"]), first["total"]) == (2, 3)
    assert api.get("/characters?name=Lin").json()["total"] == 5
    script = first["items"][0]
    assert api.get(f"/episodes?script_id={script['id']}").json()["total"] == 1
    assert api.get(f"/scenes?script_id={script['id']}").json()["total"] == 1
    assert api.get("/scripts?tag=nobody").json() == {"items": [], "total": 0}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/scripts", {}, "title"),
        ("/scripts", {"title": ""}, "title"),
        ("/scripts", {"title": 5}, "title"),
        ("/scripts", {"title": "x", "titel": "y"}, "titel"),
        ("/episodes", {"script_id": "a", "number": "one"}, "number"),
        ("/tasks", {"kind": "video"}, "prompt"),
        ("/tasks", {"kind": "hologram", "prompt": "x"}, "kind"),
        ("/tasks", {"kind": "video", "prompt": "   "}, "prompt"),
        ("/tasks", {"kind": "video", "prompt": "x", "duration": 9999}, "duration"),
        ("/tasks", {"kind": "video", "prompt": "x", "resolution": "wide"}, "resolution"),
        ("/tasks", {"kind": "video", "prompt": "x", "priority": 10}, "priority"),
        ("/tasks", {"kind": "video", "prompt": "x", "webhook_url": "ftp://x"}, "webhook_url"),
        ("/tasks", {"kind": "video", "prompt": "x", "scene_id": "sce_none"}, "scene_id"),
        ("/tasks", {"kind": "video", "prompt": "x", "reference_image_id": "upl_none"}, "reference_image_id"),
        ("/tasks", {"kind": "video", "prompt": "x", "misbehave": {"stal": 1}}, "misbehave"),
        ("/tasks", {"kind": "video", "prompt": "x", "misbehave": "often"}, "misbehave"),
        ("/admin/misbehave", {"stall": "x"}, "misbehave"),
        ("/session", {"username": "demo"}, "password"),
    ],
)
def test_wrong_bodies_are_refused_with_the_field(api, path, body, field):
    error(api.post(path, body), 422, "bad_input", field)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[1]", 422),
        (b"null", 422),
        (b"", 422),
        (b"[" * 100_000, 400),
        (b'{"title": "\\ud800"}', 400),
        (b'{"title": NaN}', 400),
    ],
)
def test_what_is_no_json_object_is_refused(api, body, status):
    answer = api("POST", "/scripts", data=body)
    assert answer.status_code == status
    assert answer.json()["error"]["class"] == "bad_input"


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=-1", "limit=x", "offset=1.5", "limit=¹"])
def test_wrong_pages_are_refused(api, query):
    error(api.get(f"/scripts?{query}"), 422, "bad_input", query.split("=")[0])


def test_unknown_places_and_methods_are_json_errors(api):
    error(api.get("/nothing"), 404, "not_found")
    error(api.get("/tasks/task_none"), 404, "not_found")
    error(api.get("/files/file_none"), 404, "not_found")
    answer = api("PUT", "/scripts")
    error(answer, 405, "bad_input")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic ZGVtbzpkZW1v", "Bearer ", b"Bearer \xe9"])
def test_without_the_token_nothing_is_reported(quick, header):
    headers = {} if header is None else {"Authorization": header}
    answer = requests.get(f"{quick.url}/api/v1/scripts", headers=headers, timeout=30)
    error(answer, 401, "unauthorized")
    assert "WWW-Authenticate" in answer.headers


def test_name_and_password_give_a_token(quick, api):
    token = api.post("/session", {"username": "demo", "password": "demo-password"}).json()["token"]
    answer = requests.get(f"{quick.url}/api/v1/scripts", headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert answer.status_code == 200
    error(api.post("/session", {"username": "demo", "password": "wrong"}), 401, "unauthorized")


def test_a_session_takes_no_orders_from_other_sites(page):
    body = {"title": "x"}
    assert page("POST", "/api/v1/scripts", json=body).status_code == 201
    foreign = {"Origin": "http://evil.example"}
    error(page("POST", "/api/v1/scripts", json=body, headers=foreign), 403, "unauthorized")
    assert page("POST", "/scripts", data=body, headers=foreign).status_code == 403


def test_the_same_key_gives_the_same_answer(api):
    key = {"Idempotency-Key": "one"}
    first = api.post("/scripts", {"title": "x"}, headers=key)
    again = api.post("/scripts", {"title": "x"}, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    error(api.post("/scripts", {"title": "y"}, headers=key), 409, "conflict")
    assert api.get("/scripts").json()["total"] == 1


def test_a_key_is_free_again_after_a_refusal(api):
    key = {"Idempotency-Key": "two"}
    error(api.post("/scripts", {}, headers=key), 422, "bad_input", "title")
    assert api.post("/scripts", {}, headers=key).status_code == 422


def test_one_key_in_parallel_makes_one_thing(api, quick):
    def send():
        Client(quick.url).post("/tasks", {"kind": "image", "prompt": "x"}, headers={"Idempotency-Key": "three"})

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(api.get("/tasks").json()["items"]) == 1


def test_a_task_is_accepted_with_hints_and_ends_with_a_file(api):
    answer = api.post("/tasks", {"kind": "image", "prompt": "雨夜 a boat", "resolution": "320x180"})
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/tasks/{answer.json()['id']}"
    assert int(answer.headers["Retry-After"]) >= 1
    task = api.ended(answer.json())
    (file,) = task["result"]["files"]
    assert (task["status"], task["progress"], file["name"]) == ("succeeded", 1.0, "雨夜-a-boat.png")
    assert task["created_at"] <= task["started_at"] <= task["finished_at"]


@pytest.mark.parametrize("kind", ["image", "video", "audio", "bundle"])
def test_every_kind_ends_with_the_file_it_declares(api, kind):
    task = api.order(kind, resolution="160x90", frames=2, **({"duration": 1} if kind in ("video", "audio") else {}))
    (file,) = task["result"]["files"]
    data = requests.get(file["url"], timeout=30).content  # the link is signed: no token is needed
    import hashlib

    assert (len(data), hashlib.sha256(data).hexdigest()) == (file["size"], file["sha256"])


def test_batch_status_keeps_the_order_and_leaves_out_the_unknown(api):
    ids = [api.made("/tasks", kind="image", prompt=str(n), resolution="64x64")["id"] for n in range(3)]
    found = api.get(f"/tasks?ids={ids[2]},task_none,{ids[0]}").json()["items"]
    assert [item["id"] for item in found] == [ids[2], ids[0]]
    error(api.get("/tasks?ids=" + ",".join(["task_x"] * 101)), 422, "bad_input", "ids")
    error(api.get("/tasks?status=happy"), 422, "bad_input", "status")


def test_cancel_and_retry(api):
    task = api.made("/tasks", kind="image", prompt="x", misbehave={"never_end": True})
    assert api.post(f"/tasks/{task['id']}/cancel").json()["status"] == "cancelled"
    error(api.post(f"/tasks/{task['id']}/cancel"), 409, "conflict")
    answer = api.post(f"/tasks/{task['id']}/retry")
    assert (answer.status_code, answer.json()["retry_of"]) == (202, task["id"])
    assert answer.json()["id"] != task["id"]


def test_running_tasks_show_place_and_estimate(api):
    tasks = [
        api.made("/tasks", kind="image", prompt=str(n), misbehave={"stall": 0.0, "duration": 30}) for n in range(6)
    ]
    views = [api.get(f"/tasks/{task['id']}").json() for task in tasks]
    assert [view["queue_position"] for view in views] == [None] * 4 + [1, 2]
    assert all(view["eta_s"] > 0 for view in views)


def test_the_same_seed_gives_the_same_ids_and_files():
    def run():
        with StudioServer(StudioSettings(seed=11, speed=1e6)) as server:
            api = Client(server.url)
            tasks = [api.order("image", str(n), resolution="64x64") for n in range(3)]
            return [(task["id"], [file["sha256"] for file in task["result"]["files"]]) for task in tasks]

    assert run() == run()


def test_bursts_hit_a_route_for_a_number_of_requests(api):
    api.made("/admin/misbehave", http_burst={"status": 503, "count": 2, "route": "GET /scripts"})
    answers = [api.get("/scripts") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[0].json()["error"]["class"] == "internal"


def test_a_burst_of_429_of_one_task(api):
    burst = {"status": 429, "count": 2, "retry_after": 7}
    task = api.made("/tasks", kind="image", prompt="x", misbehave={"http_burst": burst})
    other = api.made("/tasks", kind="image", prompt="y")
    assert api.get(f"/tasks/{other['id']}").status_code == 200
    answers = [api.get(f"/tasks/{task['id']}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert (answers[0].headers["Retry-After"], answers[0].json()["error"]["class"]) == ("7", "rate_limited")


def test_misbehaviour_is_shown_changed_and_reset(api):
    assert api.post("/admin/misbehave", {"fail_class": "quota"}).json()["fail_class"] == "quota"
    assert api.order()["error"]["class"] == "quota"
    api.post("/admin/reset")
    assert "fail_class" not in api.get("/admin/misbehave").json()
    assert api.order()["status"] == "succeeded"


def test_requests_are_counted_by_route(api):
    for _ in range(3):
        api.get("/scripts")
    api.get("/scripts/scr_none")
    stats = api.get("/admin/stats").json()
    assert stats["requests"]["GET /api/v1/scripts"] == 3
    assert stats["requests"]["GET /api/v1/scripts/{id}"] == 1


def test_long_answers_are_compressed_for_those_who_take_it(api):
    for number in range(20):
        api.made("/scripts", title=f"Script {number}")
    answer = api.get("/scripts", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["total"] == 20
    assert "Content-Encoding" not in api.get("/scripts", headers={"Accept-Encoding": "identity"}).headers


# The document


def described_routes():
    """Every route of the document: operation id -> method, path, operation."""
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield operation["operationId"], method.upper(), path, operation


def test_the_document_and_the_application_know_the_same_routes():
    from AIGCLibrary.studio import create_app

    app = create_app()
    served = {
        (route.method, route.resource.canonical.removeprefix("/api/v1"))
        for route in app.router.routes()
        if route.resource.canonical.startswith("/api/v1/") and route.method != "HEAD"
    }
    assert served == {(method, path) for _name, method, path, _operation in described_routes()}


DEEPEST_FIRST = "/sce /cha /epi /scr"


def test_every_answer_of_every_route_is_as_described(api, quick):
    script, episode, character, scene = chain(api)
    spare = api.made("/tasks", kind="image", prompt="x", misbehave={"never_end": True})
    task = api.order("image", resolution="64x64")
    failed = api.order("image", "forbidden")
    upload = api("POST", "/uploads", files={"file": ("a.png", b"123", "image/png")}).json()
    ids = {"/scripts": script, "/episodes": episode, "/characters": character, "/scenes": scene}
    ids |= {"/tasks": task, "/files": task["result"]["files"][0]}
    updates = {"/scripts": {"genre": "x"}, "/episodes": {"title": "x"}, "/characters": {"tag": "x"}}
    bodies = {
        "createSession": {"username": "demo", "password": "demo-password"},
        "createScript": {"title": "x"},
        "createEpisode": {"script_id": script["id"], "number": 2},
        "createCharacter": {"script_id": script["id"], "name": "x"},
        "createScene": {"episode_id": episode["id"], "description": "x"},
        "createTask": {"kind": "image", "prompt": "x"},
        "setMisbehaviour": {"lost_webhook": True},
    }
    # What removes things comes last.
    routes = sorted(described_routes(), key=lambda r: (r[0] == "reset", r[1] == "DELETE", DEEPEST_FIRST.find(r[2][:4])))
    assert len(routes) > 30
    for name, method, path, operation in routes:
        if name == "streamEvents":
            continue
        place = "/" + path.split("/")[1]
        own = {"cancelTask": spare, "retryTask": failed}.get(name, ids.get(place, {}))
        options = {"json": bodies[name]} if name in bodies else {}
        if method == "PATCH":
            options = {"json": updates.get(place, {"tag": "y"})}
        if name == "createUpload":
            options = {"files": {"file": ("b.txt", b"abc", "text/plain")}}
        if method == "DELETE":
            options = {"params": {"cascade": "true"}}
        answer = api(method, path.replace("{id}", own.get("id", "")), **options)
        assert str(answer.status_code) in operation["responses"], (name, answer.status_code, answer.text)
        conforms(operation, answer)
    for view in (task, failed, spare, upload):
        assert view["id"]


def test_errors_are_as_described(api):
    paths = {path: item for path, item in document()["paths"].items() if "{id}" in path}
    asked = [
        (path, method, operation)
        for path, item in paths.items()
        for method, operation in item.items()
        if method in ("get", "delete", "patch")
    ]
    assert len(asked) > 10
    for path, method, operation in asked:
        answer = api(method.upper(), path.replace("{id}", "none"), json={"tag": "x"})
        assert answer.status_code == 404
        conforms(operation, answer)


def conforms(operation, answer):
    """Check an answer against the schema the document gives for its status."""
    described = operation["responses"].get(str(answer.status_code)) or operation["responses"]["default"]
    if "$ref" in described:
        described = document()["components"]["responses"][described["$ref"].rpartition("/")[2]]
    content = described.get("content", {})
    if "application/json" not in content:
        return
    assert answer.headers["Content-Type"].startswith("application/json")
    schema = {**content["application/json"]["schema"], "components": document()["components"]}
    jsonschema_rs.validator_for(schema).validate(answer.json())


def test_the_document_is_served_and_its_references_hold(api):
    served = api.get("/openapi.json").json()
    assert served == api.get(f"{api.url}/openapi.json").json()
    text = json.dumps(served)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        node = served
        for step in reference.split("/"):
            node = node[step]
    assert TOKEN not in text
