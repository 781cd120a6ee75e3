"""scikit-learn members: probabilities for all classes, and skops files."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

import zipfile
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from automl_magic.errors import ArtifactTampered
from automl_magic.recipe.members.common.base import (
    FittedEstimator,
    Member,
    WeightedRows,
    unreadable_error,
)
from automl_magic.recipe.values import MAX_MAGNITUDE, Floats
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


class ScikitMember(Member):
    """A scikit-learn classifier and regressor.

    `trusted_types` are the reviewed types that its file may contain, besides those that skops
    trusts. A list stored in a file is never trusted.
    """

    suffix: ClassVar[str] = ".skops"
    trusted_types: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def estimator(self, task: TaskKind) -> type[BaseEstimator]:
        """Return the public class for the task."""

    def _fit(
        self, arguments: dict[str, object], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> object:
        return self.estimator(rows.task)(**arguments).fit(rows.X, rows.y, sample_weight=rows.weight)

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        # Scaling may exceed float32 range, and scikit-learn rejects infinite numbers.
        X = np.clip(X, -MAX_MAGNITUDE, MAX_MAGNITUDE)
        if not model.task.has_classes:
            values: Floats = model.native.predict(X).astype(np.float64)
            return values
        # A rare class may be absent from a fold, so the estimator has fewer columns.
        probabilities = np.zeros((len(X), model.n_classes))
        probabilities[:, model.native.classes_] = model.native.predict_proba(X)
        return probabilities

    def to_bytes(self, model: FittedEstimator) -> bytes:
        import skops.io

        content: bytes = skops.io.dumps(model.native)
        return content

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        import skops.io
        from skops.io.exceptions import UntrustedTypesFoundException

        try:
            native = skops.io.loads(content, trusted=list(self.trusted_types))
        except UntrustedTypesFoundException as error:
            raise ArtifactTampered(
                f"The file of the member {self.name!r} contains untrusted types.",
                why=str(error),
                fix="Don't load the file. Refit the recipe.",
            ) from error
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
            raise unreadable_error(self.name, error) from error
        if type(native) is not self.estimator(task):
            raise ArtifactTampered(
                f"The file of the member {self.name!r} contains the wrong estimator.",
                why=f"It contains {type(native).__name__}, not {self.estimator(task).__name__}.",
                fix="Don't load the file. Refit the recipe.",
            )
        return FittedEstimator(native, task, n_classes, tuple(categorical))
