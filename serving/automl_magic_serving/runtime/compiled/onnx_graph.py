"""Trees of one or several models as one ONNX graph, run by onnxruntime.

A call costs as much as some hundred trees, so models with the same input type share a graph, and
each has its own outputs. The graph is built from arrays that were read from verified files: no ONNX
file is ever loaded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import onnxruntime
from numpy.typing import DTypeLike
from onnx import AttributeProto, TensorProto, helper

from automl_magic.recipe.members.common.arrays import softmax
from automl_magic.recipe.values import Array, Floats
from automl_magic_serving.runtime.compiled.trees import LEAF, LinkFunction, Trees

OPERATOR_SET, TREE_OPERATOR_SET, IR_VERSION = 15, 3, 8


@dataclass(frozen=True)
class GraphOutput:
    """The outputs of one model in a graph, and their conversion to predictions."""

    start: int
    base: tuple[float, ...]
    link: LinkFunction

    @cached_property
    def _stop(self) -> int:
        return self.start + len(self.base)

    @cached_property
    def _bases(self) -> Floats:
        return np.array(self.base)

    def predict_row(self, sums: Sequence[float]) -> float | list[float]:
        """Return the prediction for one row: a value, or the probability of each class."""
        if len(self.base) == 1:
            value = sums[self.start] + self.base[0]
            if self.link is LinkFunction.IDENTITY:
                return value
            share = value if self.link is LinkFunction.PROBABILITY else _sigmoid(value)
            return [1.0 - share, share]
        values = [
            base + total
            for base, total in zip(self.base, sums[self.start : self._stop], strict=True)
        ]
        if self.link is LinkFunction.IDENTITY:
            return values
        highest = max(values)
        powers = [math.exp(value - highest) for value in values]
        total = sum(powers)
        return [power / total for power in powers]

    def predict(self, sums: Floats) -> Floats:
        """Return values of shape (n_rows,), or probabilities of shape (n_rows, n_classes)."""
        values = sums[:, self.start : self._stop].astype(np.float64) + self._bases
        if self.link is LinkFunction.SOFTMAX:
            return softmax(values)
        if values.shape[1] > 1:
            return values
        values = values[:, 0]
        if self.link is LinkFunction.IDENTITY:
            return values
        if self.link is LinkFunction.SIGMOID:
            with np.errstate(over="ignore"):
                values = 1.0 / (1.0 + np.exp(-values))
        return np.column_stack([1.0 - values, values])


class OnnxGraph:
    """The trees of some models in one onnxruntime session.

    Parameters
    ----------
    models : sequence of (Trees, int)
        Trees, and the offset of their columns in the input.
    width : int
        Number of columns of the input.
    """

    def __init__(self, models: Sequence[tuple[Trees, int]], width: int) -> None:
        self.dtype = np.dtype(np.float32 if models[0][0].reads_float32 else np.float64)
        self.outputs: list[GraphOutput] = []
        start = 0
        for trees, _ in models:
            self.outputs.append(GraphOutput(start, tuple(trees.base.tolist()), trees.link))
            start += trees.n_outputs
        content = _content(models, width, start, self.dtype)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        self._outputs = ["sums"]

    def row_sums(self, outputs: Sequence[float]) -> list[float]:
        """Return the outputs for one row."""
        with np.errstate(over="ignore"):  # overflows float32 to infinity, like the library
            rows = np.array((outputs,), dtype=self.dtype)
        sums: list[float] = self._session.run(self._outputs, {"rows": rows})[0][0].tolist()
        return sums

    def sums(self, matrix: Floats) -> Floats:
        """Return the outputs for each row, of shape (n_rows, n_outputs)."""
        with np.errstate(over="ignore"):
            rows = matrix.astype(self.dtype)
        sums: Floats = self._session.run(self._outputs, {"rows": rows})[0]
        return sums


def _content(
    models: Sequence[tuple[Trees, int]], width: int, n_outputs: int, dtype: DTypeLike
) -> bytes:
    n_trees = output = 0
    columns: dict[str, list[Array]] = {name: [] for name in _NAMES}
    for trees, offset in models:
        leaves = trees.feature == LEAF
        columns["nodes_treeids"].append(trees.tree + n_trees)
        columns["nodes_nodeids"].append(trees.node)
        columns["nodes_featureids"].append(np.where(leaves, 0, trees.feature + offset))
        columns["values"].append(np.where(leaves, 0.0, trees.split))
        columns["modes"].append(np.where(leaves, 2, trees.equal.astype(int)))
        columns["nodes_truenodeids"].append(np.where(leaves, 0, trees.yes))
        columns["nodes_falsenodeids"].append(np.where(leaves, 0, trees.no))
        columns["nodes_missing_value_tracks_true"].append(trees.missing_yes.astype(int))
        columns["target_treeids"].append(trees.leaf_tree + n_trees)
        columns["target_nodeids"].append(trees.leaf_node)
        columns["target_ids"].append(trees.leaf_output + output)
        columns["weights"].append(trees.leaf_weight)
        n_trees += int(trees.tree.max()) + 1
        output += trees.n_outputs
    attributes = {name: np.concatenate(parts) for name, parts in columns.items()}
    values, modes, weights = (
        attributes.pop("values"),
        attributes.pop("modes"),
        attributes.pop("weights"),
    )
    element = TensorProto.FLOAT if dtype == np.float32 else TensorProto.DOUBLE
    node = helper.make_node(
        "TreeEnsembleRegressor",
        ["rows"],
        ["sums"],
        domain="ai.onnx.ml",
        n_targets=n_outputs,
        aggregate_function="SUM",
        post_transform="NONE",
        nodes_values_as_tensor=_tensor("values", values, element, dtype),
        target_weights_as_tensor=_tensor("weights", weights, element, dtype),
    )
    # Not with the helper: it checks every number three times, and a forest has a million.
    node.attribute.add(name="nodes_modes", type=AttributeProto.STRINGS).strings.extend(
        [_MODES[mode] for mode in modes.tolist()]
    )
    for name, numbers in attributes.items():
        attribute = node.attribute.add(name=name, type=AttributeProto.INTS)
        attribute.ints.extend(numbers.tolist())
    graph = helper.make_graph(
        [node],
        "trees",
        [helper.make_tensor_value_info("rows", element, [None, width])],
        [helper.make_tensor_value_info("sums", TensorProto.FLOAT, [None, n_outputs])],
    )
    sets = [
        helper.make_opsetid("ai.onnx.ml", TREE_OPERATOR_SET),
        helper.make_opsetid("", OPERATOR_SET),
    ]
    content: bytes = helper.make_model(
        graph, opset_imports=sets, ir_version=IR_VERSION
    ).SerializeToString()
    return content


_MODES = (b"BRANCH_LEQ", b"BRANCH_EQ", b"LEAF")
_NAMES = (
    "nodes_treeids",
    "nodes_nodeids",
    "nodes_featureids",
    "values",
    "modes",
    "nodes_truenodeids",
    "nodes_falsenodeids",
    "nodes_missing_value_tracks_true",
    "target_treeids",
    "target_nodeids",
    "target_ids",
    "weights",
)


def _tensor(name: str, values: Floats, element: int, dtype: DTypeLike) -> TensorProto:
    return helper.make_tensor(
        name, element, [len(values)], values.astype(dtype).tobytes(), raw=True
    )


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    power = math.exp(value)
    return power / (1.0 + power)
