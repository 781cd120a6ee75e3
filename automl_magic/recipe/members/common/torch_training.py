"""Train PyTorch networks by epochs of shuffled mini-batches.

All randomness comes from one generator and everything runs in one thread, so a seed always gives
the same network. On a GPU it gives a different one than on a CPU.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.recipe.members.common.arrays import Arrays
from automl_magic.recipe.members.common.base import WeightedRows
from automl_magic.recipe.members.common.epochs import Training
from automl_magic.recipe.members.common.networks import robust_scale, squeeze
from automl_magic.recipe.values import Array

if TYPE_CHECKING:
    import torch

N_WAVES, N_MIXED = 16, 3


class TorchTraining(Training):
    """A network in training, as a dictionary of tensors.

    Every number gets a periodic embedding: the number and `N_MIXED` mixtures of `N_WAVES` waves of
    it, with learned frequencies and phases.
    """

    network: dict[str, torch.Tensor]

    def __init__(self, estimator: str, arguments: Mapping[str, Any], rows: WeightedRows) -> None:
        self._estimator, self._arguments = estimator, arguments
        self._torch = torch = self._import_torch()
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._random = torch.Generator(self._device).manual_seed(arguments["seed"])
        self._classes = rows.task.has_classes
        self._scale = robust_scale(rows.X)
        self._X = self._tensor(squeeze(rows.X, *self._scale), torch.float32)
        self._mean, self._spread = 0.0, 1.0
        if self._classes:
            self._y = self._tensor(rows.y, torch.int64)
            self._weight = self._tensor(rows.weight, torch.float32)
        else:
            self._mean, self._spread = float(rows.y.mean()), float(rows.y.std()) or 1.0
            self._y = self._tensor((rows.y - self._mean) / self._spread, torch.float32)
        n_columns = rows.X.shape[1]
        sizes = [(1 + N_MIXED) * n_columns, *arguments["hidden_sizes"], arguments["n_outputs"]]
        embedding = {
            "frequency": 0.1 * self.normal(n_columns, N_WAVES),
            "phase": math.pi * self.uniform(n_columns, N_WAVES),
            "mix": self.uniform(n_columns, N_WAVES, N_MIXED) / math.sqrt(N_WAVES),
            "mix_bias": self.uniform(n_columns, N_MIXED) / math.sqrt(N_WAVES),
        }
        self.network = {**embedding, **self.initial_layers(sizes)}
        for tensor in self.network.values():
            tensor.requires_grad_()
        self._optimiser = self.optimiser()
        self._n_batches = math.ceil(len(rows.X) / arguments["batch_size"])
        self._n_epochs = 0

    @abstractmethod
    def initial_layers(self, sizes: list[int]) -> dict[str, torch.Tensor]:
        """Return the initial layers; `sizes` are all widths, including inputs and outputs."""

    @abstractmethod
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs for embedded rows, of shape (n_networks, n_rows, n_outputs)."""

    @abstractmethod
    def optimiser(self) -> torch.optim.Optimizer:
        """Return the optimizer, with one parameter group per tensor."""

    def step_size(self, name: str, progress: float) -> float:
        """Return the learning rate of a tensor; `progress` in the schedule is from 0 to 1."""
        del name, progress
        return float(self._arguments["lr"])

    def normal(self, *shape: int) -> torch.Tensor:
        return self._torch.randn(*shape, generator=self._random, device=self._device)

    def uniform(self, *shape: int) -> torch.Tensor:
        """Return uniform random numbers between -1 and 1."""
        return 2 * self._torch.rand(*shape, generator=self._random, device=self._device) - 1

    def zeros(self, *shape: int) -> torch.Tensor:
        return self._torch.zeros(*shape, device=self._device)

    def apply_dropout(self, x: torch.Tensor) -> torch.Tensor:
        """Return the activations after dropout."""
        share = self._arguments["dropout"]
        if not share:
            return x
        mask = self._torch.rand(x.shape, generator=self._random, device=self._device) >= share
        return x * mask / (1 - share)

    def epoch(self) -> None:
        torch = self._import_torch()  # this may be another thread than the last time
        order = torch.randperm(len(self._X), generator=self._random, device=self._device)
        for batch, rows in enumerate(order.split(self._arguments["batch_size"])):
            steps = self._n_epochs * self._n_batches + batch
            progress = steps / (self._n_batches * self._arguments["n_epochs"])
            for name, group in zip(self.network, self._optimiser.param_groups, strict=True):
                group["lr"] = self.step_size(name, progress)
            loss = self._loss(self.forward(self._embedded(self._X[rows])), rows)
            self._optimiser.zero_grad()
            loss.backward()
            self._optimiser.step()
        self._n_epochs += 1

    def fitted(self) -> Arrays:
        network: Arrays = {
            name: weights.detach().cpu().numpy().astype(np.float64)
            for name, weights in self.network.items()
        }
        # Rescale the last layer to the target's unit.
        network["last_weight"] = network["last_weight"] * self._spread
        network["last_bias"] = network["last_bias"] * self._spread + self._mean
        network["centre"], network["spread"] = self._scale
        return network

    def _import_torch(self) -> ModuleType:
        if find_spec("torch") is None:
            raise PlanError(
                f"The estimator {self._estimator!r} needs PyTorch.",
                why="torch isn't installed. It comes with the extra `deep`.",
                fix="Run pip install 'automl-magic[deep]', or remove this estimator.",
            )
        import torch

        # With several threads, sums change in their last digits. This setting is process-wide and
        # isn't restored, because another fold may be in the middle of an epoch.
        torch.set_num_threads(1)
        return torch

    def _tensor(self, values: Array | None, kind: torch.dtype) -> torch.Tensor:
        return self._torch.tensor(values, dtype=kind, device=self._device)

    def _embedded(self, x: torch.Tensor) -> torch.Tensor:
        torch, network = self._torch, self.network
        waves = torch.cos(2 * math.pi * x[:, :, None] * network["frequency"] + network["phase"])
        mixed = torch.einsum("rcw,cwm->rcm", waves, network["mix"]) + network["mix_bias"]
        return torch.cat([x[:, :, None], mixed], dim=2).flatten(1)

    def _loss(self, outputs: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        if not self._classes:
            return ((outputs[:, :, 0] - self._y[rows]) ** 2).mean()
        y = self._y[rows].repeat(len(outputs))
        losses = self._torch.nn.functional.cross_entropy(outputs.flatten(0, 1), y, reduction="none")
        return (losses * self._weight[rows].repeat(len(outputs))).mean()
