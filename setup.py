"""Installs AIGCLibrary. Every fact about the package is in pyproject.toml; here its example project is added.

`aigc init` writes the folders `keywords` and `resources` of this repository. A wheel gets them as
`AIGCLibrary/defaults/project`; an editable install reads them where they are.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PROJECT = ("keywords", "resources")


class BuildWithProject(build_py):
    """Builds the package with the example project in it."""

    def run(self) -> None:
        """Copy the folders of the example project beside the package's own files."""
        super().run()
        if self.editable_mode:
            return
        for name in PROJECT:
            target = Path(self.build_lib, "AIGCLibrary", "defaults", "project", name)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(Path(__file__).parent / name, target, ignore=shutil.ignore_patterns("__pycache__"))


setup(cmdclass={"build_py": BuildWithProject})
