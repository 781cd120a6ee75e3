"""Parse files in a child process. The parent sends a path and maps the resulting table."""

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
from typing import TYPE_CHECKING

from automl_magic.data.child import OUT_OF_MEMORY, PARSED, PROBLEM, TABLE
from automl_magic.data.missing import ReadDetails
from automl_magic.data.sources.files import quote_name
from automl_magic.errors import DataNotReadable
from automl_magic.records.codec import json_text

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.data.sources.base import Source
    from automl_magic.data.sources.request import ReadRequest

_ROOT = str(Path(__file__).resolve().parents[2])
# The library is appended to the path, so that files next to it can't shadow Python's modules.
# `os._exit` skips the interpreter's shutdown: Arrow's threads may outlive it and abort the process.
_CHILD_CODE = (
    "import os, sys; sys.path.append(sys.argv.pop(1)); "
    "from automl_magic.data.child import main; code = main(sys.argv[1]); "
    "sys.stdout.flush(); sys.stderr.flush(); os._exit(code)"
)
# Threads and large memory arenas count towards the address space limit, and aren't needed here.
_RESOURCE_SETTINGS = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "ARROW_IO_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
}
_INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
)


def read_in_child(
    source: Source, path: Path, options: Mapping[str, object], request: ReadRequest
) -> pd.DataFrame:
    """Parse a file in a child process with limits on memory, CPU time and wall-clock time.

    Parameters
    ----------
    source : Source
        Its `parse` method reads the file.
    options : mapping
        The result of its `options`.

    Raises
    ------
    DataNotReadable
        If the child rejects the file, runs out of memory or time, or crashes.
    """
    memory_bytes = request.limits.max_memory_bytes(path.stat().st_size)
    with tempfile.TemporaryDirectory(prefix="automl-magic-") as folder:
        document = {
            "path": str(path),
            "folder": folder,
            "source": [type(source).__module__, type(source).__qualname__],
            "options": dict(options),
            "n_rows": request.n_rows,
            "missing": request.missing.to_json(),
            "count_missing": request.count_missing,
            "limits": asdict(request.limits),
            "memory_bytes": memory_bytes,
        }
        with _start(document) as child:
            code, output = _wait(child, path, request.limits.seconds)
        if code != 0:
            raise _child_error(path, Path(folder), code, output, memory_bytes)
        frame = _map_table(path, Path(folder) / TABLE)
        parsed = json.loads((Path(folder) / PARSED).read_text(encoding="ascii"))
    return ReadDetails(
        format=source.name,
        options=parsed["options"],
        missing=request.missing,
        counts=parsed["counts"],
    ).attach(frame)


def _start(request: Mapping[str, object]) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD_CODE, _ROOT, json_text(request)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment | _RESOURCE_SETTINGS,
        # Ctrl-C only reaches the parent, which then kills the child's process group.
        start_new_session=True,
    )


def _wait(child: subprocess.Popen[bytes], path: Path, seconds: int) -> tuple[int, str]:
    try:
        # The parent needs these too, and can import them while the child works.
        import pandas as pd  # noqa: F401
        import pyarrow as pa  # noqa: F401

        _, output = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise DataNotReadable(
            f"{quote_name(path)} takes too long to read.",
            why=f"Reading it takes more than {seconds} s.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(seconds={seconds * 4}))",
        ) from error
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return child.returncode, output.decode(errors="replace").strip()


def _child_error(
    path: Path, folder: Path, code: int, output: str, memory_bytes: int
) -> DataNotReadable:
    if (folder / PROBLEM).is_file():
        problem = json.loads((folder / PROBLEM).read_text(encoding="ascii"))
        return DataNotReadable(problem["what"], why=problem["why"], fix=problem["fix"])
    if code == OUT_OF_MEMORY or "bad_alloc" in output or "MemoryError" in output:
        return DataNotReadable(
            f"{quote_name(path)} needs too much memory.",
            why=f"Reading its {path.stat().st_size:,} bytes takes more than {memory_bytes:,} bytes "
            "of memory.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(memory_bytes={memory_bytes * 4}))",
        )
    if code == -signal.SIGXCPU:
        return DataNotReadable(
            f"{quote_name(path)} takes too long to read.",
            why="The process that reads it used up its CPU time.",
            fix="Use a sample of its rows.",
        )
    status = f"signal {-code}" if code < 0 else f"exit code {code}"
    last = output.splitlines()[-1] if output else "no message"
    return DataNotReadable(
        f"Can't read {quote_name(path)}.",
        why=f"The process that reads it ended with {status}: {last[:200]}",
        fix=f"Save the table as CSV again. To check the file type: file {shlex.quote(path.name)}",
    )


def _map_table(path: Path, table: Path) -> pd.DataFrame:
    """Return the table as a DataFrame whose text stays in the memory-mapped file."""
    import pyarrow as pa

    try:
        with pa.memory_map(str(table)) as source:
            content = pa.ipc.open_file(source).read_all()
        # The child parsed untrusted bytes, so its output isn't trusted either.
        content.validate(full=True)
    except pa.ArrowException as error:
        raise DataNotReadable(
            f"{quote_name(path)} has invalid values.",
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
