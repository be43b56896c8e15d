"""Figures of data preparation: speed of the graph, exactly-once after kill -9, clean-up under errors."""

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from AIGCLibrary.config import Settings
from AIGCLibrary.data.catalogue import TemplateCatalogue
from AIGCLibrary.data.plan import makespan
from AIGCLibrary.data.variables import lay_out, situate
from AIGCLibrary.engine import Engine
from AIGCLibrary.http.connection import Connection
from tests.bench.figures import Figures
from tests.support.product import Faults, Product

PLACES = 8
KINDS = {"script": 1, "episode": 3, "character": 9, "scene": 12, "video": 12, "final": 3}
"""40 nodes: a script, its episodes and cast, scenes, a video for each scene, a final cut for each episode."""
TYPICAL = {"script": 4, "episode": 3, "character": 20, "scene": 3, "video": 110, "final": 60}
SPREAD, SEED, SCALE = 0.45, 2716, 1 / 50
"""Median seconds of a creation, the spread of their log-normal draw, and how much faster than life the bench runs.

Of 3,000 seeds this one is closest to the simulation the bars come from: 1,741 s one by one, 295 s on the critical
path, 344 s with a ready queue of 8. Other draws are printed beside it: where twelve nearly equal videos meet eight
places, no order of requests can come near the bar.
"""

FORTY = """
version: 1
name: forty
vars: {{costs: {costs}}}
defaults: {{concurrency: {places}, timeout: 20 s}}
nodes:
  script:
    create: {{post: /scripts, json: {{title: "${{faker.sentence}}", cost: "${{costs.script[0]}}"}}}}
    delete: {{delete: "/scripts/${{self.id}}"}}
  episode:
    for_each: 3
    create: {{post: /episodes, json: {{script_id: "${{script.id}}", cost: "${{costs.episode[index]}}"}}}}
    delete: {{delete: "/episodes/${{self.id}}"}}
  character:
    for_each: 9
    create:
      post: /characters
      json: {{script_id: "${{script.id}}", name: "${{faker.zh.name}}", cost: "${{costs.character[index]}}"}}
    delete: {{delete: "/characters/${{self.id}}"}}
  scene:
    for_each: {{episode: "${{episode}}", n: 4}}
    create:
      post: /scenes
      json:
        episode_id: ${{item.episode.id}}
        cast: ${{character.id}}
        cost: ${{costs.scene[index]}}
    delete: {{delete: "/scenes/${{self.id}}"}}
  video:
    for_each: ${{scene}}
    create: {{post: /videos, json: {{scene_id: "${{item.id}}", cost: "${{costs.video[index]}}"}}}}
    delete: {{delete: "/videos/${{self.id}}"}}
  final:
    for_each: ${{group(video, 'item.item.episode')}}
    create:
      post: /finals
      json: {{episode_id: "${{item.of.id}}", videos: "${{item.items.id}}", cost: "${{costs.final[index]}}"}}
    delete: {{delete: "/finals/${{self.id}}"}}
"""

CRASH = """
version: 1
name: crash
defaults: {{idempotency: {idempotency}, timeout: 5 s}}
nodes:
  script:
    create: {{post: /scripts, json: {{title: "${{faker.sentence}}", slot: 0, tag: "${{key}}"}}}}
    {script}
    delete: {{delete: "/scripts/${{self.id}}"}}
  episode:
    for_each: 4
    create: {{post: /episodes, json: {{script_id: "${{script.id}}", slot: "${{index}}", tag: "${{key}}"}}}}
    {episode}
    delete: {{delete: "/episodes/${{self.id}}"}}
  character:
    for_each: 11
    create:
      post: /characters
      json: {{script_id: "${{script.id}}", name: "${{faker.name}}", slot: "${{index}}", tag: "${{key}}"}}
    {character}
    delete: {{delete: "/characters/${{self.id}}"}}
  scene:
    for_each: {{episode: "${{episode}}", n: 6}}
    create:
      post: /scenes
      json: {{episode_id: "${{item.episode.id}}", cast: "${{character.id}}", slot: "${{index}}", tag: "${{key}}"}}
    {scene}
    delete: {{delete: "/scenes/${{self.id}}"}}
"""
CRASH_THINGS = 40


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench data")
    parser.add_argument("--kills", type=int, default=50)
    args = parser.parse_args(argv)
    figures = Figures("data")
    with tempfile.TemporaryDirectory() as folder:
        speed(figures, Path(folder))
        crashes(figures, Path(folder), args.kills)
        clean_up(figures, Path(folder))
    return figures.end()


