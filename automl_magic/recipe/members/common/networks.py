"""PyTorch networks: fitted with PyTorch, saved, loaded and run without it.

A fitted network is a dictionary of arrays and predicts with NumPy, so a server doesn't need
PyTorch, and one row takes microseconds.
"""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.arrays import ArrayMember, Arrays
from automl_magic.recipe.members.common.base import FittedEstimator
from automl_magic.recipe.members.common.epochs import EpochMember
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

# Rows per prediction chunk: their waves take 16 times the memory of their numbers.
CHUNK_ROWS = 1024


class NetworkMember(EpochMember, ArrayMember):
    """A PyTorch network.

    `defaults` are the default parameters. `n_epochs` is the length of the learning rate schedule,
    of which the network is fitted for `stop_after` epochs.
    """

    # PyTorch's optimizers import this compiler on first use.
    slow_import: ClassVar[str] = "torch._dynamo"
    distributions: ClassVar[tuple[str, ...]] = ("torch",)
    required_arrays: ClassVar[tuple[str, ...]] = (
        "centre",
        "spread",
        "frequency",
        "phase",
        "mix",
        "mix_bias",
        "last_weight",
        "last_bias",
    )
    defaults: ClassVar[Mapping[str, object]]

    @abstractmethod
    def forward(self, network: Arrays, x: Floats, task: TaskKind) -> Floats:
        """Return values (n_rows,) or probabilities (n_rows, n_classes) for embedded rows."""

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        arguments: dict[str, Any] = {**self.defaults, **spec.params}
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
    ) -> dict[str, object]:
        slots = super().slots(
            spec, task, n_classes, threads, class_weight=class_weight, categorical=categorical
        )
        slots.pop("n_classes", None)  # it is one of the parameters
        return slots

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        chunks = [X[start : start + CHUNK_ROWS] for start in range(0, len(X), CHUNK_ROWS)]
        network: Arrays = model.native
        return np.concatenate(
            [self.forward(network, embed(network, chunk), model.task) for chunk in chunks]
        )


def robust_scale(X: Floats) -> tuple[Floats, Floats]:
    """Return the median and the interquartile range of each column, both of shape (n_columns,).

    If the interquartile range is 0, as for most 0/1 columns, half the full range is used.
    """
    low, centre, high = np.quantile(X, [0.25, 0.5, 0.75], axis=0)
    spread = np.where(high > low, high - low, np.ptp(X, axis=0) / 2)
    return centre, np.where(spread > 0, spread, 1.0)


def squeeze(X: Floats, centre: Floats, spread: Floats) -> Floats:
    """Return scaled numbers, with outliers smoothly squeezed to less than 3."""
    scaled = (X - centre) / spread
    return scaled / np.sqrt(1 + (scaled / 3) ** 2)


def embed(network: Arrays, X: Floats) -> Floats:
    """Return each number with its periodic embedding, of shape (n_rows, 4 · n_columns)."""
    # Axes are columns, rows, waves, so mixing is one matrix product per column.
    x = squeeze(X, network["centre"], network["spread"]).T[:, :, None]
    waves = np.cos(2 * np.pi * x * network["frequency"][:, None] + network["phase"][:, None])
    mixed = waves @ network["mix"] + network["mix_bias"][:, None]
    joined = np.concatenate([x, mixed], axis=2)
    return joined.transpose(1, 0, 2).reshape(len(X), -1)


def n_layers(network: Arrays) -> int:
    """Return the number of layers before the last one."""
    return sum(name.startswith("weight_") for name in network)
