"""The bench of the task tests: an engine with a scripted product."""

from tests.unit.tasks.conftest import bench

__all__ = ["bench"]
