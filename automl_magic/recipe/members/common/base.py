"""What every member is: it fits, predicts, becomes bytes and comes back; and it is code."""

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
from automl_magic.recipe.members.common.growth import Fold, Growth, SingleFit
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import TaskKind


@dataclass(frozen=True)
class Model:
    """A fitted estimator of a public class, and what is needed to read its predictions.

    `n_classes` is 0 for a regression; `categorical` are the columns that hold category codes. A
    prediction takes `threads` of them at most, all that there are where it is None.
    """

    native: Any
    task: TaskKind
    n_classes: int
    categorical: tuple[int, ...] = ()
    threads: int | None = None


@dataclass(frozen=True)
class Rows:
    """Rows of a matrix with their target and, for classes, their weights."""

    task: TaskKind
    X: Floats
    y: Array
    weight: Floats | None


class Member(ABC):
    """An estimator. It has no state: what it fits is a `Model`.

    Everything that others have to know of it stands here, so that it is one file. The file imports
    NumPy alone; its library is imported where it is needed.

    Attributes
    ----------
    name : str
        The name of the estimator, of its module, and of its pieces of code.
    has_iterations : bool
        Whether it grows in rounds whose best number has to be found.
    counts_epochs : bool
        Whether a round looks at all rows many times, so that there are few of them.
    is_random : bool
        Whether fits with different seeds differ.
    suffix : str
        Of its native file.
    library : str or None
        The module that fits, reads and predicts; None where reading and predicting take NumPy
        alone.
    slow_import : str or None
        A module that fitting needs and that takes a second or more to import: it is imported while
        earlier trials run.
    distributions : tuple of str
        What is installed for it beside scikit-learn; the first that is there is written down.
    space : mapping of str to Range
        The parameters that a variation may change, and how far. Empty: it is not varied.
    share_of_time : float
        The share of the time left that one trial may use before it is frozen or ends.
    goes_on : bool
        Whether a trial that the clock has ended may go on later.
    work_of_a_round : float
        How many rounds of LightGBM one round, or one tree, takes about as long as.
    cell_bytes : int
        Memory for each cell of a training matrix: as float64, and as the library keeps it.
    takes_gaps : bool
        Whether a matrix may hold NaN where training saw none.
    trees : str or None
        The form of its trees, by which a server compiles them (a key of `READERS` in
        `automl_magic_serving.runtime.compiled.readers`); None: it has no trees.
    has_contributions : bool
        Whether `contributions` says what each feature adds.
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
    share_of_time: ClassVar[float] = 0.2
    goes_on: ClassVar[bool] = True
    work_of_a_round: ClassVar[float] = 1.0
    cell_bytes: ClassVar[int] = 8
    takes_gaps: ClassVar[bool] = False
    trees: ClassVar[str | None] = None
    has_contributions: ClassVar[bool] = False

    @property
    def fits_at_once(self) -> bool:
        """Whether a fit cannot be told to stop at an instant: it has neither rounds nor trees."""
        return type(self).grow is Member.grow

    def import_library(self) -> None:
        """Import what fits, reads and predicts, so that no measured call has to."""
        if self.library is not None:
            import_module(self.library)

    def model_bytes(self, params: Mapping[str, Any], rows: int, n_classes: int) -> int:
        """Return about how much memory a fitted model takes, where that is much."""
        del params, rows, n_classes
        return 0

    def contributions(self, model: Model, X: Floats) -> Floats:
        """Return what each feature adds to the margin of each row, by the paths of the trees.

        This is TreeSHAP (Lundberg et al., Nature Machine Intelligence 2, 2020), computed by the
        library for its own trees, missing cells and categories included. The margin is the value of
        a regression, the log-odds of the second of two classes, and the raw score of each of more.

        Returns
        -------
        array, shape (n_rows, n_features + 1, n_outputs)
            The base value is the last of the features.
        """
        raise NotImplementedError(f"{self.name} has no margins")

    def in_one_thread(self, model: Model) -> Model:
        """Return a model that predicts in one thread."""
        return replace(model, threads=1)

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
    ) -> Model:
        """Fit on a matrix.

        Parameters
        ----------
        X : array of float64, shape (n_rows, n_columns)
        y : array, shape (n_rows,)
            Class codes from 0 to n_classes - 1, or float64 values.
        categorical
            The columns of `X` that hold category codes (NaN: missing).
        n_iterations
            The number of rounds, of the trees of a forest, or of epochs; None for an estimator
            that has none, and for a forest of as many trees as `params` says.
        class_weight
            Whether rows weigh n_rows / (number of classes · rows of their class).
        """
        spec = self._spec(params, n_iterations, seed)
        arguments = self.call_arguments(spec, task, n_classes, threads)
        columns = tuple(categorical)
        native = self._fit(arguments, rows_of(X, y, task, class_weight), columns)
        return Model(native, task, n_classes, columns)

    def _spec(self, params: Mapping[str, Any], n_iterations: int | None, seed: int) -> MemberSpec:
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
        params: Mapping[str, Any],
        fold: Fold,
        *,
        task: TaskKind,
        n_classes: int,
        max_rounds: int,
        class_weight: bool = False,
        seed: int = 0,
    ) -> Growth:
        """Return a fit on a fold that goes on in rounds, in one thread, at round 0.

        After `n` rounds it predicts what a model fitted with `n_iterations=n` predicts. What cannot
        be done in rounds is done in one.

        Parameters
        ----------
        max_rounds : int
            It ends there, if not before.
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
            return self.predict(model, fold.watched_X)

        return SingleFit(fit_and_predict)

    @abstractmethod
    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        """Return the keywords for the public class (or `train`), complete, JSON types only."""

    @abstractmethod
    def _fit(self, arguments: dict[str, Any], rows: Rows, categorical: tuple[int, ...]) -> Any:
        """Return the fitted estimator."""

    @abstractmethod
    def predict(self, model: Model, X: Floats) -> Floats:
        """Return values of shape (n_rows,), or probabilities of shape (n_rows, n_classes)."""

    def predict_row(self, model: Model, row: Sequence[float]) -> float | list[float]:
        """Return the prediction for one row: a value, or one probability per class."""
        prediction: float | list[float] = self.predict(model, np.array([row], dtype=np.float64))[
            0
        ].tolist()
        return prediction

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
        """Return the file name of the code face, in `templates/notebooks/shared/model/members`."""
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
    ) -> dict[str, Any]:
        """Return the literals for the slots of the code face, all of them and no others."""
        slots: dict[str, Any] = {
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


def unreadable(name: str, error: Exception) -> ArtifactTampered:
    """Return the error for bytes that are no model of the library they claim to be of."""
    return ArtifactTampered(
        f"The file of the member {name!r} is no model that we wrote.",
        why=f"It cannot be read: {str(error).partition(chr(10))[0][:200]}",
        fix="Do not load it: fit the recipe again.",
    )


def rows_of(X: Floats, y: Array, task: TaskKind, class_weight: bool) -> Rows:
    from sklearn.utils.class_weight import compute_sample_weight

    if not task.has_classes:
        return Rows(task, X, y, None)
    return Rows(task, X, y, compute_sample_weight("balanced" if class_weight else None, y))


def as_probabilities(raw: Floats) -> Floats:
    """Return (n_rows, n_classes) from what boosters give, which is (n_rows,) for two classes."""
    raw = raw.astype(np.float64)
    return np.column_stack([1.0 - raw, raw]) if raw.ndim == 1 else raw
