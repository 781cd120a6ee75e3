"""The steps from the last cell to `succeeded`.

1. Check in the supervisor's record that every cell was executed in order.
2. Check the end marker, if the notebook writes one.
3. Write the executed notebook with the status of each cell.
4. Force every file to disk and compute its digest.
5. Set the run to `succeeded`, with all of this, in one transaction.
After a crash before 5, reconciliation ends the run. After 5, the run is complete.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from automl_magic.execute.cell_record import CellRecord
from automl_magic.execute.journal import EVENTS_NAME
from automl_magic.execute.runner_process import LOG_NAME
from automl_magic.execute.stop_request import STOP_REQUEST_NAME
from automl_magic.files.atomic import TEMPORARY_SUFFIX
from automl_magic.files.digests import sha256_of_file
from automl_magic.records.runs.run import Artifact, Failure, FailureKind

RESULT_NAME = "result.json"
STOP_NAME = "stop"
_EXCLUDED = frozenset({EVENTS_NAME, LOG_NAME, STOP_NAME, STOP_REQUEST_NAME})


def incomplete_failure(record: CellRecord) -> Failure | None:
    """Return a failure if the record doesn't show that every cell is done, else None."""
    if record.is_complete or not record.planned:
        return None
    missing_cell = next((cell for cell in record.planned if cell not in record.done), None)
    return Failure(
        kind=FailureKind.DIED,
        message=f"{len(record.done)} of {len(record.planned)} cells were executed.",
        cell_id=missing_cell,
    )


def read_result(folder: Path) -> dict[str, object] | str:
    """Return the result that the notebook's last cell wrote, or why there is none."""
    try:
        result = json.loads((folder / RESULT_NAME).read_bytes())
    except FileNotFoundError:
        return f"The notebook ended without writing {RESULT_NAME}."
    except (OSError, ValueError, RecursionError) as error:
        return f"Can't read {RESULT_NAME}: {error}."
    if not isinstance(result, dict) or not isinstance(result.get("kind"), str):
        return f"{RESULT_NAME} doesn't have the kind of the result."
    return result


def collect_artifacts(folder: Path) -> tuple[Artifact, ...]:
    """Return every file of a run's folder with its digest, and force it to disk.

    The log and the journal are excluded, because they still grow after the end. So are links.
    """
    files = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name in _EXCLUDED or name.endswith(TEMPORARY_SUFFIX):
            continue
        if path.is_file() and not path.is_symlink():
            size, digest = _digest(path)
            files.append(Artifact(path=name, size_bytes=size, sha256=digest))
    return tuple(files)


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        digest = sha256_of_file(file)
        return file.tell(), digest
