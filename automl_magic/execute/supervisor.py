"""The supervisor: creates a run, monitors its runner, and decides how the run ended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

from automl_magic.errors import AutomlMagicError, IllegalTransition
from automl_magic.execute import commit, stop_request
from automl_magic.execute.atomic_io import (
    remove_temporary_files,
    reserve_space,
    translate_write_errors,
)
from automl_magic.execute.cell_record import (
    INPUT_NAME,
    OUTPUT_NAME,
    CellRecord,
    write_executed_notebook,
)
from automl_magic.execute.journal import Journal, OnEvent
from automl_magic.execute.limits import RunLimits
from automl_magic.execute.lock import folder_lock
from automl_magic.execute.memory import MemoryWatch, format_bytes, memory_limit_bytes, oom_kills
from automl_magic.execute.notebook import (
    has_search_cell,
    is_python,
    is_search_cell,
    kernel_of,
    kind_of,
    read_notebook,
)
from automl_magic.execute.parameters import RUN_DIR, check_parameters, parameters_of
from automl_magic.execute.runner_process import RunnerEnding, RunnerProcess
from automl_magic.execute.signals import SignalCounter
from automl_magic.execute.store import HEARTBEAT_S, RunChanges, RunStore, supervising
from automl_magic.execute.watch import CANCELLED, HEARTBEAT_INTERVAL_S
from automl_magic.files.atomic import write_atomic
from automl_magic.records.runs.run import Failure, FailureKind, Run, RunStatus

_TICK_S = 0.1
_BACKSTOP_S = 5.0  # after its grace period and this time, the runner is killed
_SEARCH = "search"


def execute_notebook(
    notebook: Path | str,
    *,
    store: RunStore,
    kind: str = "notebook",
    parameters: Mapping[str, object] | None = None,
    inputs: Mapping[str, object] | None = None,
    limits: RunLimits | None = None,
    on_event: OnEvent | None = None,
    files: Mapping[str, Path] | None = None,
    rerun_of: str | None = None,
    lock_folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Execute a notebook and return the finished run.

    The first Ctrl-C stops a search, which keeps its best model. In other notebooks it cancels the
    run, as does the second Ctrl-C or SIGTERM. Other processes can stop the run with
    `stop_request.write_stop_request`.

    Parameters
    ----------
    notebook : path
        The notebook. It isn't changed: a copy is executed, with the notebook's folder as working
        directory.
    kind : str
        `search`, `explore`, `model`, or `notebook` for any other.
    parameters : mapping
        Values for the variables of the notebook's parameters cell.
    inputs : mapping
        The inputs that a rerun compares, stored in the record.
    on_event : callable
        Called in this thread with each event (the lines of `events.jsonl`).
    files : mapping, optional
        Files to copy into the run's folder: target names and source paths.
    lock_folder : path, optional
        A folder in which only one run is allowed at a time.
    environment : mapping, optional
        Environment variables for the notebook's processes, in addition to those of this process.

    Returns
    -------
    Run
        The finished run, also if the notebook failed. Use `raise_for_status` to raise an error
        then.

    Raises
    ------
    RunError
        If the notebook can't be read or doesn't have these parameters.
    FolderBusy
        If another run is using `lock_folder`.
    FolderNotWritable
        If the run's folder or `lock_folder` isn't writable.
    """
    path = Path(notebook).absolute()
    data, document = read_notebook(path)
    names = parameters_of(document)
    checked = check_parameters(parameters or {}, names)
    with folder_lock(lock_folder) as set_holder:
        run = store.create(
            kind=kind, notebook=str(path), parameters=checked, inputs=inputs, rerun_of=rerun_of
        )
        with supervising(run.run_id):
            set_holder(run.run_id)
            injected = {RUN_DIR: run.folder} if RUN_DIR in names else {}
            supervisor = _Supervisor(
                store, run, document, limits or RunLimits(), on_event, environment=environment or {}
            )
            return supervisor.supervise(data, files or {}, {**checked, **injected})


