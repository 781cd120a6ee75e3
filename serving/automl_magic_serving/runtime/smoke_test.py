"""Smoke test: a child process loads a model and predicts with it before the server loads it.

The libraries' parsers are written in C and C++, and none is safe with crafted bytes. A signature
proves that the bytes were approved, not that they are harmless: if they crash, loop or exhaust
memory, only the child dies, and the server survives. The child gets the verified bytes themselves,
so it parses exactly what the server will parse.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Timer

import automl_magic
import automl_magic_serving
from automl_magic.errors import ArtifactTampered, ModelRefused
from automl_magic.recipe.document import Recipe
from automl_magic.recipe.members import Member, member
from automl_magic.records import RecordProblem, digest_of
from automl_magic.records.codec import json_text

_ROOTS = os.pathsep.join(
    str(Path(package.__file__ or "").resolve().parents[1])
    for package in (automl_magic, automl_magic_serving)
)
# With -P, nothing in the working directory is imported.
_START = (
    "import os, sys; sys.path.extend(sys.argv.pop(1).split(os.pathsep)); "
    "from automl_magic_serving.runtime.smoke_test_child import main; main()"
)
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
_LOW_MEMORY = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Libraries that parse a model, beside those of its members.
_READERS = ("automl-magic", "numpy", "scikit-learn", "skops")
_FIX = "Don't serve this model. Fit it again and register the new one: automl rerun RUN"


@dataclass(frozen=True, kw_only=True)
class SandboxLimits:
    """Limits of the child process.

    `memory_bytes` is in addition to its libraries; `cpu_s` and `wall_s` are in seconds.
    """

    memory_bytes: int = 2 << 30
    cpu_s: int = 60
    wall_s: float = 120.0


@dataclass(frozen=True)
class SmokeTestResult:
    """The result of the child. `no_network` is whether it could give up network access."""

    no_network: bool


def run_smoke_test(
    contents: Mapping[str, bytes], limits: SandboxLimits | None = None
) -> SmokeTestResult:
    """Load a model from its verified files in a child process, and predict some rows.

    Raises
    ------
    ModelRefused
        If the child crashes, or exceeds its memory or time limit.
    ArtifactTampered
        If the files aren't in the format of `recipe.save_model`.
    """
    limits = limits or SandboxLimits()
    size = sum(map(len, contents.values()))
    header = {
        "files": [[path, len(content)] for path, content in contents.items()],
        "memory_bytes": limits.memory_bytes + 8 * size,
        "cpu_s": limits.cpu_s,
    }
    with tempfile.TemporaryFile() as stdin:
        stdin.write(json_text(header).encode() + b"\n")
        for content in contents.values():
            stdin.write(content)
        stdin.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, _ROOTS],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
            | _LOW_MEMORY,
            start_new_session=True,
        )
    timer = Timer(limits.wall_s, _kill, [child])
    timer.start()
    try:
        _import_meanwhile(contents)
        stdout, _ = child.communicate()
    finally:
        timer.cancel()
        _kill(child)
    return _read_result(child.returncode, stdout, limits)


def run_smoke_test_once(
    contents: Mapping[str, bytes],
    manifest_sha256: str,
    home: Path,
    limits: SandboxLimits | None = None,
) -> None:
    """Run the smoke test, unless the same bytes passed on this machine with the same libraries.

    Workers that start together wait for the first of them. Passed tests are recorded in the
    workspace home, next to the trusted keys: anyone who can write there needs no crafted model.

    Raises
    ------
    ModelRefused, ArtifactTampered
        As `run_smoke_test`; then nothing is recorded.
    """
    folder = home / "serving" / "rehearsed"
    note = folder / f"{manifest_sha256.removeprefix('sha256:')}-{_libraries_digest(contents)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = note.open("ab")
    except OSError:  # the home isn't writable: nothing is recorded
        run_smoke_test(contents, limits)
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_size == 0:
            run_smoke_test(contents, limits)
            file.write(b"survived\n")


def _libraries_digest(contents: Mapping[str, bytes]) -> str:
    """Return a digest of the versions of the libraries that parse a model."""
    versions = {}
    distributions = {
        distribution for kind in _members(contents) for distribution in kind.distributions
    }
    for name in (*_READERS, *sorted(distributions)):
        with contextlib.suppress(PackageNotFoundError):
            versions[name] = version(name)
    return digest_of([sys.version, versions]).removeprefix("sha256:")[:16]


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _import_meanwhile(contents: Mapping[str, bytes]) -> None:
    """Import the libraries that the server will also need."""
    for kind in _members(contents):
        kind.import_library()


def _members(contents: Mapping[str, bytes]) -> list[Member]:
    """Return the estimators of a model. The child reports an invalid recipe."""
    with contextlib.suppress(KeyError, ValueError, RecordProblem, RecursionError):
        recipe = Recipe.from_json(json.loads(contents["recipe.json"]))
        return [member(spec.estimator) for spec in recipe.members]
    return []


def _read_result(code: int, stdout: bytes, limits: SandboxLimits) -> SmokeTestResult:
    try:
        message = json.loads(stdout) if code == 0 else {}
    except ValueError:
        message = {}
    if "no_network" in message:
        return SmokeTestResult(bool(message["no_network"]))
    if "what" in message:
        kind = ModelRefused if message.get("kind") == ModelRefused.__name__ else ArtifactTampered
        raise kind(message["what"], why=message["why"], fix=message["fix"])
    if "failed" in message:
        why = f"The process that loaded them failed: {message['failed']}"
    elif code == -signal.SIGXCPU:
        why = f"The process that loaded them used more than {limits.cpu_s} s of CPU time."
    elif code == -signal.SIGKILL:
        why = f"The process that loaded them exceeded {limits.wall_s:g} s or its memory."
    elif code < 0:
        why = f"The process that loaded them was killed by {signal.Signals(-code).name}."
    else:
        why = f"The process that loaded them exited with code {code} and no message."
    raise ModelRefused("The model's files can't be loaded safely.", why=why, fix=_FIX)
