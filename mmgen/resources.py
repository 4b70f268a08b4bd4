"""Where what is no Python of the package lies: jobs/, conf/, schemas/ and dags/. Standard library only.

In a checkout (also when it is installed with ``pip install --editable``) they are the folders beside the package. A
wheel carries copies of them below the package, which setup.py puts there; a checkout never holds any. An installed
package is only read: what runs write goes to the home.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SHIPPED = PACKAGE / "shipped"
"""What a wheel carries."""

IS_CHECKOUT = not SHIPPED.is_dir()
"""A name beside the package would not tell: any other package may be called ``jobs`` or ``conf``."""

ROOT = PACKAGE.parent if IS_CHECKOUT else SHIPPED
"""Where jobs/, conf/, schemas/ and dags/ lie."""


def base_folder() -> Path:
    """Where a relative home starts: the checkout, so that every command finds the same one; elsewhere, the working
    directory."""
    return ROOT if IS_CHECKOUT else Path.cwd()


def working_folder(home: Path) -> Path:
    """Where a job or a service is started. Spark and others drop files into their working directory, and an installed
    package is not to be written to: there it is the home, which exists."""
    return ROOT if IS_CHECKOUT else home


def find_file(path: Path) -> Path:
    """A file that a person names: as it stands, else one that is shipped (``conf/sources/fashion.toml`` of any working
    directory). The path itself where there is neither."""
    if path.exists() or path.is_absolute():
        return path
    return ROOT / path if (ROOT / path).is_file() else path


def import_path() -> dict[str, str]:
    """``PYTHONPATH`` for the processes of a checkout, whose environment need not have mmgen installed. Empty elsewhere:
    there mmgen lies among the packages of one environment, which another one must not see."""
    return {"PYTHONPATH": str(ROOT)} if IS_CHECKOUT else {}


def has_home(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a process that somebody else starts in any working directory finds the same home as all others."""
    return IS_CHECKOUT or bool(environment.get("MMGEN_HOME") or environment.get("MMGEN_CONFIG"))
