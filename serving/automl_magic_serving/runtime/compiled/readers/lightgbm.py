"""LightGBM goes left if `x <= split` in float64; category codes in a node's set go left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from automl_magic.recipe.members import FittedEstimator
from automl_magic.recipe.values import Array
from automl_magic.records import Answer
from automl_magic_serving.runtime.compiled.trees import (
    LINKS,
    CannotCompile,
    Nodes,
    Trees,
    expand_category_sets,
    leaf_columns,
)

# Numbers within this distance of 0 are treated as 0.
ZERO = float(np.float32(1e-35))


def read(model: FittedEstimator) -> Trees:
    """Return the trees of a fitted booster. Raises CannotCompile."""
    text = model.native.model_to_string()
    head, *blocks = text.split("\nTree=")
    fields = _fields(head)
    if "average_output" in head.splitlines():
        raise CannotCompile("it averages its trees")
    objective = fields.get("objective", "").split()
    expected = {
        Answer.TWO_CLASSES: ["binary", "sigmoid:1"],
        Answer.CLASSES: ["multiclass", f"num_class:{model.n_classes}"],
        Answer.NUMBER: ["regression"],
    }[model.task.answer]
    if objective != expected:
        raise CannotCompile(f"its objective is {' '.join(objective)}")
    n_outputs = int(fields["num_tree_per_iteration"])
    nodes = Nodes()
    for tree_index, block in enumerate(blocks):
        _add(nodes, tree_index, _fields(block), tree_index % n_outputs)
    return nodes.build(np.zeros(n_outputs), LINKS[model.task.answer], reads_float32=False)


def _fields(block: str) -> dict[str, str]:
    lines = (line.partition("=") for line in block.splitlines())
    return {name: value for name, sign, value in lines if sign}


def _add(nodes: Nodes, tree_index: int, fields: Mapping[str, str], output: int) -> None:
    if fields.get("is_linear", "0") != "0":
        raise CannotCompile("its leaves have linear models")

    def numbers(name: str, kind: type) -> Array:
        return np.array(fields.get(name, "").split(), dtype=kind)

    weights, n_leaves = numbers("leaf_value", float), int(fields["num_leaves"])
    n_splits = n_leaves - 1
    if n_splits == 0:
        nodes.add(tree_index, leaf_columns(1))
        nodes.add_weights(tree_index, np.zeros(1, dtype=int), np.full(1, output), weights[:1])
        return
    # Splits keep their numbers. The leaves, which LightGBM numbers -1, -2, …, follow them.
    left, right = numbers("left_child", int), numbers("right_child", int)
    left, right = (np.where(to < 0, n_splits - to - 1, to) for to in (left, right))
    kinds, split = numbers("decision_type", int), numbers("threshold", float)
    is_zero, below = np.abs(split) <= ZERO, np.nextafter(-ZERO, -np.inf)
    categorical, missing_type = (kinds & 1) == 1, kinds >> 2 & 3
    if (missing_type[~categorical] == 1).any():
        raise CannotCompile("it treats zeros as missing values")
    # Without missing values in training, NaN counts as 0.
    missing_yes = np.where(missing_type == 2, (kinds & 2) == 2, split >= 0.0)
    columns = {
        "node": np.arange(n_splits),
        "feature": numbers("split_feature", int),
        "split": np.where(is_zero, np.where(split < 0, below, ZERO), split),
        "equal": np.zeros(n_splits, dtype=bool),
        "yes": left,
        "no": right,
        "missing_yes": missing_yes,
    }
    columns = {
        name: np.concatenate([values, leaf_columns(n_leaves)[name]])
        for name, values in columns.items()
    }
    columns["node"] = np.arange(n_splits + n_leaves)
    bounds, bits = numbers("cat_boundaries", int), numbers("cat_threshold", np.uint32)
    chains = {}
    for node in np.flatnonzero(categorical).tolist():
        set_index = int(split[node])
        bit_words = bits[bounds[set_index] : bounds[set_index + 1]]
        codes = [
            32 * index + bit
            for index, word in enumerate(bit_words.tolist())
            for bit in range(32)
            if word >> bit & 1
        ]
        chains[node] = (codes, int(left[node]), int(right[node]), False)
    nodes.add(tree_index, expand_category_sets(columns, chains))
    nodes.add_weights(
        tree_index, n_splits + np.arange(n_leaves), np.full(n_leaves, output), weights
    )
