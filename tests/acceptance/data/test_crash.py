"""A run that is killed and started again makes nothing twice and leaves nothing behind."""

import subprocess
import sys

import pytest

from tests.support.product import Product
from tests.support.waiting import until

TEMPLATE = """
version: 1
name: crash
defaults: {idempotency: IDEMPOTENCY}
nodes:
  script:
    create: {post: /scripts, json: {slot: 0, tag: "${key}"}}
    LOOKUP: {get: /scripts, params: {tag: "${key}"}}
    delete: {delete: "/scripts/${self.id}"}
  scene:
    for_each: 12
    create: {post: /scenes, json: {script_id: "${script.id}", slot: "${index}", tag: "${key}"}}
    LOOKUP: {get: /scenes, params: {tag: "${key}"}}
    delete: {delete: "/scenes/${self.id}"}
"""


@pytest.mark.parametrize("mode", ["idempotency", "lookup"])
def test_killed_and_started_again(tmp_path, mode):
    text = TEMPLATE.replace("IDEMPOTENCY", str(mode == "idempotency").lower())
    lines = text.replace("LOOKUP", "lookup").splitlines()
    template = tmp_path / "crash.yaml"
    kept = [line for line in lines if mode == "lookup" or "lookup" not in line]
    template.write_text("\n".join(kept), encoding="utf-8")
    with Product(idempotency=mode == "idempotency", cost=0.03, limit=10) as product:
        arguments = [product.url, f"sqlite:///{tmp_path / 'aigc.db'}", "night", str(template)]
        command = [sys.executable, "-m", "tests.support.prepare_child", *arguments]
        for things in (1, 6):
            child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            until(lambda many=things, process=child: product.count >= many or process.poll() is not None)
            child.kill()
            child.communicate()
        assert product.count
        product.limit = None
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
    for census in product.censuses:
        assert sorted((kind, thing["slot"]) for kind, thing in census) == [
            ("scenes", 0), ("scenes", 1), ("scenes", 2), ("scenes", 3), ("scenes", 4), ("scenes", 5),
            ("scenes", 6), ("scenes", 7), ("scenes", 8), ("scenes", 9), ("scenes", 10), ("scenes", 11),
            ("scripts", 0),
        ]  # fmt: skip
    assert product.count == 0
