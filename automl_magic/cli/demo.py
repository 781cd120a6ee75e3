"""The whole workflow on two scikit-learn datasets: a classification and a regression."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl_magic import flow
from automl_magic.files.notebook_json import read_notebook
from automl_magic.flow.scoring import predict
from automl_magic.records import Leaderboard, ModelVersion
from automl_magic.runs.outcome import FinishedRun
from automl_magic.runs.tracked_run import OnEvent
from automl_magic.workspace import Workspace, default_workspace

TABLES = (
    (
        "breast-cancer",
        "sklearn:breast_cancer",
        "predict malignant or benign from 30 measurements of a cell sample",
    ),
    (
        "diabetes",
        "sklearn:diabetes",
        "predict disease progression after one year from ten measurements",
    ),
)
TARGET = "target"
BUDGET_S = 30.0


@dataclass(frozen=True)
class Journey:
    """The workflow on one table, with the result of each step."""

    name: str
    question: str
    outcome: FinishedRun
    leaderboard: Leaderboard
    notebook: Path
    standalone: dict[str, Any]
    model: ModelVersion
    predictions: Path

    @property
    def difference(self) -> float:
        """The absolute difference between the scores of the standalone notebook and the run."""
        assert self.outcome.holdout is not None
        return abs(self.standalone["score"] - self.outcome.holdout.value)

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "run": self.outcome.to_json(),
            "notebook": str(self.notebook),
            "standalone": self.standalone,
            "difference": self.difference,
            "model": self.model.to_json(),
            "predictions": str(self.predictions),
        }


@dataclass(frozen=True)
class Demo:
    """The results for both tables."""

    folder: Path
    journeys: tuple[Journey, ...]
    wall_s: float

    def to_json(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "wall_s": round(self.wall_s, 1),
            "journeys": [journey.to_json() for journey in self.journeys],
        }


def demo(
    folder: Path,
    *,
    say: Callable[[str], None],
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
) -> Demo:
    """Plan, run, rank, export, execute the export, register and predict, for both tables.

    `say` is called with one sentence before each step. Errors are raised as they are for a user.
    """
    started = time.monotonic()
    here = workspace or default_workspace()
    journeys = tuple(_journey(folder / table[0], table, say, on_event, here) for table in TABLES)
    return Demo(folder=folder, journeys=journeys, wall_s=time.monotonic() - started)


def _journey(
    folder: Path,
    table: tuple[str, str, str],
    say: Callable[[str], None],
    on_event: OnEvent | None,
    here: Workspace,
) -> Journey:
    name, source, question = table
    say(f"{name}: {question}.")
    planned = flow.plan(
        source, TARGET, budget_s=BUDGET_S, folder=folder, overwrite=True, workspace=here
    )
    say(
        f"Planned {len(planned.plan.candidates)} candidates. "
        f"Starting a search with a budget of {BUDGET_S:g} s."
    )
    outcome = flow.run(planned.folder, on_event=on_event, workspace=here)
    run_id = outcome.run.run_id
    say("Exporting the model as a standalone notebook and running it.")
    notebook = flow.notebook(run_id, output=folder / "model.ipynb", workspace=here)
    executed = flow.run(notebook, on_event=on_event, workspace=here)
    say("Registering the model and predicting with it.")
    model = flow.register(run_id, f"demo-{name}", workspace=here)
    return Journey(
        name=name,
        question=question,
        outcome=outcome,
        leaderboard=flow.leaderboard(run_id, workspace=here),
        notebook=notebook,
        standalone=_printed_score(executed.notebook),
        model=model,
        predictions=predict(
            model.uri, source, folder / "predictions.csv", overwrite=True, workspace=here
        ).path,
    )


def _printed_score(notebook: Path) -> dict[str, Any]:
    """Return the output of the cell tagged `score` in an executed standalone notebook."""
    cells = read_notebook(notebook)["cells"]
    cell = next(cell for cell in cells if "score" in cell["metadata"].get("tags", ()))
    text = "".join(
        "".join(output["text"]) for output in cell["outputs"] if output["output_type"] == "stream"
    )
    score: dict[str, Any] = json.loads(text)
    return score
