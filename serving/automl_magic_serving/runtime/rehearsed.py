"""rehearsed: the child that reads a model first. Started by `rehearsal.rehearse`.

From its standard input it takes a line of JSON and the bytes of the files; on its standard output
it says one line of JSON. Before it reads, it gives up what it does not need: the network, where the
system lets it, memory, time, core files, and writing to any file.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

_CLONE_NEWUSER, _CLONE_NEWNET = 0x1000_0000, 0x4000_0000
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
ROWS = 4
MOST_SAID = 500


def main() -> None:
    """Read the model that lies on the standard input, and say how it went."""
    source = sys.stdin.buffer
    header = json.loads(source.readline())
    no_network = _leave_network()  # before any library starts a thread
    contents = {path: source.read(size) for path, size in header["files"]}
    _import_libraries(contents)
    _limit(header["memory_bytes"], header["cpu_s"])
    said = _said(contents) or {"no_network": no_network}
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)  # nothing of the libraries runs any more


def _said(contents: dict[str, bytes]) -> dict[str, Any] | None:
    """Read the model and ask it; return what is wrong with it, or None."""
    from automl_magic.errors import AutomlMagicError

    try:
        _ask(contents)
    except AutomlMagicError as error:
        return {
            "kind": type(error).__name__,
            "what": error.what,
            "why": error.why,
            "fix": error.fix,
        }
    except Exception as error:  # noqa: BLE001 - whatever a library raises, the model is not served
        return {"failed": f"{type(error).__name__}: {error}"[:MOST_SAID]}
    return None


def _ask(contents: dict[str, bytes]) -> None:
    from automl_magic_serving.runtime.compiled.parity import rows_of
    from automl_magic_serving.runtime.opening import opened

    model = opened(contents)
    names = [column.name for column in model.schema.columns]
    for values in rows_of(model.schema, ROWS):
        model.fitted.blend_row(dict(zip(names, values, strict=True)))


def _import_libraries(contents: dict[str, bytes]) -> None:
    """Import what the model needs: the limit on addresses counts the libraries too."""
    from automl_magic.recipe.members import member
    from automl_magic.recipe.registry import estimators
    from automl_magic_serving.runtime.opening import import_skops

    import_skops(contents)
    try:
        named = {one["estimator"] for one in json.loads(contents["recipe.json"])["members"]}
    except (KeyError, TypeError, ValueError, RecursionError):
        named = set()  # the reading says what is wrong with it
    for estimator in sorted(named & set(estimators())):
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
    # macOS counts addresses in a way that makes this limit useless; time still holds.
    if statm.exists():
        in_use = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + memory_bytes,) * 2)
