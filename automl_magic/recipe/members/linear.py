"""linear: logistic regression, or ridge regression for numbers; for views without gaps."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.linear_model import LogisticRegression, Ridge

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.scikit import ScikitMember
from automl_magic.records import TaskKind


class Linear(ScikitMember):
    """`LogisticRegression` (lbfgs, L2) and `Ridge`. The matrix holds no NaN, in similar scales."""

    name: ClassVar[str] = "linear"

    def estimator(self, task: TaskKind) -> type[Any]:
        return LogisticRegression if task.is_classification else Ridge

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        if task.is_classification:
            return {"solver": "lbfgs", "max_iter": 1000, **spec.params}
        return dict(spec.params)


MEMBER = Linear()
