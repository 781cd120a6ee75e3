"""WizardRun: a run that the wizard started in its own thread, and its progress."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from automl_magic import flow
from automl_magic.cli.progress import Progress
from automl_magic.errors import AutomlMagicError
from automl_magic.records import RunStatus
from automl_magic.runs.outcome import OUTPUT_NAME, FinishedRun
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

MODEL_NOTEBOOK, EXECUTED_NOTEBOOK = "model.ipynb", "executed.ipynb"
_MAX_POINTS = 400
# Active attempts of this process, by run ID. A wizard that is displayed again finds its own here.
_active: dict[str, WizardRun] = {}


def active_run(run_id: str | None) -> WizardRun | None:
    """Return the active attempt with this run ID in this process, or None."""
    return None if run_id is None else _active.get(run_id)


class TrialPoint(TypedDict):
    """A trial in the chart of scores. `at` is in seconds since the search started."""

    at: float
    score: float | None
    best: float | None
    name: str
    baseline: bool


class WizardRun:
    """Write and run a plan. Listeners are called from its thread whenever something changes."""

    def __init__(
        self,
        data: str | pd.DataFrame,
        target: str,
        options: Mapping[str, Any],
        folder: Path,
        workspace: Workspace,
    ) -> None:
        self.folder, self._workspace = folder, workspace
        self.progress = Progress()
        self.points: list[TrialPoint] = []
        self.latest: list[dict[str, Any]] = []
        self.metric = "score"
        self.is_stopping = False
        self.outcome: FinishedRun | None = None
        self.problem: AutomlMagicError | None = None
        self._call = (data, target, dict(options))
        self._listeners: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="automl-wizard-run", daemon=True)

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever something changes."""
        self._listeners.append(listener)

    def start(self) -> None:
        self._thread.start()

    def join(self, timeout_s: float | None = None) -> None:
        self._thread.join(timeout_s)

    @property
    def run_id(self) -> str | None:
        return self.progress.run_id

    @property
    def is_finished(self) -> bool:
        return self.outcome is not None or self.problem is not None

    def stop(self, *, cancel: bool) -> None:
        """Stop the run. Raises `RunError` if it hasn't started or has already ended."""
        if self.run_id is not None:
            flow.stop(self.run_id, cancel=cancel, workspace=self._workspace)
            self.is_stopping = True

    def _run(self) -> None:
        (data, target, options), workspace = self._call, self._workspace
        try:
            result = flow.plan(data, target, folder=self.folder, workspace=workspace, **options)
            outcome = flow.run(result.folder, on_event=self._on_event, workspace=workspace)
            if outcome.run.status is RunStatus.SUCCEEDED:
                self._copy_notebooks(outcome)
            self.outcome = outcome
        except AutomlMagicError as error:
            self.problem = error
        except Exception as error:  # noqa: BLE001 - errors of a thread would be lost
            self.problem = AutomlMagicError(
                "The run failed with an unexpected error.",
                why=f"{type(error).__name__}: {error}",
                fix="To see the full traceback, run the line from the Review step in a cell.",
            )
        finally:
            _active.pop(self.run_id or "", None)
        self._notify()

    def _copy_notebooks(self, outcome: FinishedRun) -> None:
        """Put the executed search and the standalone model into the plan's folder."""
        model_notebook = self.folder / MODEL_NOTEBOOK
        flow.notebook(outcome.run.run_id, output=model_notebook, workspace=self._workspace)
        shutil.copyfile(Path(outcome.run.folder) / OUTPUT_NAME, self.folder / EXECUTED_NOTEBOOK)

    def _on_event(self, event: dict[str, object]) -> None:
        self.progress.update(event)
        if self.run_id is not None:
            _active[self.run_id] = self
        match event.get("event"):
            case "search":
                self.metric = str(event.get("metric") or self.metric)
            case "trial":
                self.latest = [event, *self.latest[:9]]
                if len(self.points) < _MAX_POINTS:
                    self.points.append(_point(event))
        self._notify()

    def _notify(self) -> None:
        for listener in self._listeners:
            listener()


def _point(event: Mapping[str, object]) -> TrialPoint:
    return {
        "at": _finite(event.get("elapsed_s")) or 0.0,
        "score": _finite(event.get("score")),
        "best": _finite(event.get("best")),
        "name": str(event.get("candidate") or "")[:60],
        "baseline": event.get("number") == 0,
    }


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < float("inf") else None