class _Supervisor:
    def __init__(
        self,
        store: RunStore,
        run: Run,
        document: dict[str, Any],
        limits: RunLimits,
        on_event: OnEvent | None,
        *,
        environment: Mapping[str, str],
    ) -> None:
        self._store, self._run, self._document = store, run, document
        self._limits, self._on_event, self._environment = limits, on_event, environment
        self._folder = Path(run.folder)
        self._record = CellRecord()
        self._is_search = _SEARCH in (run.kind, kind_of(document))
        self._ending: RunnerEnding | None = None
        self._verdict: RunnerEnding | None = None
        self._interrupts = 0
        self._last_event_at = time.monotonic()
        self._kill_at = float("inf")
        self._next_beat = time.monotonic() + HEARTBEAT_S
        self._oom_kills = oom_kills()

    def supervise(
        self, data: bytes, files: Mapping[str, Path], parameters: dict[str, object]
    ) -> Run:
        """Stage, execute and end the run. If this raises, the run is ended in the record, too."""
        try:
            self._advance(RunStatus.STAGING)
            with translate_write_errors(self._folder):
                self._folder.mkdir(parents=True)
                for name, source in files.items():
                    write_atomic(self._folder / name, source.read_bytes())
                write_atomic(self._folder / INPUT_NAME, data)
            with (
                translate_write_errors(self._folder),
                Journal(self._folder, self._on_event) as journal,
            ):
                return self._execute(journal, parameters)
        except BaseException as error:
            self._give_up(error)
            raise

    def _execute(self, journal: Journal, parameters: dict[str, object]) -> Run:
        journal.emit("run", run_id=self._run.run_id, state=RunStatus.STAGING.value)
        python = is_python(self._document)
        job = {
            "input": str(self._folder / INPUT_NAME),
            "output": str(self._folder / OUTPUT_NAME),
            "folder": str(self._folder),
            "cwd": str(Path(self._run.notebook).parent),
            "parameters": parameters,
            "kernel": kernel_of(self._document),
            "is_python": python,
            "limits": self._limits.to_json(),
        }
        self._set_status(RunStatus.RUNNING, journal)
        with SignalCounter() as signals:
            with (
                reserve_space(self._folder),
                RunnerProcess(self._run.run_id, self._folder, job, self._environment) as child,
            ):
                self._watch(child, journal, signals)
            journal.relay()
            return self._end(journal)

    def _watch(self, child: RunnerProcess, journal: Journal, signals: SignalCounter) -> None:
        """Monitor the runner until it reports the end or dies."""
        limit = self._limits.memory_bytes or memory_limit_bytes()
        memory = MemoryWatch(child.pid, limit)
        deadline = time.monotonic() + self._limits.run_s
        while self._ending is None:
            try:
                has_exited = child.exit_code is not None
                for message in child.events(0 if has_exited else _TICK_S):
                    self._handle(message, journal)
                journal.relay()
                if has_exited and self._ending is None:
                    self._ending = self._verdict or self._runner_died(child)
                    break
                if (excess_bytes := memory.excess()) is not None:
                    self._stop(
                        child,
                        FailureKind.OUT_OF_MEMORY,
                        f"The run used {format_bytes(excess_bytes)}. The limit is "
                        f"{format_bytes(limit)}.",
                        grace_s=0.0,
                    )
                now = time.monotonic()
                if now > deadline:
                    why = f"The run took longer than its limit of {self._limits.run_s:g} s."
                    self._stop(child, FailureKind.TIMED_OUT, why)
                if now - self._last_event_at > self._limits.frozen_after_s + HEARTBEAT_INTERVAL_S:
                    why = "The runner stopped responding."
                    self._stop(child, FailureKind.FROZEN, why, grace_s=-_BACKSTOP_S)
                if now > self._kill_at:
                    child.kill()
                self._beat(now)
                self._handle_stop_requests(signals, child, journal)
            except KeyboardInterrupt:
                signals.count_interrupt()

    def _handle(self, message: dict[str, Any], journal: Journal) -> None:
        event = message.pop("event")
        self._last_event_at = time.monotonic()
        if event == "cells":
            self._record.planned = message["ids"]
        elif event == "cell":
            self._record.record_event(message["cell_id"], message["state"], message["t"])
            journal.emit("cell", **message)
        elif event == "end":
            self._ending = RunnerEnding(
                kind=message["kind"], message=message["message"], cell_id=message["cell_id"]
            )

    def _handle_stop_requests(
        self, signals: SignalCounter, child: RunnerProcess, journal: Journal
    ) -> None:
        """Stop or cancel the run after Ctrl-C, SIGTERM or a stop request in its folder."""
        if signals.terminated:
            self._cancel(child, journal, "It was stopped by SIGTERM.")
        match stop_request.take_stop_request(self._folder):
            case stop_request.StopRequest.STOP:
                signals.count_interrupt()
            case stop_request.StopRequest.CANCEL:
                self._cancel(child, journal, "It was cancelled.")
        if signals.interrupts <= self._interrupts:
            return
        self._interrupts = signals.interrupts
        if self._interrupts == 1 and self._is_search and self._can_keep():
            journal.emit("run", run_id=self._run.run_id, state="stopping")
            cell = self._record.current
            if cell and (is_search_cell(cell) or not has_search_cell(self._document)):
                child.interrupt(cell)
            # Code inside a library's loop can miss the interrupt, but it polls this file.
            with contextlib.suppress(OSError):
                (self._folder / commit.STOP_NAME).touch()
        else:
            self._cancel(child, journal, "It was stopped by Ctrl-C.")

    def _can_keep(self) -> bool:
        """Return whether the search has started: before, there's no result to keep.

        Cells after the search cell aren't interrupted: they only build the best model.
        """
        if not has_search_cell(self._document):
            return True
        return any(is_search_cell(cell) for cell in self._record.started)

    def _cancel(self, child: RunnerProcess, journal: Journal, message: str) -> None:
        if self._verdict is None:
            journal.emit("run", run_id=self._run.run_id, state="cancelling")
        self._stop(child, CANCELLED, message)

    def _stop(
        self, child: RunnerProcess, kind: str, message: str, grace_s: float | None = None
    ) -> None:
        if self._verdict is not None:
            return
        grace_s = self._limits.grace_s if grace_s is None else grace_s
        self._verdict = {"kind": kind, "message": message, "cell_id": self._record.current}
        self._kill_at = time.monotonic() + grace_s + _BACKSTOP_S
        child.stop(kind, message, grace_s)

    def _runner_died(self, child: RunnerProcess) -> RunnerEnding:
        message = f"The runner exited with code {child.exit_code}. The log may have the reason."
        kind = FailureKind.DIED if self._record.started else FailureKind.NOT_STARTED
        return {"kind": kind, "message": message, "cell_id": self._record.current}

    def _beat(self, now: float) -> None:
        if now < self._next_beat:
            return
        self._next_beat = now + HEARTBEAT_S
        try:
            self._store.heartbeat(self._run.run_id, self._run.token)
        except IllegalTransition:
            raise
        except AutomlMagicError:
            pass  # if the disk rejects one heartbeat, the next one will do

    def _end(self, journal: Journal) -> Run:
        """Decide how the run ended, and write the executed notebook and the record."""
        ending = self._ending or {}
        status, failure = self._final_status(ending)
        result = commit.read_result(self._folder)
        if status == RunStatus.SUCCEEDED:
            self._set_status(RunStatus.COMMITTING, journal)
            failure = commit.incomplete_failure(self._record)
            if failure is None and self._is_search and isinstance(result, str):
                failure = Failure(kind=FailureKind.NO_END_MARKER, message=result)
            status = RunStatus.FAILED if failure else RunStatus.SUCCEEDED
        result = {} if isinstance(result, str) else result
        remove_temporary_files(self._folder)
        write_executed_notebook(self._folder, self._run.run_id, self._record, failure)
        journal.emit("run", run_id=self._run.run_id, state="published")
        digests = commit.collect_artifacts(self._folder)
        journal.emit("run", run_id=self._run.run_id, state="digested")
        self._set_status(status, journal, failure=failure, result=result, artifacts=digests)
        return self._run

    def _final_status(self, ending: RunnerEnding) -> tuple[RunStatus, Failure | None]:
        kind, message, cell_id = ending.get("kind"), ending.get("message"), ending.get("cell_id")
        if kind is None:
            return RunStatus.SUCCEEDED, None
        if kind == CANCELLED:
            return RunStatus.CANCELLED, None
        if kind == FailureKind.DIED and oom_kills() > self._oom_kills:
            kind, message = FailureKind.OUT_OF_MEMORY, "The system ran out of memory and killed it."
        failure = Failure(kind=FailureKind(kind), message=str(message), cell_id=cell_id)
        lost = failure.kind == FailureKind.FROZEN
        return (RunStatus.LOST if lost else RunStatus.FAILED), failure

    def _give_up(self, error: BaseException) -> None:
        """End a run that this process can't continue. Only the first error is reported."""
        if self._run.status.is_end:
            return
        message = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        failure = Failure(kind=FailureKind.NOT_STARTED, message=message)
        if self._run.started_at:
            cell_id = self._record.current
            failure = Failure(kind=FailureKind.DIED, message=message, cell_id=cell_id)
        # If this can't be written either, the next reconciliation ends the run.
        with contextlib.suppress(AutomlMagicError):
            self._advance(RunStatus.FAILED, failure=failure)

    def _set_status(
        self, status: RunStatus, journal: Journal, **changes: Unpack[RunChanges]
    ) -> None:
        self._advance(status, **changes)
        journal.emit("run", run_id=self._run.run_id, state=status.value)

    def _advance(self, status: RunStatus, **changes: Unpack[RunChanges]) -> None:
        self._run = self._store.advance(self._run.run_id, self._run.token, status, **changes)
