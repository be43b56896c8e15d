"""Removed is only what the product confirmed for this very thing."""

import pytest

from AIGCLibrary.data.errors import PreparationError, TemplateError
from AIGCLibrary.data.refusals import refusal_in, removal_said
from tests.support.answers import AnswerServer

SONG = """
version: 1
nodes:
  song:
    create: {post: /songs, json: {name: "${key}"}}
    delete: {delete: "/songs/${self.id}"}
"""


@pytest.fixture
def against(make_engine, write):
    """Prepare a template against a server that answers as a function says, then clean up."""
    servers = []

    def run(answer, text=SONG, **options):
        server = AnswerServer(answer).__enter__()
        servers.append(server)
        engine = make_engine(server.url)
        name = engine.data.load(write(text))[0]
        prepared = engine.loop.run(engine.data.prepare(name, **options))
        return server, prepared.data, engine.data.clean_up("test")

    yield run
    for server in servers:
        server.__exit__()


def by_method(**answers):
    return lambda asked: answers[asked.method.lower()]


def made(delete, get=(404, {"error": "none"}), post=(201, {"id": 7})):
    return by_method(post=post, delete=delete, get=get)


@pytest.mark.parametrize(
    ("delete", "reported"),
    [
        ((200, b"<html>Please sign in</html>", {"Content-Type": "text/html"}), "web page"),
        ((200, {"success": False, "message": "It is in use."}), "HTTP 200: It is in use."),
        ((200, {"code": 40301, "msg": "Not yours."}), "HTTP 200: Not yours."),
        ((200, {"errors": [{"message": "Locked."}]}), "HTTP 200: Locked."),
        ((207, {"items": []}), "HTTP 207"),
        ((303, None, {"Location": "/login"}), "was redirected to"),
    ],
)
def test_an_unclear_answer_does_not_count_as_removed(against, delete, reported):
    _, _, report = against(made(delete, get=(200, {"page": "login"})))
    assert report.removed == 0
    assert reported in report.orphans[0].reason
    assert not report.orphans[0].certain
    assert report.orphans[0].request == "DELETE /songs/7"


@pytest.mark.parametrize(
    ("text", "gone", "removed"),
    [
        (b"", False, 1),  # an empty answer confirms it
        (b"OK", False, 1),
        (b"Deleted.", False, 1),
        (b"Error: it is in use", False, 0),
        (b"<Error><Code>Locked</Code></Error>", False, 0),
        ("引用中，无法删除".encode(), False, 0),
        (b"bye", True, 1),  # says nothing, and the thing is gone
    ],
)
def test_a_text_counts_as_far_as_it_confirms_the_removal(against, text, gone, removed):
    there = (404, {"error": "none"}) if gone else (200, {"id": 7, "name": "x"})
    _, _, report = against(made((200, text, {"Content-Type": "text/plain; charset=utf-8"}), get=there))
    assert (report.removed, len(report.orphans)) == (removed, 1 - removed)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"success": "false", "message": "No."}, "No."),
        ({"data": {"success": False, "msg": "Busy."}}, "Busy."),
        ({"statusCode": 403, "message": "Not yours."}, "Not yours."),
        ({"errcode": 40001, "errmsg": "Bad token."}, "Bad token."),
        ({"ret": -1, "msg": "No such song."}, "No such song."),
        ({"code": "FORBIDDEN", "message": "No."}, "No."),
        ({"Response": {"Error": {"Code": "X", "Message": "In use."}}}, "In use."),
        ({"result": "error", "reason": "Locked."}, "Locked."),
        ({"code": 0, "msg": "ok"}, None),
        ({"errcode": 0, "errmsg": "ok"}, None),
        ({"id": 7, "status": "failed", "error": "x"}, None),  # the thing itself
    ],
)
def test_refusals_are_read_in_the_words_of_many_products(body, words):
    assert refusal_in(body, "7") == words