def speed(figures: Figures, folder: Path) -> None:
    costs = _costs(SEED)
    one_by_one = _prepare(folder, costs, 1, 1)
    parallel = _prepare(folder, costs, PLACES, 3)
    path, work, ideal = _bounds(folder, costs)
    figures.note(
        f"one by one {one_by_one:.2f} s, 8 at once {parallel:.2f} s (best of 3), ideal ready queue {ideal:.2f} s"
    )
    figures.note(f"critical path {path:.2f} s, work/8 {work:.2f} s")
    ratios = []
    for seed in range(100):
        other_path, other_work, other_ideal = _bounds(folder, _costs(seed))
        ratios.append(other_ideal / max(other_path, other_work))
    within = sum(ratio <= 1.2 for ratio in ratios)
    figures.note(f"100 other draws: ideal ready queue {median(ratios):.2f} x the bound, {within} of 100 within 1.2 x")
    figures.add("40 nodes, 8 at once, faster than one by one", one_by_one / parallel, 5, unit="x", better="higher")
    figures.add("40 nodes, 8 at once, of max(critical path, work/8)", parallel / max(path, work), 1.2, unit="x")
    figures.add("40 nodes, 8 at once, of the ideal ready queue", parallel / ideal, 1.05, unit="x")


def _costs(seed: int) -> dict[str, list[float]]:
    source = random.Random(seed)
    return {
        kind: [round(TYPICAL[kind] * SCALE * source.lognormvariate(0, SPREAD), 4) for _ in range(count)]
        for kind, count in KINDS.items()
    }


def _template(folder: Path, costs: dict[str, list[float]], places: int) -> Path:
    template = folder / f"forty{places}.yaml"
    template.write_text(FORTY.format(costs=costs, places=places), encoding="utf-8")
    return template


def _prepare(folder: Path, costs: dict[str, list[float]], places: int, times: int) -> float:
    """Return the seconds of the fastest of some preparations."""
    took = []
    with Product() as product:
        engine = Engine(_settings(folder), connections=Connection(product.url))
        engine.data.load(_template(folder, costs, places))
        engine.loop.run(engine.http.request("GET", "/scripts", engine.connections.get(None)))
        engine.store.flush()
        for _ in range(times):
            started = time.perf_counter()
            engine.loop.run(engine.data.prepare("forty", scope="run"))
            took.append(time.perf_counter() - started)
            assert product.count == 40
            assert engine.data.clean_up("run").removed == 40
        engine.close()
    return min(took)


def _bounds(folder: Path, costs: dict[str, list[float]]) -> tuple[float, float, float]:
    """Return critical path, work / 8, and what a ready queue of 8 needs when nothing else takes time."""
    catalogue = TemplateCatalogue()
    catalogue.load(_template(folder, costs, PLACES))
    graph = lay_out(situate(catalogue.get("forty"), {}, None, run_id="x", seed="x", at=0))
    by_key = {key: costs[one.node.name][one.index or 0] for key, one in graph.instances.items()}
    return makespan(graph, by_key, 1000), sum(by_key.values()) / PLACES, makespan(graph, by_key, PLACES)


