"""The papermill engine. It reports each cell, and the watch monitors it."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import zmq
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager

from automl_magic.execute.limits import RunLimits
from automl_magic.execute.notebook import INJECTED_TAG, is_executed, tags_of
from automl_magic.execute.outputs import OutputLimiter, merge_outputs, strip_colors
from automl_magic.execute.watch import Watchdog
from automl_magic.records.runs.run import FailureKind

ENGINE_NAME = "automl-magic"
AUTOSAVE_S = 30
_MAX_STARTS = 3
_LIMITED_MESSAGES = frozenset(
    {"stream", "display_data", "execute_result", "update_display_data", "error"}
)


@dataclass(frozen=True)
class Ending:
    """How the notebook ended. `kind` is None if every cell was executed."""

    kind: str | None
    message: str = ""
    cell_id: str | None = None


class KernelNotStarted(Exception):
    """The kernel failed to start several times in a row."""


class Execution:
    """The state of one execution, shared by the engine and its client."""

    def __init__(
        self,
        limits: RunLimits,
        watch: Watchdog,
        outputs: OutputLimiter,
        manager: Callable[[], AsyncKernelManager],
        emit: Callable[..., None],
    ) -> None:
        self.limits, self.watch, self.outputs = limits, watch, outputs
        self.manager, self.emit = manager, emit
        self.ending: Ending | None = None


class SupervisedEngine(Engine):
    """Executes a notebook with our client and records what actually happened."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        *,
        execution: Execution,
        **_ignored: object,
    ) -> NotebookNode:
        for cell in nb.cells:
            if INJECTED_TAG in tags_of(cell):
                cell["id"] = INJECTED_TAG  # papermill's id is random
        saved = SavedNotebook(
            nb, output_path=output_path, progress_bar=False, autosave_cell_every=AUTOSAVE_S
        )
        saved.notebook_start()
        try:
            client = SupervisedClient(saved, execution, kernel_name=kernel_name)
            execution.ending = client.run()
        finally:
            saved.notebook_complete()
        return saved.nb


class SavedNotebook(NotebookExecutionManager):
    """Saves the notebook after each cell and every 30 s. Pending cells stay pending."""

    def cell_start(self, cell: NotebookNode, *_: object, **__: object) -> None:
        cell.metadata.papermill["start_time"] = self.now().isoformat()
        cell.metadata.papermill["status"] = self.RUNNING

    def notebook_complete(self, **_: object) -> None:
        self.end_time = self.now()
        self.nb.metadata.papermill["end_time"] = self.end_time.isoformat()
        self.nb.metadata.papermill["duration"] = (self.end_time - self.start_time).total_seconds()
        self.save()


