"""Benchmarks: `python -m tests.bench AREA` measures each figure beside a named peer in the same run."""
