"""The environment of a run: Python, packages and our code, each with a digest."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from automl_magic.recipe import estimators, member
from automl_magic.records import digest_of

# Packages that can affect results, in addition to the libraries of the estimators.
RESULT_PACKAGES = ("numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "skops")


def describe_environment() -> dict[str, object]:
    """Describe the environment of this process.

    Returns
    -------
    dict
        `python`, `platform`, `automl_magic` (our version), `packages` (versions of the packages
        that can affect results, by name), `installed` (versions of all packages, as in
        `pip freeze`), `lock_sha256` of `installed`, and `sha256` of everything that can affect
        results: Python, platform and `packages`.
    """
    installed = _installed()
    libraries = {library for name in estimators() for library in member(name).distributions}
    computes = sorted({*RESULT_PACKAGES, *libraries})
    described = {
        "python": platform.python_version(),
        "platform": f"{platform.system()}-{platform.machine()}",
        "packages": {name: installed[name] for name in computes if name in installed},
    }
    return {
        **described,
        "sha256": digest_of(described),
        "automl_magic": package_version(),
        "installed": dict(installed),
        "lock_sha256": digest_of(installed),
    }


def package_version() -> str:
    """Return the version of automl-magic."""
    # An import would be circular: the top-level package imports `flow`, which imports this module.
    return str(sys.modules[__name__.partition(".")[0]].__version__)


def code_digest() -> str:
    """Return the digest of our version and all source files of this package, `sha256:<hex>`.

    The digest is cached until a file changes.
    """
    root = Path(__file__).resolve().parents[1]
    stamps = []
    for path in sorted(root.rglob("*.py")):
        status = path.stat()
        stamps.append((path.relative_to(root).as_posix(), status.st_mtime_ns, status.st_size))
    return _digest_of_files(root, tuple(stamps))


@cache
def _digest_of_files(root: Path, stamps: tuple[tuple[str, int, int], ...]) -> str:
    total = hashlib.sha256(package_version().encode())
    for name, _, _ in stamps:
        total.update(f"\n{name}\n".encode())
        total.update(hashlib.sha256((root / name).read_bytes()).digest())
    return "sha256:" + total.hexdigest()


@cache
def _installed() -> dict[str, str]:
    versions = {}
    for distribution in distributions():
        # A partially removed distribution has a folder but no name.
        name = distribution.metadata["Name"] if distribution.metadata else None
        if name:
            versions[re.sub(r"[-_.]+", "-", name).lower()] = distribution.version
    return dict(sorted(versions.items()))