@pytest.mark.parametrize(
    ("said", "bodies"),
    [
        (False, [{"deleted": 0}, {"deletedCount": 0}, {"affected_rows": 0}, {"deleted": []}, {"data": False}]),
        (False, [{"deleted": False}, {"result": {"removed": 0}}, {"count": 0}, {"failed": [7]}]),
        (True, [None, {}, {"deleted": 1}, {"code": 0, "data": True}, {"success": True}, {"errcode": 0}]),
        (True, [{"status": "ok"}, {"deleted": ["7"]}, {"result": {"deletedCount": 1}}]),
        (None, [{"message": "ok?"}, {"code": 1}, [], {"id": 7, "name": "x"}]),
    ],
)
def test_whether_something_was_removed_is_read_in_the_words_of_many_products(said, bodies):
    assert [removal_said(body) for body in bodies] == [said] * len(bodies)


@pytest.mark.parametrize("get", [(200, {"id": 7}), (405, None)])
def test_a_removal_of_nothing_is_no_removal(against, get):
    _, _, report = against(made((200, {"deleted": 0}), get=get))
    assert report.removed == 0
    assert report.orphans[0].certain is (get[0] == 200)


@pytest.mark.parametrize("body", [{"message": "ok?"}, {"id": 7, "name": "x"}])
def test_an_answer_without_a_word_is_checked_by_reading_the_thing(against, monkeypatch, body):
    monkeypatch.setattr("AIGCLibrary.data.deletion.SETTLING", 0.0)
    server, _, report = against(made((200, body), get=(200, {"id": 7, "status": "failed", "error": "x"})))
    assert (report.removed, len(server.paths("GET"))) == (0, 1)
    assert report.orphans[0].reason == "DELETE /songs/7 answered HTTP 200, but the thing is still at /songs/7"
    assert against(made((200, body), get=(200, {"song": {"id": 7, "deleted_at": "2026-01-01"}})))[2].removed == 1
    assert against(made((200, body), get=(405, None)))[2].removed == 1


@pytest.mark.parametrize("body", [None, {"code": 0, "data": True}])
def test_a_word_of_success_needs_no_reading(against, body):
    server, _, report = against(made((200, body), get=(200, {"id": 7})))
    assert (report.removed, server.paths("GET")) == (1, [])


def test_not_found_for_another_tenant_is_left(against):
    def answer(asked):
        if asked.method == "POST":
            return 201, {"id": 7}
        return (200, {"id": 7}) if asked.headers.get("x-tenant") == "qa" and asked.method == "GET" else (404, {})

    _, _, report = against(answer, SONG.replace('json: {name: "${key}"}', "headers: {X-Tenant: qa}"))
    assert (report.removed, report.gone) == (0, 0)
    assert "the thing is still at /songs/7" in report.orphans[0].reason


@pytest.mark.parametrize(
    "answer",
    [
        {"song": {"id": 7}},
        {"result": {"id": 7}},
        {"name": "x", "_links": {"self": {"href": "http://inside:8080/api/songs/7"}}},
        {"data": {"type": "songs", "id": "7"}},
        [{"id": 7}],
    ],
)
def test_the_id_is_found_under_wrappers_and_in_links(against, answer):
    server, _, report = against(made((204, None), post=(201, answer)))
    assert (report.removed, server.paths("DELETE")) == (1, ["/songs/7"])


def test_an_id_of_something_else_is_not_taken(against):
    with pytest.raises(PreparationError, match="without an id"):
        against(made((204, None), post=(201, {"operation": {"id": 7}, "user": {"id": 8}})))


