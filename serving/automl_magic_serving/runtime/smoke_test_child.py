"""The child process of the smoke test, started by `smoke_test.run_smoke_test`.

Standard input has a line of JSON and the bytes of the files. The child writes one line of JSON to
standard output. Before it parses the files, it drops what it doesn't need: network access if the
system allows it, memory, time, core files, and writing to files.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from pathlib import Path

from automl_magic.records.codec import json_text

_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
ROWS = 4
MAX_MESSAGE_LENGTH = 500


def main() -> None:
    """Load the model from standard input, and report the result."""
    source = sys.stdin.buffer
    header = json.loads(source.readline())
    no_network = _leave_network()  # before any library starts a thread
    contents = {path: source.read(size) for path, size in header["files"]}
    _import_libraries(contents)
    _limit(header["memory_bytes"], header["cpu_s"])
    result = _test(contents) or {"no_network": no_network}
    sys.stdout.write(json_text(result))
    sys.stdout.flush()
    os._exit(0)  # skip the libraries' exit handlers


def _test(contents: dict[str, bytes]) -> dict[str, object] | None:
    """Load the model and predict; return the error, or None."""
    from automl_magic.errors import AutomlMagicError

    try:
        _load_and_predict(contents)
    except AutomlMagicError as error:
        return {
            "kind": type(error).__name__,
            "what": error.what,
            "why": error.why,
            "fix": error.fix,
        }
    except Exception as error:  # noqa: BLE001 - after any error, the model isn't served
        return {"failed": f"{type(error).__name__}: {error}"[:MAX_MESSAGE_LENGTH]}
    return None


def _load_and_predict(contents: dict[str, bytes]) -> None:
    from automl_magic.recipe.hashed_levels import any_key
    from automl_magic_serving.runtime.compiled.parity import sample_rows
    from automl_magic_serving.runtime.parsing import parse_model

    model = parse_model(contents, any_key)  # the child gets no secrets
    names = [column.name for column in model.schema.columns]
    for values in sample_rows(model.schema, ROWS):
        model.fitted.blend_row(dict(zip(names, values, strict=True)))


def _import_libraries(contents: dict[str, bytes]) -> None:
    """Import the model's libraries first: they count towards the address space limit."""
    from automl_magic.recipe.members import member
    from automl_magic.recipe.registry import estimators
    from automl_magic_serving.runtime.parsing import import_skops

    import_skops(contents)
    try:
        names = {spec["estimator"] for spec in json.loads(contents["recipe.json"])["members"]}
    except (KeyError, TypeError, ValueError, RecursionError):
        names = set()  # loading will report the error
    for estimator in sorted(names & set(estimators())):
        member(estimator).import_library()


def _leave_network() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    system.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    return bool(
        system.unshare(_CLONE_NEWNET) == 0 or system.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
    )


def _limit(memory_bytes: int, cpu_s: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    statm = Path("/proc/self/statm")
    # macOS counts address space in a way that makes this limit useless; the time limits still hold.
    if statm.exists():
        in_use = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + memory_bytes,) * 2)
