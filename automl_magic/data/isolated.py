"""Parsing in a child process: the parent hands over a path and maps the table that comes back."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.data.child import OUT_OF_MEMORY, PROBLEM, TABLE
from automl_magic.data.limits import Limits
from automl_magic.data.sources.files import shown
from automl_magic.errors import DataNotReadable

if TYPE_CHECKING:
    import pandas as pd

_ROOT = str(Path(__file__).resolve().parents[2])
# The library is appended, not put first: nothing beside it may hide a module of Python. At the end
# the interpreter is not taken down: Arrow's threads may outlive it, and abort the process.
_START = (
    "import os, sys; sys.path.append(sys.argv.pop(1)); "
    "from automl_magic.data.child import main; code = main(sys.argv[1]); "
    "sys.stdout.flush(); sys.stderr.flush(); os._exit(code)"
)
# Threads and big memory arenas count against the limit on addresses without being of use here.
_FRUGAL = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "ARROW_IO_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
}
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


def read_in_child(
    source: type[object],
    path: Path,
    options: Mapping[str, Any],
    limits: Limits,
    *,
    n_rows: int | None = None,
) -> pd.DataFrame:
    """Parse a file in a child process with limits on its memory, processor time and wall clock.

    Parameters
    ----------
    source : a class of `sources.file_source.FileSource`
        Its `parse` does the work.
    n_rows : int, optional
        How many rows are wanted, from the first on; all where it is None.

    Raises
    ------
    DataNotReadable
        If the child refuses the file, runs out of memory or time, or dies.
    """
    memory_bytes = limits.reader_memory_bytes(path.stat().st_size)
    with tempfile.TemporaryDirectory(prefix="automl-magic-") as folder:
        request = {
            "path": str(path),
            "folder": folder,
            "source": [source.__module__, source.__qualname__],
            "options": dict(options),
            "n_rows": n_rows,
            "limits": asdict(limits),
            "memory_bytes": memory_bytes,
        }
        with _started(request) as child:
            code, said = _wait(child, path, limits.seconds)
        if code != 0:
            raise _refused(path, Path(folder), code, said, memory_bytes)
        return _mapped(path, Path(folder) / TABLE)


def _started(request: dict[str, Any]) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _START, _ROOT, json.dumps(request)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment | _FRUGAL,
        # Ctrl-C reaches the parent alone, which then ends the child's whole group.
        start_new_session=True,
    )


def _wait(child: subprocess.Popen[bytes], path: Path, seconds: int) -> tuple[int, str]:
    try:
        # The parent needs them too, and can load them while the child works.
        import pandas as pd  # noqa: F401
        import pyarrow as pa  # noqa: F401

        _, said = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise DataNotReadable(
            f"{shown(path)} takes too long to read.",
            why=f"After {seconds} s it was not read.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(seconds={seconds * 4}))",
        ) from error
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return child.returncode, said.decode(errors="replace").strip()


def _refused(path: Path, folder: Path, code: int, said: str, memory_bytes: int) -> DataNotReadable:
    if (folder / PROBLEM).is_file():
        problem = json.loads((folder / PROBLEM).read_text(encoding="ascii"))
        return DataNotReadable(problem["what"], why=problem["why"], fix=problem["fix"])
    if code == OUT_OF_MEMORY or "bad_alloc" in said or "MemoryError" in said:
        return DataNotReadable(
            f"{shown(path)} needs too much memory.",
            why=f"Its {path.stat().st_size:,} bytes do not fit into the {memory_bytes:,} bytes "
            "that reading it may take.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(memory_bytes={memory_bytes * 4}))",
        )
    if code == -signal.SIGXCPU:
        return DataNotReadable(
            f"{shown(path)} takes too long to read.",
            why="The process that read it used up its processor time.",
            fix="Use a sample of its rows.",
        )
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    last = said.splitlines()[-1] if said else "no message"
    return DataNotReadable(
        f"{shown(path)} cannot be read.",
        why=f"The process that read it ended with {ended}: {last[:200]}",
        fix=f"Write the table out again as CSV; see what it is: file {shlex.quote(path.name)}",
    )


def _mapped(path: Path, table: Path) -> pd.DataFrame:
    """Return the table as a DataFrame whose text lies in the mapped file and not in our memory."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(table)) as source:
            content = pa.ipc.open_file(source).read_all()
        # The child parsed bytes from anywhere; what it hands over is not believed either.
        content.validate(full=True)
    except pa.ArrowException as error:
        raise DataNotReadable(
            f"{shown(path)} holds broken values.",
            why=f"{' '.join(str(error).split())[:200].rstrip('.')}.",
            fix="Copy, download or write the file again.",
        ) from error
    frame: pd.DataFrame = content.to_pandas()
    read_only = [
        name
        for name in frame.columns
        if frame[name].dtype.kind in "biufM" and not frame[name].to_numpy().flags.writeable
    ]
    return frame.copy() if read_only else frame