def test_all_things_of_a_creation_in_bulk_are_removed(against):
    text = SONG.replace('json: {name: "${key}"}', "json: [{name: a}, {name: b}]")
    server, data, report = against(made((204, None), post=(201, [{"id": 7}, {"id": 8}])), text)
    assert data["song"]["id"] == 7
    assert (report.removed, sorted(server.paths("DELETE"))) == (2, ["/songs/7", "/songs/8"])
    server, _, report = against(made((204, None), post=(201, [{"id": 7}, {"id": 1}, {"id": 2}])), text)
    assert server.paths("DELETE") == ["/songs/7"]  # what was there before is not ours


class LongRunning:
    """Creates as google.longrunning does: HTTP 200 with an operation, whose response is the song."""

    def __init__(self):
        self.polls = 0

    def __call__(self, asked):
        if asked.path == "/operations/77":
            self.polls += 1
            done = self.polls > 1
            return 200, {"name": "operations/77", "done": done} | ({"response": {"name": "songs/7"}} if done else {})
        if asked.method == "POST":
            return 200, {"name": "operations/77", "done": False}
        return (200, {}) if asked.path == "/songs/7" else (404, {})


@pytest.mark.parametrize(
    "poll", ["", "poll: {get: '/${self.name}', done: body.done, thing: body.response, interval: 10 ms}"]
)
def test_an_operation_in_the_body_is_awaited(against, poll):
    text = SONG.replace('"/songs/${self.id}"', '"/${self.id}"') + f"    id: name\n    {poll}\n"
    server, data, report = against(LongRunning(), text)
    assert data["song"]["id"] == "songs/7"
    assert (report.removed, server.paths("DELETE")) == (1, ["/songs/7"])


def test_an_operation_without_the_thing_is_no_thing(against):
    text = SONG + "    poll: {get: /operations/77, done: body.done, thing: body.result.song, interval: 10 ms}\n"
    with pytest.raises(PreparationError, match=r"the answer has nothing at 'body.result.song'"):
        against(LongRunning(), text)


@pytest.mark.parametrize("location", ["/api/v3/jobs/9", "/jobs/9", "jobs/9", "http://127.0.0.1:{port}/api/v3/jobs/9"])
def test_an_operation_is_asked_below_the_base_and_with_the_headers_of_the_creation(make_engine, write, location):
    def answer(asked):
        if asked.method == "POST":
            return 202, {"job": 9}, {"Location": location.format(port=server.url.rpartition(":")[2])}
        if asked.headers.get("x-tenant") != "qa" or not asked.path.startswith("/api/v3/"):
            return 404, {"error": "none"}
        if asked.method == "DELETE":
            return 204, None
        return 200, {"state": "done", "song": {"id": 7}} if asked.path.endswith("/jobs/9") else {"id": 7}

    with AnswerServer(answer) as server:
        engine = make_engine(f"{server.url}/api/v3")
        text = SONG.replace('json: {name: "${key}"}', "headers: {X-Tenant: qa}").replace(
            'id}"', 'id}", headers: {X-Tenant: qa}'
        )
        name = engine.data.load(write(text))[0]
        assert engine.loop.run(engine.data.prepare(name)).data["song"]["id"] == 7
        engine.close()
        assert server.paths("DELETE") == ["/api/v3/songs/7"]


GRAPH = """
version: 1
nodes:
  song:
    create: {post: /graphql, graphql: {query: "mutation{addSong{song{id}}}"}}
    id: data.addSong.song.id
    delete: {post: /graphql, graphql: {query: "mutation($id:ID!){dropSong(id:$id){id}}", variables: {id: "${self.id}"}}}
"""


@pytest.mark.parametrize(
    ("payload", "removed"),
    [
        ({"id": "7"}, 1),
        (True, 1),
        ({"id": None, "userErrors": [{"message": "In use."}]}, 0),
        (False, 0),
        (None, 0),
    ],
)
def test_a_mutation_confirms_by_its_payload(against, payload, removed):
    def answer(asked):
        add = "addSong" in asked.json["query"]
        return 200, {"data": {"addSong": {"song": {"id": "7"}, "userErrors": []}} if add else {"dropSong": payload}}

    server, _, report = against(answer, GRAPH)
    assert (report.removed, len(report.orphans)) == (removed, 1 - removed)
    assert server.paths("GET") == []


