"""The challenger's training data: its tables on disk, and the experiment of its search."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from automl_magic.monitor.retrain.champion import LEARNED_NAME
from automl_magic.monitor.retrain.new_rows import RetrainingData
from automl_magic.records import Plan
from automl_magic.records.codec import json_text
from automl_magic.records.plans.experiment import ExperimentSpec

CHAMPION_PREDICTIONS_NAME = "champion.parquet"


@dataclass(frozen=True)
class RetrainingTables:
    """Paths of the tables of a retraining.

    `champion_predictions` are the champion's logged predictions. It's None if the champion can
    predict the rows.
    """

    training: Path
    recent: Path
    champion_predictions: Path | None


def write_tables(folder: Path, data: RetrainingData, learned: Collection[str]) -> RetrainingTables:
    """Write the challenger's training and scoring tables to a new folder.

    Parameters
    ----------
    learned : collection of str
        IDs of the predictions that the champion learned from. The next retraining skips them.
    """
    folder.mkdir(parents=True, mode=0o700)
    tables = RetrainingTables(
        folder / "training.parquet",
        folder / "recent.parquet",
        None if data.champion_predictions is None else folder / CHAMPION_PREDICTIONS_NAME,
    )
    data.training.to_parquet(tables.training)
    data.recent.to_parquet(tables.recent)
    if data.champion_predictions is not None:
        names = [f"{i}" for i in range(data.champion_predictions.shape[1])]
        data.champion_predictions.set_axis(names, axis="columns").to_parquet(
            tables.champion_predictions
        )
    ids = [*learned, *data.learned_ids]
    (folder / LEARNED_NAME).write_text(json_text(ids), encoding="utf-8")
    return tables


def challenger_experiment(
    plan: Plan, data: RetrainingData, tables: RetrainingTables, budget_s: float | None
) -> ExperimentSpec:
    """Return the challenger's experiment: the champion's options and column kinds on the new table.

    Columns that aren't in the new table are removed from the experiment.

    Parameters
    ----------
    budget_s : float, seconds, optional
        Default: the champion's budget.
    """
    experiment = plan.experiment
    available = {str(column) for column in data.training.columns}
    kinds = {
        column.name: column.kind.value
        for column in plan.dataset.columns
        if column.name in available
    }
    kinds.pop(experiment.target, None)
    return dataclasses.replace(
        experiment,
        data=str(tables.training),
        task=plan.task,
        objective=plan.metric,
        missing=plan.dataset.missing,
        budget_s=budget_s or experiment.budget_s,
        features=dataclasses.replace(
            experiment.features,
            exclude=tuple(name for name in experiment.features.exclude if name in available),
            kinds={**kinds, **experiment.features.kinds},
        ),
        sensitive=tuple(name for name in experiment.sensitive if name in available),
    )
