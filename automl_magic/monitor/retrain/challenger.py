"""The challenger's training data: its tables on disk, and the experiment of its search."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from automl_magic.monitor.retrain.champion import LEARNED_NAME
from automl_magic.monitor.retrain.fresh import Together
from automl_magic.records import Plan
from automl_magic.records.plans.experiment import Experiment

ANSWERS_NAME = "champion.parquet"


@dataclass(frozen=True)
class Tables:
    """Paths of the tables of a retraining.

    `answers` are the champion's logged predictions. It's None if the champion can predict the rows.
    """

    training: Path
    recent: Path
    answers: Path | None


def write_tables(folder: Path, together: Together, learned: Collection[str]) -> Tables:
    """Write the challenger's training and scoring tables to a new folder.

    Parameters
    ----------
    learned : collection of str
        IDs of the predictions that the champion learned from. The next retraining skips them.
    """
    folder.mkdir(parents=True, mode=0o700)
    tables = Tables(
        folder / "training.parquet",
        folder / "recent.parquet",
        None if together.answers is None else folder / ANSWERS_NAME,
    )
    together.training.to_parquet(tables.training)
    together.recent.to_parquet(tables.recent)
    if together.answers is not None:
        names = [f"{i}" for i in range(together.answers.shape[1])]
        together.answers.set_axis(names, axis="columns").to_parquet(tables.answers)
    ids = [*learned, *together.learned_ids]
    (folder / LEARNED_NAME).write_text(json.dumps(ids), encoding="utf-8")
    return tables


def challenger_experiment(
    plan: Plan, together: Together, tables: Tables, budget_s: float | None
) -> Experiment:
    """Return the challenger's experiment: the champion's options and column kinds on the new table.

    Columns that aren't in the new table are removed from the experiment.

    Parameters
    ----------
    budget_s : float, seconds, optional
        Default: the champion's budget.
    """
    asked = plan.experiment
    there = {str(column) for column in together.training.columns}
    kinds = {one.name: one.kind.value for one in plan.dataset.columns if one.name in there}
    kinds.pop(asked.target, None)
    return dataclasses.replace(
        asked,
        data=str(tables.training),
        task=plan.task,
        objective=plan.metric,
        budget_s=budget_s or asked.budget_s,
        features=dataclasses.replace(
            asked.features,
            exclude=tuple(name for name in asked.features.exclude if name in there),
            kinds={**kinds, **asked.features.kinds},
        ),
        sensitive=tuple(name for name in asked.sensitive if name in there),
    )
