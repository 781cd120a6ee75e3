"""realmlp: a wide network with periodic embeddings of numbers, fitted with PyTorch.

Based on RealMLP-TD by D. Holzmüller, L. Grinsztajn and I. Steinwart, "Better by Default: Strong
Pre-Tuned MLPs and Boosted Trees on Tabular Data" (NeurIPS 2024): robust scaling, periodic
embeddings, a scale for each input, and the neural tangent kernel parametrization. Unlike there, the
learning rate follows a half cosine. The loss decreases steadily, so fitting can stop early.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from automl_magic.recipe.members.common.arrays import Arrays, softmax
from automl_magic.recipe.members.common.base import WeightedRows
from automl_magic.recipe.members.common.epochs import Training
from automl_magic.recipe.members.common.networks import NetworkMember, n_layers
from automl_magic.recipe.members.common.torch_training import TorchTraining
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    import torch

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
# Learning rates relative to that of the layer weights.
PACE_OF_SCALE, PACE_OF_OTHERS = 6.0, 0.1


class RealMLP(NetworkMember):
    """A wide network. After fitting, its weights are those of plain layers."""

    name: ClassVar[str] = "realmlp"
    defaults: ClassVar[Mapping[str, object]] = {
        "hidden_sizes": [256, 256, 256],
        "dropout": 0.15,
        "lr": 0.02,
        "batch_size": 256,
        "n_epochs": 64,
    }

    def start_training(self, arguments: dict[str, object], rows: WeightedRows) -> Training:
        return _Training(arguments, rows)

    def forward(self, network: Arrays, x: Floats, task: TaskKind) -> Floats:
        for layer in range(n_layers(network)):
            x = x @ network[f"weight_{layer}"] + network[f"bias_{layer}"]
            x = _selu(x) if task.has_classes else _mish(x)
        x = x @ network["last_weight"] + network["last_bias"]
        return softmax(x) if task.has_classes else np.clip(x[:, 0], *network["range"])


class _Training(TorchTraining):
    def __init__(self, arguments: dict[str, object], rows: WeightedRows) -> None:
        super().__init__("realmlp", arguments, rows)
        self._range = np.array([rows.y.min(), rows.y.max()], dtype=np.float64)

    def initial_layers(self, sizes: list[int]) -> dict[str, torch.Tensor]:
        layers = {"scale": self.zeros(sizes[0]) + 1}
        for layer, (n_in, n_out) in enumerate(pairwise(sizes[:-1])):
            layers[f"weight_{layer}"] = self.normal(n_in, n_out)
            layers[f"bias_{layer}"] = self.normal(n_out)
        layers["last_weight"] = self.zeros(sizes[-2], sizes[-1])
        layers["last_bias"] = self.zeros(sizes[-1])
        return layers

    def optimiser(self) -> torch.optim.Optimizer:
        groups = [{"params": [weights]} for weights in self.network.values()]
        return self._torch.optim.Adam(groups, betas=(0.9, 0.95))

    def step_size(self, name: str, progress: float) -> float:
        pace = 1.0 if "weight" in name else PACE_OF_SCALE if name == "scale" else PACE_OF_OTHERS
        return super().step_size(name, progress) * pace * (0.5 + 0.5 * math.cos(math.pi * progress))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        network, functional = self.network, self._torch.nn.functional
        activation = functional.selu if self._classes else functional.mish
        x = x * network["scale"]
        for layer in range(len(self._arguments["hidden_sizes"])):
            weight, bias = network[f"weight_{layer}"], network[f"bias_{layer}"]
            x = self.apply_dropout(activation(x @ weight / math.sqrt(len(weight)) + bias))
        last = network["last_weight"]
        return (x @ last / math.sqrt(len(last)) + network["last_bias"])[None]

    def fitted(self) -> Arrays:
        network = super().fitted()
        for name, weights in network.items():
            if "weight" in name:
                network[name] = weights / math.sqrt(len(weights))
        network["weight_0"] = network.pop("scale")[:, None] * network["weight_0"]
        return network | {"range": self._range}


def _selu(x: Floats) -> Floats:
    activated: Floats = SELU_SCALE * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0.0)))
    return activated


def _mish(x: Floats) -> Floats:
    activated: Floats = x * np.tanh(np.logaddexp(0.0, x))
    return activated


MEMBER = RealMLP()
