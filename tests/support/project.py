"""Keeps the example project of `aigc init` in step with this repository's own: `python -m tests.support.project`."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "AIGCLibrary" / "defaults" / "project"
SHARED = ("keywords", "resources")


def shared_files() -> list[Path]:
    """Give the files of the repository that belong to the example project as they are, relative to both."""
    folders = (ROOT / name for name in SHARED)
    found = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(ROOT) for path in found if "__pycache__" not in path.parts)


def copied_files() -> list[Path]:
    """Give the files that are in the example project, relative to it."""
    found = (path for name in SHARED for path in (PROJECT / name).rglob("*") if path.is_file())
    return sorted(path.relative_to(PROJECT) for path in found)


def main() -> None:
    """Copy what changed, remove what is gone."""
    for name in SHARED:
        shutil.rmtree(PROJECT / name, ignore_errors=True)
    for path in shared_files():
        (PROJECT / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, PROJECT / path)


if __name__ == "__main__":
    main()