def test_not_found_at_a_wrong_address_is_left(against):
    def answer(asked):
        if asked.method == "DELETE":
            return 404, {"error": "no route"}
        return (201 if asked.method == "POST" else 200), {"id": 7, "name": "x"}

    _, _, report = against(answer, SONG.replace('"/songs/${self.id}"', '"/song/${self.id}"'))
    assert (report.removed, report.gone) == (0, 0)
    assert report.orphans[0].reason == "DELETE /song/7 answered HTTP 404, but the thing is still at /songs/7"


def test_not_found_after_somebody_else_removed_it_is_gone(against):
    _, _, report = against(made((404, {"error": "none"})))
    assert (report.removed, report.gone, report.orphans) == (1, 1, ())


@pytest.mark.parametrize(
    ("location", "identity"),
    [
        ("/songs/9", "9"),
        ("https://product.example/api/songs/9/", "9"),
        ("/operations/9", None),
        ("/songs/9/status", None),
        ("/jobs/songs-9", None),
    ],
)
def test_an_id_comes_from_the_address_of_the_thing_only(against, location, identity):
    answer = made((204, None), post=(201, None, {"Location": location}))
    if identity is None:
        with pytest.raises(PreparationError, match="may be there or not"):
            against(answer)
    else:
        server, data, report = against(answer)
        assert data["song"]["id"] == identity
        assert server.paths("DELETE") == [f"/songs/{identity}"]
        assert report.removed == 1


class Later:
    """Makes songs and removes them some polls after it said 202."""

    def __init__(self, done, polls=2):
        self.done = done
        self.left = polls

    def __call__(self, asked):
        if asked.method == "POST":
            return 202, {"id": "op-1"}, {"Operation-Location": "/operations/op-1", "Retry-After": "0.01"}
        if asked.path == "/operations/op-1":
            self.left -= 1
            return (200, {"id": "op-1", "status": "Running"}, {"Retry-After": "0.01"}) if self.left > 0 else self.done
        return (204, None) if asked.method == "DELETE" else (200, {"id": 5, "name": "x"})


@pytest.mark.parametrize(
    "done",
    [
        (200, {"id": "op-1", "status": "Succeeded", "resourceLocation": "/songs/5"}),
        (200, {"id": "op-1", "status": "Succeeded", "result": {"id": 5}}),
        (200, {"id": "op-1", "done": True, "response": {"id": 5}}),
        (200, {"id": "op-1", "state": "finished", "song_id": 5}),
        (303, None, {"Location": "/songs/5"}),
    ],
)
def test_an_operation_is_awaited_and_leads_to_the_thing(against, done):
    server, data, report = against(Later(done))
    assert str(data["song"]["id"]) == "5"
    assert server.paths("DELETE") == ["/songs/5"]
    assert report.removed == 1


def test_an_operation_that_fails_leaves_nothing(against):
    with pytest.raises(PreparationError, match=r"creation failed: No room\. Nothing had been created"):
        against(Later((200, {"status": "Failed", "error": {"code": "Full", "message": "No room"}})))


def test_an_operation_that_cannot_be_seen_may_have_made_something(against):
    with pytest.raises(PreparationError, match=r"unknown end: .*answered HTTP 404\. May be there: song"):
        against(Later((404, {"error": "none"})))


def test_a_poll_block_says_how_the_end_is_seen(against):
    states = iter(["mixing", "mixing", "out"])

    def answer(asked):
        if asked.method == "GET":
            return 200, {"id": 7, "stage": next(states, "out")}
        return (201, {"id": 7, "stage": "new"}) if asked.method == "POST" else (204, None)

    poll = '    poll: {get: "/songs/${self.id}", done: "body.stage == \'out\'", interval: 10 ms}\n'
    server, data, report = against(answer, SONG + poll)
    assert (data["song"]["stage"], report.removed) == ("out", 1)
    assert server.paths("GET") == ["/songs/7"] * 3


