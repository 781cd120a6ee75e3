"""The champion, and the new rows to train and score a challenger."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from automl_magic.monitor.model import load_monitored_model
from automl_magic.monitor.prediction_log import hidden_columns
from automl_magic.monitor.retrain.new_rows import (
    RetrainingData,
    build_retraining_data,
    logged_rows,
    table_rows,
)
from automl_magic.recipe import select_columns
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.reading import TableReader
from automl_magic.recipe.values import as_numbers
from automl_magic.records import Plan
from automl_magic.records.models.deployment import Deployment, Route

LEARNED_NAME = "learned-predictions.json"


@dataclass(frozen=True)
class Champion:
    """The served version with its files, plan and training table."""

    deployment: Deployment
    route: Route
    folder: Path
    plan: Plan
    table: pd.DataFrame


@dataclass(frozen=True)
class ProvidedTable:
    """A user-provided table with its name. `read` loads it."""

    name: str
    read: Callable[[], pd.DataFrame]


def gather_rows(
    predictions: Engine,
    champion: Champion,
    provided: ProvidedTable | None,
    *,
    min_rows: int,
    home: Path,
) -> RetrainingData:
    """Collect new rows from the log and a provided table, and split them.

    Parameters
    ----------
    predictions : Engine
        Database of predictions and outcomes.
    provided : Given, optional
        A provided table.
    min_rows : int
        Minimum number of new rows if they come only from the log.
    home : Path
        The home folder of the workspace, with the key of personal columns.

    Raises
    ------
    MonitorError, DataError
        If there are too few rows, or the table can't be read or is missing a column.
    """
    plan, monitored_model = champion.plan, load_monitored_model(champion.folder, home=home)
    target, time_column = plan.experiment.target, plan.split.column
    # Columns that the champion doesn't use aren't in the requests or the log.
    input_columns = {column.name for column in monitored_model.schema.columns}
    required = {*input_columns, target, *([time_column] if time_column else [])}
    table = champion.table[[column for column in champion.table.columns if column in required]]
    recipe = monitored_model.fitted.recipe
    if recipe.target_parse:
        # New outcomes are numbers.
        values = select_columns(table, [target])[target]
        table = table.assign(**{target: as_numbers(values, recipe.target_parse)})
    hidden = hidden_columns(champion.deployment, monitored_model)
    reader = monitored_model.fitted.reader or TableReader(monitored_model.schema)
    missing = monitored_model.schema.missing.words(target)
    outcome_reader = OutcomeReader(recipe.classes, recipe.target_parse, missing)
    new_rows = []
    logged = logged_rows(
        predictions,
        champion.deployment.name,
        table,
        target,
        reader=reader,
        outcome_reader=outcome_reader,
        hidden=hidden,
        learned=learned_prediction_ids(plan),
        version=champion.route.stable,
        before=time.time(),
    )
    # If the log doesn't keep all columns, use only the provided table.
    is_log_complete = not input_columns & hidden or provided is None
    if (
        len(logged.table)
        and is_log_complete
        and (time_column is None or time_column in input_columns - hidden)
    ):
        new_rows.append(logged)
    if provided is not None:
        new_rows.append(
            table_rows(
                provided.read(),
                table,
                target,
                provided.name,
                reader=reader,
                outcome_reader=outcome_reader,
            )
        )
    return build_retraining_data(
        table,
        new_rows,
        target,
        min_rows=min_rows if provided is None else 1,
        has_classes=plan.task.has_classes,
        time_column=plan.split.column,
    )


def learned_prediction_ids(plan: Plan) -> frozenset[str]:
    """Return the IDs of the logged predictions in a model's training table."""
    source = Path(plan.dataset.source)
    if not source.is_absolute():  # not a file, so not the table of a retraining
        return frozenset()
    try:
        return frozenset(json.loads(source.with_name(LEARNED_NAME).read_bytes()))
    except (OSError, ValueError):  # the first model didn't learn from the log
        return frozenset()
