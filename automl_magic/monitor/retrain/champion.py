"""The champion, and the new rows that a challenger may learn from and is measured by."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from automl_magic.monitor.logged import hidden_columns
from automl_magic.monitor.model import load_watched
from automl_magic.monitor.retrain.fresh import Together, given_rows, logged_rows, put_together
from automl_magic.records import Plan
from automl_magic.records.models.deployment import Deployment, Route

LEARNED_NAME = "learned-predictions.json"


@dataclass(frozen=True)
class Champion:
    """The version that serves, its files, and the plan and the table that it was made from."""

    deployment: Deployment
    route: Route
    folder: Path
    plan: Plan
    table: pd.DataFrame


@dataclass(frozen=True)
class Given:
    """A table that somebody gives, and what it is called. It is read when it is asked for."""

    name: str
    read: Callable[[], pd.DataFrame]


def gather(
    predictions: Engine, champion: Champion, given: Given | None, *, min_rows: int
) -> Together:
    """Gather new rows, of the log and of a table that is given, and divide them.

    Parameters
    ----------
    predictions : Engine
        The database of predictions and outcomes.
    min_rows : int
        How many new rows there must be where they come from the log alone.

    Raises
    ------
    MonitorError, DataError
        If there are too few, or the table cannot be read or lacks a column.
    """
    plan, watched = champion.plan, load_watched(champion.folder)
    target, split = plan.experiment.target, plan.split.column
    # What the champion does not read is in no request, and in no log.
    read = {column.name for column in watched.schema.columns}
    needed = {*read, target, *([split] if split else [])}
    table = champion.table[[column for column in champion.table.columns if column in needed]]
    hidden = hidden_columns(champion.deployment, watched)
    fresh = []
    logged = logged_rows(
        predictions,
        champion.deployment.name,
        table,
        target,
        hidden=hidden,
        learned=learned_by(plan),
        version=champion.route.stable,
        before=time.time(),
    )
    # Of a column that the log does not keep, a table that is given is the better witness.
    is_whole = not read & hidden or given is None
    if len(logged.table) and is_whole and (split is None or split in read - hidden):
        fresh.append(logged)
    if given is not None:
        fresh.append(given_rows(given.read(), table, target, given.name))
    return put_together(
        table,
        fresh,
        target,
        min_rows=min_rows if given is None else 1,
        has_classes=plan.task.has_classes,
        time_column=plan.split.column,
    )


def learned_by(plan: Plan) -> frozenset[str]:
    """Return the logged predictions that a challenger's table holds, by their ids."""
    source = Path(plan.dataset.source)
    if not source.is_absolute():  # no file, and so no table that a retraining has put together
        return frozenset()
    try:
        return frozenset(json.loads(source.with_name(LEARNED_NAME).read_bytes()))
    except (OSError, ValueError):  # a first model has learned from no log
        return frozenset()
