"""The base class of members: fit, predict, serialize, and export as code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from automl_magic.errors import ArtifactTampered
from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.incremental_fit import Fold, IncrementalFit, SingleFit
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import TaskKind


@dataclass(frozen=True)
class FittedEstimator:
    """A fitted estimator of a public class, with the metadata to interpret its predictions.

    `n_classes` is 0 for a regression. `categorical` are the columns with category codes. Predicting
    uses at most `threads` threads, or all if it is None.
    """

    native: Any
    task: TaskKind
    n_classes: int
    categorical: tuple[int, ...] = ()
    threads: int | None = None


@dataclass(frozen=True)
class WeightedRows:
    """Rows of a matrix with their target and, for classification, their weights."""

    task: TaskKind
    X: Floats
    y: Array
    weight: Floats | None


class Member(ABC):
    """A stateless estimator: fitting returns a `FittedEstimator`.

    Each estimator is one file with all its properties. The file only imports NumPy. Its library is
    imported on use.

    Attributes
    ----------
    name : str
        The name of the estimator, its module, and its code pieces.
    has_iterations : bool
        Whether it is fitted in rounds, whose best number has to be found.
    counts_epochs : bool
        Whether its rounds are epochs, so there are few of them.
    is_random : bool
        Whether fits with different seeds differ.
    suffix : str
        The suffix of its native file.
    library : str or None
        The module to fit, load and predict with. None if loading and predicting only use NumPy.
    slow_import : str or None
        A module needed to fit that takes a second or more to import. It is imported while earlier
        trials run.
    distributions : tuple of str
        The packages that provide it, besides scikit-learn. The first installed one is recorded.
    space : mapping of str to Range
        The search space of its parameters. Empty: it isn't tuned.
    time_share : float
        The share of the remaining time that a trial may use before it is paused or ends.
    resumable : bool
        Whether a trial that ran out of time can be resumed.
    round_cost : float
        The cost of one round, or one tree, relative to a LightGBM round.
    cell_bytes : int
        The memory per cell of a training matrix, in bytes: as float64 and in the library's format.
    allow_nan : bool
        Whether a matrix may contain NaN if the training data had none.
    tree_format : str or None
        The format of its trees, with which a server compiles them (a key of `READERS` in
        `automl_magic_serving.runtime.compiled.readers`). None if it has no trees.
    has_contributions : bool
        Whether `contributions` is available.
    """

    name: ClassVar[str]
    has_iterations: ClassVar[bool] = False
    counts_epochs: ClassVar[bool] = False
    is_random: ClassVar[bool] = True
    suffix: ClassVar[str]
    library: ClassVar[str | None] = None
    slow_import: ClassVar[str | None] = None
    distributions: ClassVar[tuple[str, ...]] = ()
    space: ClassVar[Mapping[str, Range]] = MappingProxyType({})
    time_share: ClassVar[float] = 0.2
    resumable: ClassVar[bool] = True
    round_cost: ClassVar[float] = 1.0
    cell_bytes: ClassVar[int] = 8
    allow_nan: ClassVar[bool] = False
    tree_format: ClassVar[str | None] = None
    has_contributions: ClassVar[bool] = False

    @property
    def is_single_fit(self) -> bool:
        """Whether it is fitted in one step, without rounds or trees to stop after."""
        return type(self).grow is Member.grow

    def import_library(self) -> None:
        """Import the library, so that no timed call has to."""
        if self.library is not None:
            import_module(self.library)

    def model_bytes(self, params: Mapping[str, object], rows: int, n_classes: int) -> int:
        """Return the approximate size of a fitted model in bytes, 0 if it is small."""
        del params, rows, n_classes
        return 0

    def contributions(self, model: FittedEstimator, X: Floats) -> Floats:
        """Return the SHAP values of each row, computed from the tree paths (TreeSHAP).

        The library computes them for its own trees, including missing values and categories
        (Lundberg et al., Nature Machine Intelligence 2, 2020). They sum to the margin: the value of
        a regression, the log-odds of the positive class for two classes, or the raw score of each
        class.

        Returns
        -------
        array of shape (n_rows, n_features + 1, n_outputs)
            The last entry of the feature axis is the base value.
        """
        raise NotImplementedError(f"{self.name} has no margins")

    def in_one_thread(self, model: FittedEstimator) -> FittedEstimator:
        """Return a model that predicts in one thread."""
        return replace(model, threads=1)

    def fit(
        self,
        params: Mapping[str, object],
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
    ) -> FittedEstimator:
        """Fit on a matrix.

        Parameters
        ----------
        X : array of float64 of shape (n_rows, n_columns)
        y : array of shape (n_rows,)
            Class codes from 0 to n_classes - 1, or float64 values.
        categorical
            The columns of `X` with category codes (NaN: missing).
        n_iterations
            The number of boosting rounds, trees or epochs. None for an estimator without them, or
            to use the number of trees in `params`.
        class_weight
            Whether to weight rows by n_rows / (number of classes · rows of their class).
        """
        spec = self._spec(params, n_iterations, seed)
        arguments = self.call_arguments(spec, task, n_classes, threads)
        columns = tuple(categorical)
        native = self._fit(arguments, weighted_rows(X, y, task, class_weight), columns)
        return FittedEstimator(native, task, n_classes, columns)

    def _spec(
        self, params: Mapping[str, object], n_iterations: int | None, seed: int
    ) -> MemberSpec:
        return MemberSpec(
            name=self.name,
            estimator=self.name,
            view="",
            params=dict(params),
            n_iterations=n_iterations,
            seeds=(seed,),
        )

    def grow(
        self,
        params: Mapping[str, object],
        fold: Fold,
        *,
        task: TaskKind,
        n_classes: int,
        max_rounds: int,
        class_weight: bool = False,
        seed: int = 0,
    ) -> IncrementalFit:
        """Return an incremental fit on a fold, in one thread, before its first round.

        After `n` rounds its predictions equal those of a model fitted with `n_iterations=n`. An
        estimator without rounds is fitted in one.

        Parameters
        ----------
        max_rounds : int
            The maximum number of rounds.
        """
        del max_rounds

        def fit_and_predict() -> Floats:
            model = self.fit(
                params,
                fold.X,
                fold.y,
                task=task,
                n_classes=n_classes,
                categorical=fold.categorical,
                class_weight=class_weight,
                seed=seed,
            )
            return self.predict(model, fold.X_valid)

        return SingleFit(fit_and_predict)

    @abstractmethod
    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        """Return all keyword arguments of the public class (or `train`), JSON types only."""

    @abstractmethod
    def _fit(
        self, arguments: dict[str, object], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> object:
        """Return the fitted estimator."""

    @abstractmethod
    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        """Return values of shape (n_rows,), or probabilities of shape (n_rows, n_classes)."""

    def predict_row(self, model: FittedEstimator, row: Sequence[float]) -> float | list[float]:
        """Return the prediction for one row: a value, or a list of one probability per class."""
        prediction: float | list[float] = self.predict(model, np.array([row], dtype=np.float64))[
            0
        ].tolist()
        return prediction

    @abstractmethod
    def to_bytes(self, model: FittedEstimator) -> bytes:
        """Return the model in its library's native format."""

    @abstractmethod
    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        """Return the model from bytes written by `to_bytes`. Verify their digest first."""

    def save(self, model: FittedEstimator, folder: Path, stem: str) -> Path:
        """Write the model's native file, and return its path."""
        path = folder / (stem + self.suffix)
        path.write_bytes(self.to_bytes(model))
        return path

    def load(
        self, path: Path, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        """Read a native file. Verify its digest first: native formats aren't safe to parse."""
        return self.from_bytes(path.read_bytes(), task, n_classes, categorical)

    def template_piece(self, task: TaskKind) -> str:
        """Return the name of its code piece in `templates/notebooks/shared/model/members`."""
        return f"{self.name}_{'classifier' if task.has_classes else 'regressor'}.py"

    def slots(
        self,
        spec: MemberSpec,
        task: TaskKind,
        n_classes: int,
        threads: int,
        *,
        class_weight: bool,
        categorical: Sequence[int],
    ) -> dict[str, object]:
        """Return the literals for all slots of the code piece."""
        slots: dict[str, object] = {
            "name": spec.name,
            "view": spec.view,
            "weight": spec.weight,
            "seeds": list(spec.seeds),
            "params": self.call_arguments(spec, task, n_classes, threads),
        }
        if self.has_iterations:
            slots["categorical"] = list(categorical)
        if task.has_classes:
            slots["class_weight"] = "balanced" if class_weight else None
            if not self.has_iterations:
                slots["n_classes"] = n_classes
        return slots


def unreadable_error(name: str, error: Exception) -> ArtifactTampered:
    """Return the error for bytes that aren't a model of the expected library."""
    return ArtifactTampered(
        f"The file of the member {name!r} isn't a valid model.",
        why=f"Can't read it: {str(error).partition(chr(10))[0][:200]}",
        fix="Don't load the file. Refit the recipe.",
    )


def weighted_rows(X: Floats, y: Array, task: TaskKind, class_weight: bool) -> WeightedRows:
    from sklearn.utils.class_weight import compute_sample_weight

    if not task.has_classes:
        return WeightedRows(task, X, y, None)
    return WeightedRows(task, X, y, compute_sample_weight("balanced" if class_weight else None, y))


def as_probabilities(raw: Floats) -> Floats:
    """Return probabilities (n_rows, n_classes) from booster outputs, (n_rows,) if binary."""
    raw = raw.astype(np.float64)
    return np.column_stack([1.0 - raw, raw]) if raw.ndim == 1 else raw
