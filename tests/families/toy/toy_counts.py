"""counts: how many events there are in each group. This file is all that a server needs of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.base import FittedEstimator, Member, WeightedRows
from automl_magic.recipe.values import Floats
from automl_magic.records import Answer, TaskKind
from automl_magic.records.families import TaskFamily

COUNT = TaskKind.declare(
    "count", family="counts", answer=Answer.NUMBER, in_words="a number of events"
)
FAMILY = TaskFamily(
    name="counts",
    kinds=(COUNT,),
    tasks="toy_family",
    estimators={"group_mean": "toy_counts"},
)


class GroupMean(Member):
    """The mean of each group; a group that is new has the mean of all. It reads one column."""

    name: ClassVar[str] = "group_mean"
    suffix: ClassVar[str] = ".json"

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        return {"prior_rows": 0.0, **spec.params}

    def _fit(
        self, arguments: dict[str, Any], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> Any:
        groups, n = rows.X[:, 0], arguments["prior_rows"]
        of_all = float(rows.y.mean())
        found = [rows.y[groups == group] for group in range(int(np.nanmax(groups)) + 1)]
        means = [float((y.sum() + n * of_all) / (len(y) + n)) for y in found]
        return {"means": means, "of_all": of_all}

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        return np.array([self.predict_row(model, row) for row in X.tolist()])

    def predict_row(self, model: FittedEstimator, row: Sequence[float]) -> float:
        means = model.native["means"]
        is_known = 0 <= row[0] < len(means)  # NaN is not
        return float(means[int(row[0])] if is_known else model.native["of_all"])

    def to_bytes(self, model: FittedEstimator) -> bytes:
        return json.dumps(model.native).encode()

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        return FittedEstimator(json.loads(content), task, n_classes, tuple(categorical))

    def template_piece(self, task: TaskKind) -> str:
        return "group_mean.py"


MEMBER = GroupMean()