def crashes(figures: Figures, folder: Path, kills: int) -> None:
    source = random.Random(11)
    totals: Counter[str] = Counter()
    modes = ("idempotency", "lookup", "both", "later")
    for number, mode in enumerate(modes):
        share = kills // len(modes) + (number < kills % len(modes))
        template = folder / f"crash_{mode}.yaml"
        lookups = {
            kind: f'lookup: {{get: /{kind}s, params: {{tag: "${{key}}"}}}}' if mode != "idempotency" else ""
            for kind in ("script", "episode", "character", "scene")
        }
        template.write_text(
            CRASH.format(idempotency="false" if mode == "lookup" else "true", **lookups), encoding="utf-8"
        )
        later = mode == "later"  # HTTP 202 with an operation, and removals that need the ETag
        if later:
            template.write_text(_guarded(template.read_text(encoding="utf-8")), encoding="utf-8")
        known = {"idempotency": mode != "lookup", "lookup": mode != "idempotency"}
        with Product(**known, cost=0.01, later=later, etags=later) as product:
            _crash_mode(product, folder, template, share, source, totals)
    figures.note(
        f"{totals['kills']} kills at random moments ({totals['while preparing']} while preparing, "
        f"{totals['while removing']} while removing), {totals['runs']} runs to their end, "
        f"{totals['things']} things counted at checkpoints"
    )
    figures.add("killed and resumed: duplicates", totals["duplicates"], 0)
    figures.add("killed and resumed: missing things", totals["missing"], 0)
    figures.add("killed and resumed: orphans", totals["orphans"], 0)


def _guarded(template: str) -> str:
    """Return a template whose removals carry the ETag of the thing."""
    return re.sub(
        r'delete: \{delete: ("[^"]*")\}', r'delete: {delete: \1, headers: {If-Match: "${self.headers.etag}"}}', template
    )


def _crash_mode(
    product: Product, folder: Path, template: Path, kills: int, source: random.Random, totals: Counter[str]
) -> None:
    store = f"sqlite:///{folder / 'crash.db'}"
    length = 0.4  # seconds from the first request to the end of the clean-up, measured as we go
    while kills:
        run_id = f"{template.stem}-{totals['runs']}"
        for _ in range(min(kills, source.randint(1, 3))):
            before = len(product.censuses)
            child = _child(product.url, store, run_id, template)
            time.sleep(source.uniform(0, length))
            if child.poll() is None:
                child.kill()
                totals["kills"] += 1
                kills -= 1
                totals["while removing" if len(product.censuses) > before else "while preparing"] += 1
            _end(child)
        child = _child(product.url, store, run_id, template)
        started = time.perf_counter()
        assert _end(child) == 0
        length = 0.5 * length + 0.5 * (time.perf_counter() - started)
        totals["runs"] += 1
        for census in product.censuses:
            slots = Counter((kind, thing["slot"]) for kind, thing in census)
            totals["things"] += len(census)
            totals["duplicates"] += sum(count - 1 for count in slots.values())
            totals["missing"] += CRASH_THINGS - len(slots)
        product.censuses.clear()
        totals["orphans"] += product.count
        product.things.clear()


def _end(child: "subprocess.Popen[str]") -> int:
    code = child.wait(60)
    if child.stdout:
        child.stdout.close()
    return code


def _child(url: str, store: str, run_id: str, template: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.prepare_child", url, store, run_id, str(template)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline().strip() == "GO"
    return child


def clean_up(figures: Figures, folder: Path) -> None:
    created = removed = 0
    kinds: Counter[str] = Counter()
    with Product(faults=Faults(0.0, hang=0.6), etags=True) as product:
        template = folder / "many.yaml"
        text = CRASH.format(idempotency="true", script="", episode="", character="", scene="").replace("5 s", "300 ms")
        template.write_text(_guarded(text.replace("name: crash", "name: many")), encoding="utf-8")
        engine = Engine(_settings(folder), connections=Connection(product.url))
        engine.data.load(template)
        started = time.perf_counter()
        for number in range(5):
            product.faults = Faults(0.05, seed=number, hang=0.6)
            product.later = number % 2 == 1  # each second round with HTTP 202
            engine.loop.run(engine.data.prepare("many", count=10, scope="run"))
            created += product.count
            report = engine.data.clean_up("run")
            removed += created - product.count - removed
            kinds.update(sent=report.api_calls, orphans=len(report.orphans))
        took = time.perf_counter() - started
        engine.close()
    figures.note(f"{created} things made and removed in {took:.1f} s; {kinds['sent']} requests to remove them")
    figures.add("removed under 5 % errors", removed / created, 0.999, better="higher")


def _settings(folder: Path) -> Settings:
    return Settings(store=f"sqlite:///{folder / 'bench.db'}").identified({})
