"""What every member is: it fits, predicts, becomes bytes and comes back; and it is code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from automl_magic.errors import ArtifactTampered
from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.watch import Watch
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import TaskKind


@dataclass(frozen=True)
class Model:
    """A fitted estimator of a public class, and what is needed to read its predictions.

    `n_classes` is 0 for a regression; `categorical` are the columns that hold category codes.
    """

    native: Any
    task: TaskKind
    n_classes: int
    categorical: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Rows of a matrix with their target and, for classes, their weights."""

    task: TaskKind
    X: Floats
    y: Array
    weight: Floats | None


class Member(ABC):
    """An estimator. It has no state: what it fits is a `Model`.

    Attributes
    ----------
    name : str
        The name of the estimator, of its module, and of its pieces of code.
    has_iterations : bool
        Whether it grows in rounds, so that a `Watch` finds their best number.
    suffix : str
        Of its native file.
    """

    name: ClassVar[str]
    has_iterations: ClassVar[bool] = False
    suffix: ClassVar[str]

    def fit(
        self,
        params: Mapping[str, Any],
        X: Floats,
        y: Array,
        *,
        task: TaskKind,
        n_classes: int,
        categorical: Sequence[int] = (),
        n_iterations: int | None = None,
        class_weight: bool = False,
        seed: int = 0,
        threads: int = 1,
        watch: Watch | None = None,
    ) -> tuple[Model, int | None]:
        """Fit on a matrix, and return the model with its number of rounds.

        Parameters
        ----------
        X : array of float64, shape (n_rows, n_columns)
        y : array, shape (n_rows,)
            Class codes from 0 to n_classes - 1, or float64 values.
        categorical
            The columns of `X` that hold category codes (NaN: missing).
        n_iterations
            The number of rounds; with a `watch`, the most there may be.
        class_weight
            Whether rows weigh n_rows / (number of classes · rows of their class).
        watch
            When to stop. The model returned has exactly the best number of rounds: fitted again
            with that number and without a watch, it predicts the same to the last bit.

        Returns
        -------
        Model, int or None
            None for an estimator without rounds. A forest returns the number of its trees where
            the deadline cut it short.
        """
        spec = MemberSpec(
            name=self.name,
            estimator=self.name,
            view="",
            params=dict(params),
            n_iterations=n_iterations,
            seed=seed,
        )
        arguments = self.call_arguments(spec, task, n_classes, threads)
        columns = tuple(categorical)
        rows = _rows(X, y, task, class_weight)
        watched = _rows(watch.X, watch.y, task, class_weight) if watch else None
        native, rounds = self._fit(arguments, rows, columns, watch, watched)
        return Model(native, task, n_classes, columns), rounds

    @abstractmethod
    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        """Return the keywords for the public class (or `train`), complete, JSON types only."""

    @abstractmethod
    def _fit(
        self,
        arguments: dict[str, Any],
        rows: Rows,
        categorical: tuple[int, ...],
        watch: Watch | None,
        watched: Rows | None,
    ) -> tuple[Any, int | None]:
        """Return the fitted estimator and its number of rounds; `watched` are the watch's rows."""

    @abstractmethod
    def predict(self, model: Model, X: Floats) -> Floats:
        """Return values of shape (n_rows,), or probabilities of shape (n_rows, n_classes)."""

    def predict_row(self, model: Model, row: Sequence[float]) -> float | list[float]:
        """Return the prediction for one row: a value, or one probability per class."""
        one: float | list[float] = self.predict(model, np.array([row], dtype=np.float64))[
            0
        ].tolist()
        return one

    @abstractmethod
    def to_bytes(self, model: Model) -> bytes:
        """Return the model in its library's own format."""

    @abstractmethod
    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> Model:
        """Return the model of some bytes that are known to be those written by `to_bytes`."""

    def save(self, model: Model, folder: Path, stem: str) -> Path:
        """Write the model's native file, and return its path."""
        path = folder / (stem + self.suffix)
        path.write_bytes(self.to_bytes(model))
        return path

    def load(
        self, path: Path, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> Model:
        """Read a native file. Check its digest first: native formats are not safe to parse."""
        return self.from_bytes(path.read_bytes(), task, n_classes, categorical)

    def piece(self, task: TaskKind) -> str:
        """Return the file name of the code face, in `templates/notebooks/tabular/model/members`."""
        return f"{self.name}_{'classifier' if task.is_classification else 'regressor'}.py"

    def slots(
        self,
        spec: MemberSpec,
        task: TaskKind,
        n_classes: int,
        threads: int,
        *,
        class_weight: bool,
        categorical: Sequence[int],
    ) -> dict[str, Any]:
        """Return the literals for the slots of the code face, all of them and no others."""
        slots: dict[str, Any] = {
            "name": spec.name,
            "view": spec.view,
            "weight": spec.weight,
            "params": self.call_arguments(spec, task, n_classes, threads),
        }
        if self.has_iterations:
            slots["categorical"] = list(categorical)
        if task.is_classification:
            slots["class_weight"] = "balanced" if class_weight else None
            if not self.has_iterations:
                slots["n_classes"] = n_classes
        return slots


def unreadable(name: str, error: Exception) -> ArtifactTampered:
    """Return the error for bytes that are no model of the library they claim to be of."""
    return ArtifactTampered(
        f"The file of the member {name!r} is no model that we wrote.",
        why=f"It cannot be read: {error}",
        fix="Do not load it: fit the recipe again.",
    )


def _rows(X: Floats, y: Array, task: TaskKind, class_weight: bool) -> Rows:
    from sklearn.utils.class_weight import compute_sample_weight

    if not task.is_classification:
        return Rows(task, X, y, None)
    return Rows(task, X, y, compute_sample_weight("balanced" if class_weight else None, y))


def as_probabilities(raw: Floats) -> Floats:
    """Return (n_rows, n_classes) from what boosters give, which is (n_rows,) for two classes."""
    raw = raw.astype(np.float64)
    return np.column_stack([1.0 - raw, raw]) if raw.ndim == 1 else raw
