"""`python -m tests.bench AREA [options]`: runs the benchmark module of an area."""

import importlib
import pkgutil
import sys
from pathlib import Path

AREAS = sorted(
    m.name
    for m in pkgutil.iter_modules([str(Path(__file__).parent)])
    if m.name not in ("__main__", "figures", "damage_media")
)

if len(sys.argv) < 2 or sys.argv[1] not in AREAS:
    sys.exit(f"usage: python -m tests.bench AREA\nareas: {', '.join(AREAS)}")
sys.exit(importlib.import_module(f"tests.bench.{sys.argv[1]}").main(sys.argv[2:]))
