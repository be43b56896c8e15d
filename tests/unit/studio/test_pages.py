"""The pages: sign-in, test ids, languages, redesigns, quirks of elements, forms and their safety."""

import json
import re
from contextlib import closing
from html.parser import HTMLParser
from http.client import HTTPConnection

import pytest
import requests

IDS = {
    "/login": ["login-username", "login-password", "login-submit"],
    "/generate": [
        "prompt-input",
        "kind-select",
        "style-select",
        "duration-input",
        "resolution-select",
        "priority-select",
        "reference-upload",
        "generate-button",
        "task-list",
    ],
    "/tasks": ["task-list", "task-row", "task-status", "task-progress", "task-cancel", "task-retry"],
    "/library": ["library-grid", "library-item", "download-link"],
    "/scripts": ["script-title-input", "create-script-button", "script-row"],
    "/": ["nav-home", "nav-scripts", "nav-generate", "nav-tasks", "nav-library"],
}
PAGES = ["/", "/scripts", "/generate", "/tasks", "/library", "/login"]


class Page(HTMLParser):
    """What a tester needs of a page: elements, labels, ids. Content of templates is not on the page yet."""

    VOID = ("meta", "link", "input", "img", "br", "hr", "path", "circle", "rect")

    def __init__(self, text):
        super().__init__()
        self.elements, self.labels, self.inert, self.stack, self.text = [], {}, [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "template" in self.stack:
            self.inert.append((tag, attrs))
        else:
            self.elements.append((tag, attrs))
        if tag not in self.VOID:
            self.stack.append(tag)
        if tag == "label" and "for" in attrs:
            self.labels[attrs["for"]] = ""
            self.open = attrs["for"]

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "label" and hasattr(self, "open"):
            self.labels[self.open] += data.strip()
        if self.stack and data.strip():
            self.text.setdefault(self.stack[-1], []).append(data.strip())

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop() != tag:
            pass

    def test_ids(self):
        return [attrs["data-testid"] for _tag, attrs in self.elements if "data-testid" in attrs]


@pytest.fixture
def stocked(api):
    """A studio with a script, a finished work, a failed and an endless task."""
    script = api.made("/scripts", title="Lanterns")
    api.order("image", "A lighthouse", resolution="64x64")
    api.order("image", "forbidden fruit")
    api.made("/tasks", kind="video", prompt="For ever", misbehave={"never_end": True})
    return script


@pytest.mark.parametrize("path", PAGES)
def test_every_agreed_test_id_is_there_once_or_in_every_row(stocked, page, path):
    found = Page(page("GET", path).text).test_ids()
    for name in IDS[path]:
        assert name in found, name
    once = [name for name in IDS[path] if not name.startswith(("task-", "library-item", "download", "script-row"))]
    assert all(found.count(name) == 1 for name in once)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("ui", [1, 2, 3])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_is_sound_in_every_face(stocked, page, path, ui, lang):
    answer = page("GET", f"{path}?ui={ui}&lang={lang}")
    assert answer.status_code == 200
    assert "Content-Security-Policy" in answer.headers
    seen = Page(answer.text)
    tags = [tag for tag, _attrs in seen.elements]
    assert (tags.count("main"), tags.count("h1"), tags.count("title")) == (1, 1, 1)
    ids = [attrs["id"] for _tag, attrs in seen.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for tag, attrs in seen.elements:
        if tag in ("input", "select", "textarea") and attrs.get("type") not in ("hidden", "checkbox"):
            assert seen.labels.get(attrs["id"]), attrs
        if tag in ("img", "video", "audio", "progress"):
            assert attrs.get("alt") or attrs.get("aria-label"), attrs
        assert "style" not in attrs
        assert not any(name.startswith("on") for name in attrs)
    assert dict(seen.elements)["html"]["lang"] == {"en": "en", "zh": "zh-CN"}[lang]
    if lang == "zh" and ui < 3:
        labels = set(seen.labels.values())
        assert not labels & {"Prompt", "Kind", "Username", "Script title"}


def test_chinese_labels_are_the_agreed_ones(page):
    seen = Page(page("GET", "/generate?lang=zh").text)
    agreed = {"提示词", "类型", "风格", "时长(秒)", "分辨率", "优先级", "参考图"}
    assert agreed <= set(seen.labels.values())
    assert "生成" in seen.text["button"]


def test_version_2_keeps_the_labels_and_loses_the_test_ids(page):
    first, second = (Page(page("GET", f"/generate?lang=en&ui={ui}&hidden=0&late=0").text) for ui in (1, 2))
    assert set(first.labels.values()) == set(second.labels.values())
    assert not set(IDS["/generate"]) & set(second.test_ids())
    assert "composer-submit" in second.test_ids()


def test_version_3_changes_the_labels_too(page):
    first, third = (Page(page("GET", f"/generate?lang=en&ui={ui}&hidden=0&shadow=0&late=0").text) for ui in (1, 3))
    assert not set(first.labels.values()) & set(third.labels.values())
    assert "Create video" in third.text["button"]


def test_choices_stick(page):
    page("GET", "/?ui=2&lang=zh")
    text = page("GET", "/generate").text
    assert 'data-ui="2"' in text
    assert "提示词" in text


@pytest.mark.parametrize("ui", [1, 2, 3])
def test_quirks_by_switch(page, ui):
    def seen(query):
        plain = "&late=0&hidden=0&shadow=0&duplicate=0"
        names = [part.split("=")[0] for part in query.split("&") if part]
        rest = "&".join(part for part in plain.split("&") if part.split("=")[0] not in names)
        return Page(page("GET", f"/generate?lang=en&ui={ui}{query and '&' + query}&{rest}").text)

    word = {1: "Generate", 2: "Generate", 3: "Create video"}[ui]

    def buttons(found):
        return found.text["button"].count(word)

    assert buttons(seen("")) == 1
    assert buttons(seen("duplicate=1")) == 2
    late = seen("late=700")
    assert ("template", {"data-late": "700"}) in late.elements
    hidden = seen("hidden=1")
    assert [attrs for _tag, attrs in hidden.elements if attrs.get("class") == "offstage"]
    shadow = seen("shadow=1")
    assert ("template", {"shadowrootmode": "open"}) in shadow.elements


def test_quirks_by_configuration(api, page):
    api.post("/admin/misbehave", {"ui": {"late_ms": 900}})
    assert 'data-late="900"' in page("GET", "/generate?ui=1").text


def test_visitors_are_asked_to_sign_in_and_brought_back(quick):
    with requests.Session() as session:
        asked = session.get(f"{quick.url}/library?lang=zh", timeout=30)
        assert asked.url.startswith(f"{quick.url}/login?next=/library")
        assert "登录" in asked.text
        answer = session.post(
            asked.url, data={"username": "demo", "password": "demo-password", "next": "/library"}, timeout=30
        )
        assert answer.url == f"{quick.url}/library"
        session.post(f"{quick.url}/logout", timeout=30)
        assert "/login" in session.get(f"{quick.url}/", timeout=30).url


def test_a_wrong_password_is_reported_and_keeps_the_name(quick):
    answer = requests.post(f"{quick.url}/login", data={"username": "<b>", "password": "x"}, timeout=30)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "&lt;b&gt;" in answer.text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\r\nX-Evil: 1"]
)
def test_sign_in_never_leads_away(quick, target):
    data = {"username": "demo", "password": "demo-password", "next": target}
    answer = requests.post(f"{quick.url}/login", data=data, timeout=30, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_the_token_opens_the_pages_for_tools(quick):
    with requests.Session() as session:
        answer = session.get(f"{quick.url}/library?token=studio-demo-token&ui=2", timeout=30)
        assert answer.url == f"{quick.url}/library?ui=2"
    assert "/login" in requests.get(f"{quick.url}/?token=wrong", timeout=30).url


@pytest.mark.parametrize("path", ["//evil.example/", "/\\evil.example/", "/\\/evil.example/"])
def test_the_token_in_an_address_never_leads_away(quick, path):
    with closing(HTTPConnection(quick.url.removeprefix("http://"), timeout=30)) as connection:
        connection.request("GET", f"{path}?token=studio-demo-token")
        assert connection.getresponse().headers["Location"] == "/evil.example/"


def test_an_order_from_the_page_becomes_a_task(api, page):
    form = {
        "prompt": "纸船",
        "kind": "image",
        "style": "ink",
        "duration": "4",
        "resolution": "640x360",
        "priority": "7",
    }
    files = {"reference": ("me.png", b"\x89PNG", "image/png")}
    answer = page("POST", "/generate", data=form, files=files)
    assert "纸船" in answer.text
    (task,) = api.get("/tasks").json()["items"]
    assert (task["kind"], task["style"], task["priority"]) == ("image", "ink", 7)
    assert task["reference_image_id"].startswith("upl_")


def test_a_wrong_order_shows_the_form_again_with_the_reason(page):
    answer = page("POST", "/generate", data={"prompt": "kept", "kind": "video", "duration": "900"})
    assert answer.status_code == 422
    assert 'aria-describedby="problem-duration"' in answer.text
    assert ">kept</textarea>" in answer.text
    assert page("POST", "/generate", data={"kind": "video"}).status_code == 422


def test_a_script_grows_in_the_pages(api, page):
    page("POST", "/scripts", data={"title": "雨夜", "genre": "悬疑"})
    (script,) = api.get("/scripts").json()["items"]
    place = f"/scripts/{script['id']}"
    page("POST", f"{place}/episodes", data={"number": "1", "title": "One"})
    page("POST", f"{place}/characters", data={"name": "Lin"})
    episode = api.get("/episodes").json()["items"][0]
    character = api.get("/characters").json()["items"][0]
    scene = {"episode_id": episode["id"], "description": "A <script> bridge", "character_ids": [character["id"]]}
    text = page("POST", f"{place}/scenes", data=scene).text
    assert "A &lt;script&gt; bridge" in text
    made = api.get("/scenes").json()["items"][0]
    assert f'href="/generate?scene={made["id"]}"' in text
    assert "A &lt;script&gt; bridge" in page("GET", f"/generate?scene={made['id']}").text
    page("POST", f"{place}/scenes/{made['id']}/delete")
    assert api.get("/scenes").json()["total"] == 0
    page("POST", f"{place}/delete")
    assert api.get("/scripts").json()["total"] == 0
    assert page("POST", "/scripts", data={"title": " "}).status_code == 422


def test_tasks_are_cancelled_and_retried_without_javascript(api, page):
    task = api.made("/tasks", kind="image", prompt="x", misbehave={"never_end": True})
    page("POST", f"/tasks/{task['id']}/cancel")
    assert api.get(f"/tasks/{task['id']}").json()["status"] == "cancelled"
    page("POST", f"/tasks/{task['id']}/retry")
    assert api.get("/tasks").json()["items"][0]["retry_of"] == task["id"]


def test_lost_visitors_see_a_page_not_a_trace(page):
    for path in ("/nowhere", "/scripts/scr_none"):
        answer = page("GET", path)
        assert answer.status_code == 404
        assert "Traceback" not in answer.text
        assert 'href="/"' in answer.text


def test_static_files_are_served_and_all_links_lead_somewhere(page):
    for path in PAGES:
        for link in set(re.findall(r'(?:href|src)="(/[^"#]*)"', page("GET", path).text)):
            assert page("GET", link.replace("&amp;", "&")).status_code == 200, link


@pytest.mark.parametrize("path", ["/login", "/generate", "/scripts", "/api/v1/uploads"])
@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"x"),
        ("multipart/form-data; boundary=x", b"--x\r\nno header\r\n\r\ny\r\n--x--"),
        ("multipart/form-data; boundary=" + "y" * 100, b"x"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
        ("application/x-www-form-urlencoded", b"a=\xff\xfe"),
    ],
)
def test_malformed_forms_are_the_visitors_mistake(page, path, kind, data):
    answer = page("POST", path, data=data, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


def test_a_page_misses_nothing_of_the_time_before_its_stream(api):
    task = api.order()
    with api.get("/events", params={"known": f"{task['id']},task_unknown"}, stream=True) as stream:
        data = next(line for line in stream.iter_lines(chunk_size=1) if line.startswith(b"data: "))
    news = json.loads(data.removeprefix(b"data: "))
    assert (news["id"], news["status"]) == (task["id"], "succeeded")
