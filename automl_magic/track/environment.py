"""What a run ran with: Python, the packages, and our own code, each with a digest to compare."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from automl_magic.recipe import estimators, member
from automl_magic.records import digest_of

# What computes beside the libraries of the estimators: a change in one may change a number.
COMPUTES = ("numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "skops")


def environment() -> dict[str, Any]:
    """Describe this Python.

    Returns
    -------
    dict
        `python`, `platform`, `automl_magic` (our version), `packages` (name to version, of those
        that compute), `installed` (the same of all, as `pip freeze` would list them),
        `lock_sha256` of `installed`, and `sha256` of the parts that may change a number: Python,
        platform and `packages`.
    """
    installed = _installed()
    libraries = {one for name in estimators() for one in member(name).distributions}
    computes = sorted({*COMPUTES, *libraries})
    described = {
        "python": platform.python_version(),
        "platform": f"{platform.system()}-{platform.machine()}",
        "packages": {name: installed[name] for name in computes if name in installed},
    }
    return {
        **described,
        "sha256": digest_of(described),
        "automl_magic": our_version(),
        "installed": dict(installed),
        "lock_sha256": digest_of(installed),
    }


def our_version() -> str:
    """Return the version of automl-magic."""
    # Not imported by name: the package's face knows `flow`, which knows us.
    return str(sys.modules[__name__.partition(".")[0]].__version__)


def code_digest() -> str:
    """Return `sha256:<hex>` of our version and of every source file of this package.

    Files that were not touched since the last call are not read again.
    """
    root = Path(__file__).resolve().parents[1]
    stamps = []
    for path in sorted(root.rglob("*.py")):
        status = path.stat()
        stamps.append((path.relative_to(root).as_posix(), status.st_mtime_ns, status.st_size))
    return _digest_of_files(root, tuple(stamps))


@cache
def _digest_of_files(root: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    whole = hashlib.sha256(our_version().encode())
    for name, _, _ in stamps:
        whole.update(f"\n{name}\n".encode())
        whole.update(hashlib.sha256((root / name).read_bytes()).digest())
    return "sha256:" + whole.hexdigest()


@cache
def _installed() -> dict[str, str]:
    found = {}
    for distribution in distributions():
        # A distribution that was removed by half has a folder and no name.
        name = distribution.metadata["Name"] if distribution.metadata else None
        if name:
            found[re.sub(r"[-_.]+", "-", name).lower()] = distribution.version
    return dict(sorted(found.items()))
