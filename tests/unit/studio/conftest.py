"""A studio whose jobs end as soon as their file is made, and a client that knows its token."""

import io
import json
from dataclasses import dataclass, field

import pytest
import requests

from AIGCLibrary.studio import StudioServer, StudioSettings

TOKEN = "studio-demo-token"
AT_ONCE = {kind: {"family": "fixed", "median": 0.0} for kind in ("image", "video", "audio", "bundle")}


@dataclass
class Client:
    """Requests against one studio."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self):
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"

    def __call__(self, method, path, **options):
        base = "" if path.startswith("http") else f"{self.url}/api/v1"
        return self.session.request(method, base + path, timeout=30, **options)

    def get(self, path, **options):
        return self("GET", path, **options)

    def post(self, path, body=None, **options):
        return self("POST", path, json=body, **options)

    def made(self, path, **body):
        answer = self.post(path, body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def ended(self, task):
        """The task once it has ended, as the event stream reports, without polling."""
        with self.get("/events", stream=True) as stream:
            now = self.get(f"/tasks/{task['id']}").json()
            for line in stream.iter_lines(chunk_size=1):
                if now["status"] in ("succeeded", "failed", "cancelled"):
                    return now
                if line.startswith(b"data: "):
                    news = json.loads(line.removeprefix(b"data: "))
                    now = news if news["id"] == task["id"] else now
        raise AssertionError(f"the stream ended before {task['id']} did")

    def order(self, kind="image", prompt="a boat", **more):
        return self.ended(self.made("/tasks", kind=kind, prompt=prompt, **more))

    def file(self, task):
        return io.BytesIO(self.get(task["result"]["files"][0]["url"]).content)


@pytest.fixture(scope="module")
def quick():
    with StudioServer(StudioSettings(seed=7, durations=AT_ONCE)) as server:
        yield server


@pytest.fixture
def api(quick):
    client = Client(quick.url)
    client.post("/admin/reset")
    with client.session:
        yield client


@pytest.fixture
def page(quick):
    """A browser-like session that has signed in with name and password."""
    with requests.Session() as session:
        answer = session.post(f"{quick.url}/login", data={"username": "demo", "password": "demo-password"}, timeout=30)
        assert answer.status_code == 200
        yield lambda method, path, **options: session.request(method, quick.url + path, timeout=30, **options)
