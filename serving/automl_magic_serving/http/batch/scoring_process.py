"""The scoring process: one per workspace home, at the lowest priority, while there are jobs.

`python -m automl_magic_serving.http.batch.scoring_process`. A lock ensures that only one runs. It
ends with the worker that started it. Finished parts are kept beside the output, and the next
process continues from there.
"""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import sys
import time
from pathlib import Path

from sqlalchemy import Engine

from automl_magic.batch import Reader, score
from automl_magic.batch.formats import SUFFIXES
from automl_magic.errors import AutomlMagicError, NotApproved, OutboundError
from automl_magic.outbound import post_json
from automl_magic.recipe.batches import column_storage
from automl_magic.store.approvals import approval_of
from automl_magic.store.engine import open_engine
from automl_magic.store.routes import read_deployment, read_route
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.workspace import Workspace, default_workspace
from automl_magic_serving.http.batch.jobs import (
    Job,
    Status,
    delete_old_jobs,
    open_jobs,
    try_lock,
    update_job,
)
from automl_magic_serving.runtime import ServedModel, load_model
from automl_magic_serving.telemetry.json_logging import log_to_stderr

_NICE = 15
_NOTE_S = 1.0
# The process waits for more jobs, so that the next small file needs no new load.
_LINGER_S, _LOOK_S = 20.0, 0.2
_MAX_DEATHS = 3
_PART_S = 5.0
_CALLS = 3
_MIN_MEMORY_BYTES = 4 << 30
_PR_SET_PDEATHSIG = 1

_events = logging.getLogger(__name__)


def score_jobs(workspace: Workspace) -> None:
    """Score the waiting jobs, oldest first, until there have been none for a while."""
    engine, home = open_engine(workspace.store), workspace.home
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < _LINGER_S:
        if jobs := open_jobs(engine, home):
            _run_job(engine, jobs[0], home)
            idle_since = time.monotonic()
        else:
            time.sleep(_LOOK_S)
    delete_old_jobs(engine, home)


def _run_job(engine: Engine, job: Job, home: Path) -> None:
    try:
        _check_deaths(job)
        update_job(engine, job, status=Status.RUNNING)
        n_rows = _score(engine, job, home)
    except AutomlMagicError as error:
        if error.retry_after_s is not None:
            raise  # not the job's fault: it will be retried
        # The caller knows the file, but not its path here.
        message = f"{error.what} {error.why} {error.fix}".replace(f"{job.folder}/", "")
        _end(engine, job, Status.FAILED, error=message)
    except Exception as error:  # noqa: BLE001 - the next jobs must still run
        _events.exception("batch_failed", extra={"job": job.id})
        _end(engine, job, Status.FAILED, error=f"Internal server error: {type(error).__name__}.")
    else:
        _end(engine, job, Status.DONE, n_rows=n_rows, n_done=n_rows)


def _score(engine: Engine, job: Job, home: Path) -> int:
    route = read_route(engine, job.deployment)
    model = _load(engine, route.model, job.version, home)
    updated_at = time.monotonic()

    def on_rows(n_done: int, n_rows: int | None, _: float) -> None:
        nonlocal updated_at
        if time.monotonic() - updated_at > _NOTE_S:
            updated_at = time.monotonic()
            update_job(engine, job, n_done=n_done, n_rows=n_rows)
            _remember_progress(job)

    summary = score(
        model.fitted,
        _reader(job.source, model),
        job.output,
        model_digest=model.manifest_sha256,
        resume=_has_parts(job.output),
        on_rows=on_rows,
        threads=1,
        part_s=_PART_S,
    )
    return summary.n_rows


def _load(engine: Engine, model: str, version: int, home: Path) -> ServedModel:
    approved = approval_of(engine, model, version)
    if approved is None or approved.revoked_at is not None:
        raise NotApproved(
            f"{model} version {version} can't be served.",
            why="Its approval was revoked after the job was submitted.",
            fix="Submit the file again, to use the version that is served now.",
        )
    folder = staged_folder(approved.approval.statement, home)
    trusted = TrustedKeys(trusted_folder(home))
    return load_model(folder, trusted, model=model, version=version, home=home)


def _reader(source: Path, model: ServedModel) -> Reader:
    file_format = SUFFIXES[source.suffix]
    stored_as = column_storage(model.fitted, model.schema)
    return file_format.reader(source, {}, stored_as, model.schema.missing)


def _has_parts(output: Path) -> bool:
    return (output.parent / f".{output.name}.parts").exists()


def _end(engine: Engine, job: Job, status: Status, **fields: object) -> None:
    update_job(engine, job, status=status, **fields)
    job.source.unlink(missing_ok=True)
    _events.info("batch_ended", extra={"job": job.id, "status": status.value})
    if job.callback is not None:
        _call_back(engine, job, status, fields)


def _call_back(engine: Engine, job: Job, status: Status, fields: dict[str, object]) -> None:
    """Send the result to the job's callback URL. Its response doesn't affect the job."""
    allowed = read_deployment(engine, job.deployment)[0].callback_hosts
    document = {"id": job.id, "status": status.value, **fields}
    for pause_s in (*range(_CALLS - 1), None):
        try:
            status_code = post_json(str(job.callback), document, allowed_hosts=allowed)
        except OutboundError as error:
            _events.warning("callback_failed", extra={"job": job.id, "why": error.why})
        else:
            _events.info("called_back", extra={"job": job.id, "answer": status_code})
            if status_code < 500:
                return
        if pause_s is not None:
            time.sleep(1 + pause_s)


def _check_deaths(job: Job) -> None:
    """Raise if the job has repeatedly crashed this process without progress."""
    deaths = job.folder / "started"
    n = int(deaths.read_text() or 0) if deaths.exists() else 0
    if n >= _MAX_DEATHS:
        raise AutomlMagicError(
            "Can't score the file.",
            why=f"The scoring process crashed {n} times. It may need too much memory.",
            fix="Split the file and submit smaller ones.",
        )
    deaths.write_text(str(n + 1))


def _remember_progress(job: Job) -> None:
    (job.folder / "started").write_text("1")


def _limit_resources() -> None:
    """Use the lowest CPU priority, and at most half of the memory."""
    os.nice(_NICE)
    total_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    max_bytes = max(_MIN_MEMORY_BYTES, total_bytes // 2)
    resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)


def main() -> None:
    """Score jobs, unless another process does."""
    _die_with(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_to_stderr(worker="batch")
    workspace = default_workspace()
    with try_lock(workspace.home) as has_lock:
        if has_lock:
            _limit_resources()
            score_jobs(workspace)


if __name__ == "__main__":
    main()
