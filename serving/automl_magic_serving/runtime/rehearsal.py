"""rehearsal: a model is read and asked once in a child process, before the server itself reads it.

The parsers of the libraries are written in C and C++, and not one of them is safe with bytes that
somebody made for it. A signature says that the bytes are those that were approved, and not that
they are harmless: whatever crashes, loops or eats memory here takes the child, and the server
stays. The child gets the verified bytes themselves, so it reads what the server will read.
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

_ROOTS = os.pathsep.join(
    str(Path(package.__file__ or "").resolve().parents[1])
    for package in (automl_magic, automl_magic_serving)
)
# Nothing that lies in the working directory, or was found in the environment, is imported.
_START = (
    "import os, sys; sys.path.extend(sys.argv.pop(1).split(os.pathsep)); "
    "from automl_magic_serving.runtime.rehearsed import main; main()"
)
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
_FRUGAL = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# What reads a model beside the libraries of its members.
_READERS = ("automl-magic", "numpy", "scikit-learn", "skops")
_FIX = "Do not serve it. Fit the model again, and register that one: automl rerun RUN"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the child may take.

    `memory_bytes` is beyond its libraries; seconds are those of the processor and of the clock.
    """

    memory_bytes: int = 2 << 30
    cpu_s: int = 60
    wall_s: float = 120.0


@dataclass(frozen=True)
class Rehearsal:
    """What the child said. `no_network` is whether the system let it give up its network."""

    no_network: bool


def rehearse(contents: Mapping[str, bytes], limits: Limits | None = None) -> Rehearsal:
    """Read a model's verified files in a child process, and ask the model for some rows.

    Raises
    ------
    ModelRefused
        If the child does not survive it, or takes too much memory or time.
    ArtifactTampered
        If the files are not what `recipe.save_model` writes.
    """
    limits = limits or Limits()
    size = sum(map(len, contents.values()))
    header = {
        "files": [[path, len(content)] for path, content in contents.items()],
        "memory_bytes": limits.memory_bytes + 8 * size,
        "cpu_s": limits.cpu_s,
    }
    with tempfile.TemporaryFile() as asked:
        asked.write(json.dumps(header).encode() + b"\n")
        for content in contents.values():
            asked.write(content)
        asked.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, _ROOTS],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | _FRUGAL,
            start_new_session=True,
        )
    clock = Timer(limits.wall_s, _kill, [child])
    clock.start()
    try:
        _import_meanwhile(contents)
        said, _ = child.communicate()
    finally:
        clock.cancel()
        _kill(child)
    return _judged(child.returncode, said, limits)


def rehearse_once(
    contents: Mapping[str, bytes],
    manifest_sha256: str,
    home: Path,
    limits: Limits | None = None,
) -> None:
    """Rehearse a model, unless these bytes were read on this machine before, by these libraries.

    Workers that start together wait for the first of them. The note of it lies in the home of the
    workspace, as the keys do that are trusted: who can write it needs no crafted model.

    Raises
    ------
    ModelRefused, ArtifactTampered
        As `rehearse`; then nothing is noted.
    """
    folder = home / "serving" / "rehearsed"
    note = folder / f"{manifest_sha256.removeprefix('sha256:')}-{_libraries(contents)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = note.open("ab")
    except OSError:  # a home that cannot be written: nothing is remembered
        rehearse(contents, limits)
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_size == 0:
            rehearse(contents, limits)
            file.write(b"survived\n")


def _libraries(contents: Mapping[str, bytes]) -> str:
    """Return a digest of the versions of what reads a model."""
    versions = {}
    distributions = {one for kind in _members(contents) for one in kind.distributions}
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
    """Import the libraries that the server needs too."""
    for kind in _members(contents):
        kind.import_library()


def _members(contents: Mapping[str, bytes]) -> list[Member]:
    """Return the estimators of a model. What is no recipe the child will say."""
    with contextlib.suppress(KeyError, ValueError, RecordProblem, RecursionError):
        recipe = Recipe.from_json(json.loads(contents["recipe.json"]))
        return [member(spec.estimator) for spec in recipe.members]
    return []


def _judged(code: int, said: bytes, limits: Limits) -> Rehearsal:
    try:
        found = json.loads(said) if code == 0 else {}
    except ValueError:
        found = {}
    if "no_network" in found:
        return Rehearsal(bool(found["no_network"]))
    if "what" in found:
        kind = ModelRefused if found.get("kind") == "ModelRefused" else ArtifactTampered
        raise kind(found["what"], why=found["why"], fix=found["fix"])
    if "failed" in found:
        why = f"The process that read them said: {found['failed']}"
    elif code == -signal.SIGXCPU:
        why = f"The process that read them took more than {limits.cpu_s} s of the processor."
    elif code == -signal.SIGKILL:
        why = f"It took more than {limits.wall_s:g} s, or all memory, and was ended."
    elif code < 0:
        why = f"The process that read them ended with {signal.Signals(-code).name}."
    else:
        why = f"The process that read them ended with the code {code}, and said nothing."
    raise ModelRefused("The model's files cannot be read safely.", why=why, fix=_FIX)