class SupervisedClient(PapermillNotebookClient):
    """An nbclient that distinguishes all ways in which a notebook can end."""

    def __init__(self, saved: SavedNotebook, execution: Execution, **options: object) -> None:
        super().__init__(
            saved,
            timeout=None,
            startup_timeout=int(execution.limits.start_s),
            iopub_timeout=60,
            on_cell_executed=self._store_reply,
            **options,
        )
        self._execution = execution
        self._reply: Mapping[str, Any] = {}

    def run(self) -> Ending:
        """Execute the cells and return how that ended. Errors in the notebook aren't raised."""
        watch = self._execution.watch
        try:
            self._start()
        except KernelNotStarted as error:
            return self._stop_ending() or Ending(FailureKind.NOT_STARTED, _one_line(str(error)))
        try:
            ending = self._run_cells()
            if ending.kind is None:
                self.set_widgets_metadata()
            return ending
        finally:
            watch.set_kernel(None)
            with contextlib.suppress(RuntimeError):  # the kernel may be dead already
                self._cleanup_kernel()

    def create_kernel_manager(self) -> AsyncKernelManager:
        self.km: Any = self._execution.manager()
        return self.km

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        kind = msg["msg_type"]
        outputs = self._execution.outputs
        if kind == "clear_output":
            outputs.reset_cell()
        elif kind in _LIMITED_MESSAGES:
            if kind == "error":
                outputs.log(strip_colors("\n".join(msg["content"].get("traceback", []))) + "\n")
            content = outputs.admit(kind, msg["content"])
            if content is None:
                return None
            if "name" in content and kind not in ("stream", "error"):
                msg["header"]["msg_type"] = msg["msg_type"] = "stream"
            msg["content"] = content
        return super().process_message(msg, cell, cell_index)

    def _start(self) -> None:
        """Start the kernel. Retry if that fails, because of race conditions at startup."""
        watch = self._execution.watch
        problem: Exception | None = None
        for _ in range(_MAX_STARTS):
            try:
                self.create_kernel_manager()
                self.start_new_kernel()
                watch.set_kernel(self.km.provisioner.process)
                self.start_new_kernel_client()
                watch.set_heartbeat(self.kc.hb_channel)
                info = self.wait_for_reply(self.kc.kernel_info())
            except (RuntimeError, OSError, KeyError, zmq.ZMQError, DeadKernelError) as error:
                self.log.warning("The kernel didn't start: %s", error)
                problem = error
                watch.set_kernel(None)
                if watch.stop_reason or isinstance(error, FileNotFoundError | KeyError):
                    break
            else:
                self.nb.metadata["language_info"] = info["content"]["language_info"]
                return
        raise KernelNotStarted(str(problem)) from problem

    def _run_cells(self) -> Ending:
        emit, watch = self._execution.emit, self._execution.watch
        planned = [cell["id"] for cell in self.nb.cells if is_executed(cell)]
        emit("cells", ids=planned)
        position = -1
        for index, cell in enumerate(self.nb.cells):
            if not is_executed(cell):
                continue
            position += 1
            if stopped := self._stop_ending():
                return stopped
            event = {"cell_id": cell["id"], "index": position, "of": len(planned)}
            emit("cell", **event, state="started", t=time.time())
            self._execution.outputs.next_cell()
            watch.start_cell(cell["id"])
            ending = self._run_cell(cell, index)
            watch.end_cell()
            self._merge_outputs(cell, index)
            ending = self._stop_ending() or ending
            failed = ending.kind is not None
            if failed:
                self.nb_man.cell_exception(cell, cell_index=index)
            self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
            emit("cell", **event, state="failed" if failed else "done", t=time.time())
            if failed:
                return ending
        return Ending(None)

    def _run_cell(self, cell: NotebookNode, index: int) -> Ending:
        process = self.km.provisioner.process
        self._reply = {}
        self.nb_man.cell_start(cell, index)
        try:
            self.execute_cell(cell, index)
        except CellExecutionError as error:
            return _ending_of_error(error.ename, error.evalue, cell["id"])
        except DeadKernelError:
            return Ending(FailureKind.DIED, _death_reason(process.poll()), cell["id"])
        except CellTimeoutError as error:
            return Ending(FailureKind.TIMED_OUT, _one_line(str(error)), cell["id"])
        payload = self._reply.get("content", {}).get("payload", [])
        if any(item.get("source") == "ask_exit" for item in payload):
            return Ending(FailureKind.EXITED, "The cell called exit().", cell["id"])
        return Ending(None)

    def _merge_outputs(self, cell: NotebookNode, index: int) -> None:
        cell["outputs"], new_positions = merge_outputs(cell["outputs"])
        for cells in self._display_id_map.values():
            if index in cells:
                cells[index] = [new_positions[position] for position in cells[index]]

    def _stop_ending(self) -> Ending | None:
        stop = self._execution.watch.stop_reason
        return Ending(stop.kind, stop.message, stop.cell_id) if stop else None

    def _store_reply(self, execute_reply: Mapping[str, Any], **_: object) -> None:
        self._reply = execute_reply


def _ending_of_error(name: str, value: str, cell_id: str) -> Ending:
    message = _one_line(f"{name}: {value}" if value else name)
    if name == "SystemExit":
        return Ending(FailureKind.EXITED, f"The cell called sys.exit({_one_line(value)}).", cell_id)
    # NumPy has its own class. The boosting libraries pass on the name of the C++ exception.
    if name.endswith("MemoryError") or "std::bad_alloc" in value:
        return Ending(FailureKind.OUT_OF_MEMORY, message, cell_id)
    return Ending(FailureKind.RAISED, message, cell_id)


def _death_reason(code: int | None) -> str:
    if code is not None and code < 0:
        return f"The kernel was killed by signal {-code} ({signal.strsignal(-code)})."
    return f"The kernel exited with code {code}."


def _one_line(text: str, limit: int = 500) -> str:
    line = " ".join(strip_colors(text).split())
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"
