"""What pyproject.toml cannot say: the wheel carries the top-level folders of jobs, contracts and configuration."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("conf", "dags", "jobs", "schemas")
SHIPPED = Path("mmgen") / "shipped"
"""Where mmgen.resources looks for them. Never made in a checkout: there the folders themselves count."""


class BuildWithFolders(build_py):
    """Copies ``FOLDERS`` below the built package."""

    def run(self) -> None:
        """Build from nothing: setuptools would keep a file of an earlier build that the tree has no more."""
        if not self.editable_mode:
            shutil.rmtree(Path(self.build_lib) / "mmgen", ignore_errors=True)
        super().run()
        if not self.editable_mode:
            for folder in FOLDERS:
                ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
                shutil.copytree(folder, Path(self.build_lib) / SHIPPED / folder, ignore=ignored)

    def get_source_files(self) -> list[str]:
        """For the source distribution, from which the same wheel is built."""
        found = (path for folder in FOLDERS for path in Path(folder).rglob("*"))
        shipped = [str(path) for path in found if path.is_file() and "__pycache__" not in path.parts]
        return [*super().get_source_files(), *sorted(shipped)]


setup(cmdclass={"build_py": BuildWithFolders})