def test_a_removal_that_was_only_accepted_is_awaited(against):
    gone = iter([(200, {"id": 7}), (404, {"error": "none"})])

    def answer(asked):
        return (202, None) if asked.method == "DELETE" else next(gone) if asked.method == "GET" else (201, {"id": 7})

    server, _, report = against(answer)
    assert (report.removed, len(server.paths("GET"))) == (1, 2)


def test_a_removal_that_was_only_accepted_and_cannot_be_seen_is_left(against):
    _, _, report = against(made((202, None), get=(405, None)))
    assert report.removed == 0
    assert "only accepted (HTTP 202)" in report.orphans[0].reason


class Tagged:
    """Wants the ETag of a song to remove it."""

    def __init__(self, changed=False):
        self.tag = '"1"'
        self.changed = changed

    def __call__(self, asked):
        if asked.method == "POST":
            first, self.tag = self.tag, '"2"' if self.changed else self.tag
            return 201, {"id": 7}, {"ETag": first, "X-Request-Id": "r1"}
        if asked.method == "GET":
            return 200, {"id": 7}, {"ETag": self.tag}
        return (204, None) if asked.headers.get("if-match") == self.tag else (412, {"error": "It changed."})


@pytest.mark.parametrize("name", ["self.headers.etag", "self.headers.ETag", "self.http.headers['etag']"])
def test_headers_of_the_answer_can_be_used(against, name):
    text = SONG.replace('"/songs/${self.id}"', f'"/songs/${{self.id}}", headers: {{If-Match: "${{{name}}}"}}')
    assert against(Tagged(), text)[2].removed == 1


def test_a_thing_that_changed_since_is_removed_under_its_new_etag(against):
    text = SONG.replace('"/songs/${self.id}"', '"/songs/${self.id}", headers: {If-Match: "${self.headers.etag}"}')
    assert against(Tagged(changed=True), text)[2].removed == 1


def test_status_and_headers_reach_other_nodes(against):
    text = SONG + (
        "  note:\n    create: {post: /songs, json: {name: '${song.headers.x_request_id} ${song.http.status}'}}\n"
    )
    server, _, _ = against(Tagged(), text)
    assert server.asked[1].json == {"name": "r1 201"}


def test_a_removal_whose_address_cannot_be_built_is_reported_as_left(against):
    with pytest.raises(PreparationError) as reported:
        against(made((204, None)), SONG.replace("self.id", "self.number"))
    assert "all removed" not in reported.value.message
    assert "Still there: song (7): the request that removes it cannot be built" in reported.value.message
    assert "to remove it: DELETE /songs/${self.number}" in reported.value.message


@pytest.mark.parametrize(
    ("old", "new", "reported"),
    [
        ("${self.id}", "${self.id.number}", "line 6.*'number' cannot be read from a str"),
        ("${self.id}", "${item.name}", "line 6.*'name' cannot be read from nothing"),
        ("${self.id}", "${self.result.id}", "line 6.*'song' has no 'result', since it has no task"),
    ],
)
def test_what_can_never_be_worked_out_is_found_with_the_template(read, old, new, reported):
    with pytest.raises(TemplateError, match=reported):
        read(SONG.replace(old, new))


def test_a_filter_that_the_product_ignores_does_not_lead_to_another_thing(against):
    lookup = '    lookup: {get: /songs, params: {name: "${key}"}}\n    retry: {times: 0}\n'

    def answer(asked):
        if asked.method == "GET":
            return 200, {"items": [{"id": 1, "name": "of somebody else"}]}
        return 500, {"error": "broken"}

    with pytest.raises(PreparationError, match=r"May be there: song: the lookup found something that does not match"):
        against(answer, SONG + lookup)
