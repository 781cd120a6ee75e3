"""tabm: the average of many networks that share their layers, fitted with PyTorch.

Based on TabM-mini by Y. Gorishniy, A. Kotelnikov and A. Babenko, "TabM: Advancing Tabular Deep
Learning with Parameter-Efficient Ensembling" (ICLR 2025): each network flips the signs of the
inputs in its own way and has its own last layer. The other layers are shared. Unlike there, the
inputs get the periodic embeddings of `realmlp` instead of piecewise ones.
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


class TabM(NetworkMember):
    """`n_networks` networks with shared layers, whose predictions are averaged."""

    name: ClassVar[str] = "tabm"
    defaults: ClassVar[Mapping[str, object]] = {
        "n_networks": 8,
        "hidden_sizes": [128, 128],
        "dropout": 0.1,
        "lr": 0.002,
        "weight_decay": 0.0003,
        "batch_size": 256,
        "n_epochs": 80,
    }

    def start_training(self, arguments: dict[str, object], rows: WeightedRows) -> Training:
        return _Training("tabm", arguments, rows)

    def forward(self, network: Arrays, x: Floats, task: TaskKind) -> Floats:
        x = x * network["sign"][:, None]
        for layer in range(n_layers(network)):
            x = np.maximum(x @ network[f"weight_{layer}"] + network[f"bias_{layer}"], 0.0)
        x = x @ network["last_weight"] + network["last_bias"][:, None]
        averaged: Floats = (softmax(x) if task.has_classes else x[:, :, 0]).mean(axis=0)
        return averaged


class _Training(TorchTraining):
    def initial_layers(self, sizes: list[int]) -> dict[str, torch.Tensor]:
        k = self._arguments["n_networks"]
        layers = {"sign": self.uniform(k, sizes[0]).sign()}
        for layer, (n_in, n_out) in enumerate(pairwise(sizes[:-1])):
            layers[f"weight_{layer}"] = self.uniform(n_in, n_out) / math.sqrt(n_in)
            layers[f"bias_{layer}"] = self.zeros(n_out)
        layers["last_weight"] = self.uniform(k, *sizes[-2:]) / math.sqrt(sizes[-2])
        layers["last_bias"] = self.zeros(k, sizes[-1])
        return layers

    def optimiser(self) -> torch.optim.Optimizer:
        groups = [{"params": [weights]} for weights in self.network.values()]
        return self._torch.optim.AdamW(groups, weight_decay=self._arguments["weight_decay"])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        network = self.network
        x = x * network["sign"][:, None]  # networks, rows, inputs
        for layer in range(len(self._arguments["hidden_sizes"])):
            weight, bias = network[f"weight_{layer}"], network[f"bias_{layer}"]
            x = self.apply_dropout((x @ weight + bias).relu())
        return x @ network["last_weight"] + network["last_bias"][:, None]


MEMBER = TabM()
