"""Task: a table, its target and its metric. Holds no decisions of the search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.errors import TargetNotFound, TooFewRows
from automl_magic.learn.budget import Budget
from automl_magic.learn.formatting import check_choice
from automl_magic.recipe import encode_target, has_target, select_columns
from automl_magic.recipe.values import Array
from automl_magic.records import TaskKind
from automl_magic.records.families import kinds
from automl_magic.records.plans.experiment import Imbalance
from automl_magic.tasks.metrics import check_metric_of_target, find_metric

if TYPE_CHECKING:
    import pandas as pd


class Task:
    """A table, its target and its metric.

    Rows with a missing target are excluded. The other rows are numbered from 0.

    Parameters
    ----------
    table : DataFrame, shape (n_rows, n_columns)
    target : str
        The column to predict.
    kind : str
        The name of a kind of task. `records.families.kinds()` lists all of them.
    metric : str
        A name in `tasks.metrics.METRICS`.
    classes : sequence
        The labels in the order of their codes 0, 1, …. With two classes, the last is the positive
        one. Empty for regression.
    parse : mapping, optional
        The rule to read numbers from text, if the target is text: `{"decimal": ","}`.
    imbalance : {"none", "class_weight"}
    personal : mapping of str to str
        The kind of personal data of each column that looks personal, as in the profile. A model
        stores their levels as keyed hashes.
    seed : int
        Seed of all random choices.
    threads : int
        Threads per fit. The last digits of a score can depend on it.

    Attributes
    ----------
    frame : DataFrame
        The rows that have a target, numbered from 0.
    y : array, shape (n_rows,)
        Class codes (int64), or values (float64).
    budget : Budget or None
        The clock that `search` starts and `refit` stops.

    Raises
    ------
    TargetNotFound, TargetNotUsable, UnknownMetric, MetricDoesNotFit, PlanError
    """

    def __init__(
        self,
        table: pd.DataFrame,
        *,
        target: str,
        kind: str,
        metric: str,
        classes: Sequence[object] = (),
        parse: Mapping[str, str] | None = None,
        imbalance: str = "none",
        personal: Mapping[str, str] = MappingProxyType({}),
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.kind = TaskKind(check_choice(kinds(), kind, "kind of task"))
        self.metric = find_metric(metric, self.kind)
        self.class_weight = check_choice(Imbalance, imbalance, "imbalance option") != Imbalance.NONE
        if target not in table:
            raise TargetNotFound(target, [str(column) for column in table])
        self.target, self.classes, self.parse = target, tuple(classes), dict(parse or {})
        self.personal = dict(personal)
        self.seed, self.threads = seed, max(1, int(threads))
        is_labelled = has_target(select_columns(table, [target])[target], self.parse)
        self.n_without_target = int(len(is_labelled) - is_labelled.sum())
        if not is_labelled.any():
            raise TooFewRows(
                "There are no rows to train on.",
                why=f"The target {target!r} is missing in all {len(is_labelled):,} rows.",
                fix="Choose another target.",
            )
        self.frame = table if is_labelled.all() else table[is_labelled]
        self.frame = self.frame.reset_index(drop=True)
        values = select_columns(self.frame, [target])[target]
        self.y = encode_target(values, self.kind, self.classes, self.parse)
        check_metric_of_target(self.metric.name, self.kind, self.y)
        self.budget: Budget | None = None
        self._columns: dict[str, Array] = {}

    @property
    def n_rows(self) -> int:
        return len(self.y)

    @property
    def n_classes(self) -> int:
        """The number of classes, 0 for regression."""
        return len(self.classes) if self.kind.has_classes else 0

    def columns(self, names: Iterable[str]) -> dict[str, Array]:
        """Return some columns as arrays of shape (n_rows,). Each is read from the table once."""
        names = list(names)
        self._columns |= select_columns(
            self.frame, [name for name in names if name not in self._columns]
        )
        return {name: self._columns[name] for name in names}

    def __repr__(self) -> str:
        lines = [f"Predict {self.target!r}: {self.kind}, scored by {self.metric.name}"]
        better = "Higher" if self.metric.higher_is_better else "Lower"
        in_words = self.metric.in_words.rstrip(".")
        lines += [f"  {self.metric.name}: {in_words}. {better} is better."]
        rows = f"  {self.n_rows:,} rows"
        if self.n_without_target:
            rows += f", excluding {self.n_without_target:,} without a target"
        lines.append(rows)
        if self.kind.has_classes:
            counts = np.bincount(self.y, minlength=self.n_classes)
            first = [
                f"{_short(label)} ({count:,})"
                for label, count in zip(self.classes[:10], counts[:10], strict=True)
            ]
            more = f", and {self.n_classes - 10} more" if self.n_classes > 10 else ""
            lines.append(f"  classes (rows): {', '.join(first)}{more}")
        else:
            low, median, high = np.quantile(self.y, [0, 0.5, 1])
            lines.append(f"  from {low:.6g} to {high:.6g}, median {median:.6g}")
        lines.append(f"  seed {self.seed}, threads {self.threads}")
        return "\n".join(lines)


def _short(label: object) -> str:
    text = repr(label)
    return text if len(text) <= 40 else text[:39] + "…"
