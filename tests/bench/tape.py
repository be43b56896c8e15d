"""Replays of every shipped preset under other rhythms of questions: the verdicts of a replay equal its recording.

For each preset and each of its samples that ends a task, a product answers by the samples of the preset: accepted, at
work, refused for load, ended. It is recorded once and replayed under many rhythms, drawn from a seed. Compared are the
outcome, the state, the reason, the files, the cost, and the duration within what both have observed.
"""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from AIGCLibrary.config import Settings
from AIGCLibrary.engine import Engine
from AIGCLibrary.errors import AIGCError
from AIGCLibrary.http.connection import Connection
from AIGCLibrary.http.transport import IncomingAnswer, OutgoingRequest, TransportError
from AIGCLibrary.redaction.redactor import Redactor
from AIGCLibrary.tape.folder import load_tape
from AIGCLibrary.tape.masks import Masks
from AIGCLibrary.tape.recorder import Recorder
from AIGCLibrary.tape.recording import RecordingTransport
from AIGCLibrary.tape.reel import Reel
from AIGCLibrary.tape.replaying import ReplayTransport
from AIGCLibrary.tape.virtual_clock import VirtualClock
from tests.unit.http.product import BASE, ScriptedTransport
from tests.unit.tasks.test_contracts import PROVIDERS, ends, inputs_of, ordered

LIMIT = 1200.0
"""Timeout of each wait, in seconds of virtual time."""


class SampleProduct(ScriptedTransport):
    """Answers by the samples of a preset, as its clock goes.

    Args:
        clock: Time.
        name: The preset.
        number: Which sample ends the task.
        seed: Decides how long the states last and which questions are refused.
    """

    def __init__(self, clock: VirtualClock, name: str, number: int, seed: int) -> None:
        super().__init__(self.by_time)
        chosen = random.Random(seed)
        self._clock, self._samples = clock, PROVIDERS.entry(name).data["samples"]
        self._order, self._end = ordered(name), self._samples[number]
        self._work = next((one for one in self._samples if one["expect"].get("state") == "processing"), self._order)
        self._lasts = (chosen.uniform(0.2, 40.0), chosen.uniform(1.0, 400.0))
        self._refused = set(chosen.sample(range(2, 12), chosen.randrange(4)))
        self._begun, self._questions = 0.0, 0

    async def exchange(self, request: OutgoingRequest) -> IncomingAnswer:
        """Answer after 50 ms."""
        await self._clock.sleep(0.05)
        return await super().exchange(request)

    def by_time(self, _request: OutgoingRequest) -> tuple[Any, ...]:
        """Answer with the sample of the moment."""
        self._questions += 1
        now = self._clock.monotonic()
        if self._questions == 1:
            self._begun = now
            return self._as_answer(self._order)
        if self._questions in self._refused:
            return 503, {"message": "busy"}, {}
        queued, runs = self._lasts
        passed = now - self._begun
        return self._as_answer(self._order if passed < queued else self._work if passed < queued + runs else self._end)

    @staticmethod
    def _as_answer(sample: dict[str, Any]) -> tuple[Any, ...]:
        return sample.get("http", 200), sample.get("body"), sample.get("headers", {})

    async def listen(self, *_args: object, **_named: object) -> Any:
        """Refuse: nothing is pushed."""
        raise TransportError("no webhooks", sent=False)

    async def close(self) -> None:
        """Nothing is open."""


async def _verdict(engine: Engine, name: str) -> dict[str, Any]:
    handle = await engine.tasks.submit("video", inputs_of(name), provider=name)
    outcome = "passed"
    try:
        await engine.tasks.wait(handle, timeout=LIMIT)
    except AIGCError as error:
        outcome = error.code
    task = await engine.tasks.task(handle)
    result = engine.tasks.result(task)
    return {
        "outcome": outcome,
        "state": str(task.state),
        "reason": str(task.failure),
        "files": [str(file) for file in task.files],
        "cost": result["cost"],
        "duration": (result["duration"], result.get("duration_max_error") or 0.0),
    }


