"""From the last cell to `succeeded`: what has to be true, and the digests that keep it so.

1. every cell was executed, in order, by the supervisor's own record;
2. the end marker is there, where the notebook is one that writes it;
3. the executed notebook says what happened;
4. every file has its digest, and is on the disk;
5. one transaction turns the run into `succeeded`, with all of that.
A crash before 5 leaves a run that reconciliation ends, after 5 one that is done.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from automl_magic.execute.child import LOG_NAME
from automl_magic.execute.journal import EVENTS_NAME
from automl_magic.execute.truth import CellRecord
from automl_magic.execute.wishes import WISH_NAME
from automl_magic.files.atomic import TEMPORARY_SUFFIX
from automl_magic.files.digests import sha256_of_file
from automl_magic.records.runs.run import Artifact, Failure, FailureKind

RESULT_NAME = "result.json"
STOP_NAME = "stop"
_LEFT_OUT = frozenset({EVENTS_NAME, LOG_NAME, STOP_NAME, WISH_NAME})


def unfinished(record: CellRecord) -> Failure | None:
    """Return the failure of a run whose record does not show every cell done, else None."""
    if record.is_complete or not record.planned:
        return None
    missing = next((cell for cell in record.planned if cell not in record.done), None)
    return Failure(
        kind=FailureKind.DIED,
        message=f"{len(record.done)} of {len(record.planned)} cells were executed.",
        cell_id=missing,
    )


def read_result(folder: Path) -> dict[str, Any] | str:
    """Return what the notebook's last cell declared, or why there is nothing to read."""
    try:
        result = json.loads((folder / RESULT_NAME).read_bytes())
    except FileNotFoundError:
        return f"The notebook ended without writing {RESULT_NAME}."
    except (OSError, ValueError, RecursionError) as error:
        return f"{RESULT_NAME} cannot be read: {error}."
    if not isinstance(result, dict) or not isinstance(result.get("kind"), str):
        return f"{RESULT_NAME} does not say of what kind the result is."
    return result


def artifacts(folder: Path) -> tuple[Artifact, ...]:
    """Return every file of a run's folder with its digest, after forcing it to the disk.

    The log and the journal go on after the end, so they are left out; links are no files.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in _LEFT_OUT or name.endswith(TEMPORARY_SUFFIX):
            continue
        if path.is_file() and not path.is_symlink():
            size, digest = _digest(path)
            found.append(Artifact(path=name, size_bytes=size, sha256=digest))
    return tuple(found)


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = sha256_of_file(file)
        return file.tell(), digest
