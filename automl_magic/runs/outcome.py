"""Results of the functions of `flow`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.records import Plan, Run, Score

if TYPE_CHECKING:
    from automl_magic.records import Explanation, ModelVersion
    from automl_magic.records.monitoring.drift import DriftReport
    from automl_magic.records.monitoring.retrain import RetrainReport

# The executed notebook in a run's folder.
OUTPUT_NAME = "output.ipynb"
# The initial percentage of requests for a challenger.
CANARY_PERCENT = 10.0


@dataclass(frozen=True)
class PlanResult:
    """A plan and the files written for it. Nothing has been run yet."""

    folder: Path
    plan: Plan
    spec: Path
    notebooks: Mapping[str, Path]

    def to_json(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "experiment": str(self.spec),
            "notebooks": {kind: str(path) for kind, path in self.notebooks.items()},
            "task": str(self.plan.task),
            "metric": self.plan.metric,
            "split": self.plan.split.to_json(),
            "candidates": [candidate.name for candidate in self.plan.candidates],
            "decisions": [decision.to_json() for decision in self.plan.decisions],
            "findings": [finding.to_json() for finding in self.plan.dataset.findings],
            "estimate": self.plan.estimate.to_json(),
        }


@dataclass(frozen=True)
class FinishedRun:
    """A finished run. The scores are None for notebooks other than a search.

    `search_s` is the search time measured by the search, and `wall_s` the time of the whole call,
    both in seconds.
    """

    run: Run
    wall_s: float
    notebook: Path
    experiment: str | None
    model_uri: str | None

    @property
    def search_s(self) -> float | None:
        return self.run.result.get("search_s")

    @property
    def n_trials(self) -> int | None:
        return self.run.result.get("n_trials")

    @property
    def best(self) -> str | None:
        return self.run.result.get("best")

    @property
    def advice(self) -> tuple[str, ...]:
        """What to know about the search and the model, and simpler ones, as sentences."""
        from automl_magic.track import search_end

        end = search_end(self.run)
        return (*(end.sentences if end else ()), *self.run.result.get("advice", ()))

    @property
    def untried(self) -> tuple[str, ...]:
        """The candidates that the search didn't try."""
        from automl_magic.track import search_end

        end = search_end(self.run)
        return end.untried if end else ()

    @property
    def cv(self) -> Score | None:
        return self._score("cv")

    @property
    def holdout(self) -> Score | None:
        return self._score("holdout")

    def _score(self, name: str) -> Score | None:
        document = self.run.result.get(name)
        return Score.from_json(document) if document else None

    def to_json(self) -> dict[str, object]:
        return {
            "run_id": self.run.run_id,
            "status": self.run.status.value,
            "model_uri": self.model_uri,
            "search_s": self.search_s,
            "wall_s": round(self.wall_s, 3),
            "n_trials": self.n_trials,
            "cv": self.run.result.get("cv"),
            "holdout": self.run.result.get("holdout"),
            "best": self.best,
            "stopped": self.run.result.get("stopped"),
            "untried": list(self.untried),
            "advice": list(self.advice),
            "notebook": str(self.notebook),
            "experiment": self.experiment,
        }


@dataclass(frozen=True)
class ExplainResult:
    """The explanation of a run's model, and the run that computed it.

    `explanation` and `path` are None if that run was cancelled.
    """

    of_run: str
    outcome: FinishedRun
    explanation: Explanation | None
    path: Path | None

    def to_json(self) -> dict[str, object]:
        # Few commands use explanations, and importing their records takes 20 ms.
        from automl_magic.records.explanations.inspection import Shap

        explanation, result = self.explanation, self.outcome.run.result
        shap = explanation.section(Shap) if explanation is not None else None
        columns = shap.columns if shap is not None else ()
        return {
            "run_id": self.outcome.run.run_id,
            "status": self.outcome.run.status.value,
            "of_run": self.of_run,
            "explanation": str(self.path) if self.path else None,
            "size_bytes": self.path.stat().st_size if self.path else None,
            "notebook": str(self.outcome.notebook),
            "wall_s": round(self.outcome.wall_s, 3),
            "explain_s": result.get("explain_s"),
            "sections": result.get("sections", []),
            "skipped": result.get("skipped", {}),
            "metrics": result.get("metrics", {}),
            "columns": [column.to_json() for column in columns],
        }


@dataclass(frozen=True)
class RerunResult:
    """A repeated run.

    `equal` means that the data is the same, and the metrics are equal to the last digit. `differs`
    has the names of inputs that changed: data, plan, notebook, code, environment, threads,
    parameters. `details` has both values of each, and of each metric that changed.
    """

    equal: bool
    differs: tuple[str, ...]
    details: Mapping[str, object]
    outcome: FinishedRun | None

    def to_json(self) -> dict[str, object]:
        return {
            "equal": self.equal,
            "differs": list(self.differs),
            "details": dict(self.details),
            "run": self.outcome.to_json() if self.outcome else None,
        }


@dataclass(frozen=True)
class MonitorResult:
    """A checked window, and the run that checked it.

    `report` and `path` are None if that run was cancelled.
    """

    name: str
    outcome: FinishedRun
    report: DriftReport | None
    path: Path | None

    def to_json(self) -> dict[str, object]:
        breaches = self.report.breaches if self.report is not None else ()
        return {
            "run_id": self.outcome.run.run_id,
            "status": self.outcome.run.status.value,
            "name": self.name,
            "severity": self.report.severity.value if self.report is not None else None,
            "summary": self.report.summary if self.report is not None else None,
            "rows": self.report.n_rows if self.report is not None else None,
            "breaches": [breach.to_json() for breach in breaches],
            "report": str(self.path) if self.path else None,
            "notebook": str(self.outcome.notebook),
            "wall_s": round(self.outcome.wall_s, 3),
            "metrics": self.outcome.run.result.get("metrics", {}),
        }


@dataclass(frozen=True)
class RetrainResult:
    """A trained challenger. `version` is None if it isn't better and wasn't registered."""

    outcome: FinishedRun
    report: RetrainReport
    version: ModelVersion | None

    @property
    def next_steps(self) -> tuple[str, ...]:
        """The commands to run next."""
        if self.version is None:
            return (f"automl leaderboard {self.outcome.run.run_id}",)
        model, number = shlex.quote(self.version.name), self.version.version
        name, percent = shlex.quote(self.report.deployment), f"{CANARY_PERCENT:.0f}"
        return (
            f"automl approve {model} {number}",
            f"automl route {name} --canary {number} --percent {percent}",
        )

    def to_json(self) -> dict[str, object]:
        return {
            "run_id": self.outcome.run.run_id,
            "status": self.outcome.run.status.value,
            "notebook": str(self.outcome.notebook),
            "wall_s": round(self.outcome.wall_s, 3),
            **self.report.to_json(),
            "version": self.version.version if self.version else None,
            "next_steps": list(self.next_steps),
        }