def _run(engine: Engine, name: str) -> dict[str, Any]:
    try:
        return engine.loop.run(_verdict(engine, name))
    finally:
        engine.close()


def _engine(folder: Path, clock: VirtualClock, transport: Any, redactor: Redactor, run: str) -> Engine:
    engine = Engine(
        Settings(run_id=run),
        directory=folder,
        connections=Connection(BASE, {}),
        clock=clock,
        transport=transport,
        redactor=redactor,
    )
    clock.waited_for = lambda: engine.loop.waited_for
    return engine


def _record(folder: Path, name: str, number: int, seed: int) -> dict[str, Any]:
    clock, redactor = VirtualClock(), Redactor()
    recorder = Recorder(folder / "tape", Masks(redactor), clock, {"run": "recording-run", "seed": "s"})
    transport = RecordingTransport(SampleProduct(clock, name, number, seed), recorder, lambda *_about: None)
    return _run(_engine(folder, clock, transport, redactor, "recording-run"), name)


def _replay(folder: Path, name: str, rhythm: int) -> tuple[dict[str, Any], list[str]]:
    clock, redactor, reel = VirtualClock(), Redactor(), Reel(load_tape(folder / "tape"))
    engine = _engine(folder, clock, ReplayTransport(reel, clock, Masks(redactor), lambda: None), redactor, f"r{rhythm}")
    if rhythm:  # the first is the planner's own
        chosen = random.Random(rhythm)
        longest = chosen.choice((0.7, 1.5, 4.0, 9.0, 30.0, 60.0))
        delay: Any = lambda *_about: chosen.uniform(longest / 10, longest)  # noqa: E731
        engine.tasks.planner.next_delay = delay  # type: ignore[method-assign]
    return _run(engine, name), reel.played.missing


def _differences(recorded: dict[str, Any], played: dict[str, Any]) -> list[str]:
    found = [key for key in recorded if key != "duration" and recorded[key] != played[key]]
    (one, its_error), (other, other_error) = recorded["duration"], played["duration"]
    if (one is None) != (other is None) or (one is not None and abs(one - other) > its_error + other_error + 0.1):
        found.append("duration")
    return found


def main(arguments: list[str]) -> int:
    """Record and replay; print how many replays differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench tape", description=__doc__)
    parser.add_argument("--rhythms", type=int, default=50, help="replays of each recording")
    parser.add_argument("--only", default="", help="presets, with commas")
    options = parser.parse_args(arguments)
    os.environ["AIGC_TOKEN_CACHE"] = "off"
    for name in PROVIDERS.names():
        for variable in (PROVIDERS.get(name).auth.get("secrets") or {}).values():
            os.environ[variable] = "k"
    cases = [
        (name, PROVIDERS.entry(name).data["samples"].index(sample))
        for name in PROVIDERS.names()
        if not options.only or name in options.only.split(",")
        for sample in ends(name)
    ]
    replays, wrong, missing = 0, Counter[str](), 0
    began = time.monotonic()
    for seed, (name, number) in enumerate(cases):
        story = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="aigc-bench-") as made:
            recorded = _record(Path(made), name, number, seed)
            for rhythm in range(options.rhythms):
                played, absent = _replay(Path(made), name, rhythm)
                replays += 1
                missing += bool(absent)
                for key in _differences(recorded, played):
                    wrong[key] += 1
                    print(f"{name}-{number + 1} rhythm {rhythm}: {key}: {recorded[key]} recorded, {played[key]} played")
        print(f"{seed + 1}. {name}-{number + 1}: {time.monotonic() - story:.1f} s", flush=True)
    about = f"{len(cases)} stories of {len({name for name, _ in cases})} presets, {options.rhythms} rhythms each"
    print(
        f"{about}: {replays} replays, {sum(wrong.values())} differences {dict(wrong)}, {missing} with missing requests"
    )
    print(f"{(time.monotonic() - began) / max(replays, 1) * 1e3:.0f} ms a replay")
    return 1 if wrong or missing else 0
