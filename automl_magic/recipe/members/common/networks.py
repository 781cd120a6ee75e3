"""What the networks of PyTorch share: they are fitted with it, and kept and read without it.

A fitted network is a dictionary of arrays and predicts in NumPy, so a server needs no PyTorch, and
one row takes microseconds.
"""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.arrays import ArrayMember, Arrays
from automl_magic.recipe.members.common.base import Model
from automl_magic.recipe.members.common.epochs import EpochMember
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

# Rows that are predicted at once: their waves take 16 times the memory of their numbers.
CHUNK_ROWS = 1024


class NetworkMember(EpochMember, ArrayMember):
    """A network of PyTorch.

    `defaults` are the parameters that a candidate may leave out. `n_epochs` is the length of the
    schedule; the network is fitted for `stop_after` epochs of it.
    """

    # Its optimisers import this compiler when they are first made.
    slow_import: ClassVar[str] = "torch._dynamo"
    distributions: ClassVar[tuple[str, ...]] = ("torch",)
    parts: ClassVar[tuple[str, ...]] = (
        "centre",
        "spread",
        "frequency",
        "phase",
        "mix",
        "mix_bias",
        "last_weight",
        "last_bias",
    )
    defaults: ClassVar[Mapping[str, Any]]

    @abstractmethod
    def forward(self, network: Arrays, x: Floats, task: TaskKind) -> Floats:
        """Return the values of shape (n_rows,), or the probabilities, of embedded rows."""

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        arguments = {**self.defaults, **spec.params}
        epochs = int(arguments["n_epochs"])
        return arguments | {
            "stop_after": min(spec.n_iterations or epochs, epochs),
            "n_outputs": max(1, n_classes),
            "seed": spec.seeds[0],
        }

    def n_epochs(self, arguments: Mapping[str, Any]) -> int:
        return int(arguments["stop_after"])

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
        slots = super().slots(
            spec, task, n_classes, threads, class_weight=class_weight, categorical=categorical
        )
        slots.pop("n_classes", None)  # it is among the parameters
        return slots

    def predict(self, model: Model, X: Floats) -> Floats:
        chunks = [X[start : start + CHUNK_ROWS] for start in range(0, len(X), CHUNK_ROWS)]
        network: Arrays = model.native
        return np.concatenate(
            [self.forward(network, embedded(network, chunk), model.task) for chunk in chunks]
        )


def robust_scale(X: Floats) -> tuple[Floats, Floats]:
    """Return the median of each column, and the range of its middle half.

    Where that is 0, as for most columns of 0 and 1, it is half the whole range.
    """
    low, centre, high = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
    spread = np.where(high > low, high - low, np.ptp(X, axis=0) / 2)
    return centre, np.where(spread > 0, spread, 1.0)


def squeezed(X: Floats, centre: Floats, spread: Floats) -> Floats:
    """Return scaled numbers, those far away squeezed smoothly to less than 3."""
    scaled = (X - centre) / spread
    return scaled / np.sqrt(1 + (scaled / 3) ** 2)


def embedded(network: Arrays, X: Floats) -> Floats:
    """Return each number with the mixtures of its waves, shape (n_rows, 4 · n_columns)."""
    # Columns, rows, waves: so the mixing is one product of matrices for each column.
    x = squeezed(X, network["centre"], network["spread"]).T[:, :, None]
    waves = np.cos(2 * np.pi * x * network["frequency"][:, None] + network["phase"][:, None])
    mixed = waves @ network["mix"] + network["mix_bias"][:, None]
    joined = np.concatenate([x, mixed], axis=2)
    return joined.transpose(1, 0, 2).reshape(len(X), -1)


def n_layers(network: Arrays) -> int:
    """Return the number of layers before the last one."""
    return sum(name.startswith("weight_") for name in network)
