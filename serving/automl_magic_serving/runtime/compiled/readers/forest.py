"""scikit-learn goes left if `x <= split`, with x in float32 and the split in float64.

So the split becomes the largest float32 that isn't above it.
"""

from __future__ import annotations

import numpy as np

from automl_magic.recipe.members import FittedEstimator
from automl_magic.recipe.values import Floats
from automl_magic.records import Answer
from automl_magic_serving.runtime.compiled.trees import LEAF, LinkFunction, Nodes, Trees


def read(model: FittedEstimator) -> Trees:
    """Return the trees of a fitted forest."""
    trees = model.native.estimators_
    classes = model.native.classes_ if model.task.has_classes else None
    n_outputs = model.task.n_outputs(model.n_classes)
    nodes = Nodes()
    for tree_index, estimator in enumerate(trees):
        tree = estimator.tree_
        is_leaf = tree.children_left == -1
        missing = getattr(tree, "missing_go_to_left", np.zeros(tree.node_count))
        nodes.add(
            tree_index,
            {
                "node": np.arange(tree.node_count),
                "feature": np.where(is_leaf, LEAF, tree.feature),
                "split": _float32_below(tree.threshold),
                "equal": np.zeros(tree.node_count, dtype=bool),
                "yes": tree.children_left,
                "no": tree.children_right,
                "missing_yes": missing.astype(bool),
            },
        )
        leaf_nodes, values = np.flatnonzero(is_leaf), tree.value[is_leaf, 0, :]
        outputs = np.zeros(1, dtype=int)
        if classes is not None:
            shares = np.zeros((len(leaf_nodes), model.n_classes))
            shares[:, classes] = values / values.sum(axis=1, keepdims=True)
            values = shares[:, 1:] if model.task.answer is Answer.TWO_CLASSES else shares
            outputs = np.arange(values.shape[1])
        nodes.add_weights(
            tree_index,
            np.repeat(leaf_nodes, len(outputs)),
            np.tile(outputs, len(leaf_nodes)),
            values.ravel() / len(trees),
        )
    link = (
        LinkFunction.PROBABILITY
        if model.task.answer is Answer.TWO_CLASSES
        else LinkFunction.IDENTITY
    )
    return nodes.build(np.zeros(n_outputs), link, reads_float32=True)


def _float32_below(splits: Floats) -> Floats:
    """Return the largest float32 that isn't above each number."""
    rounded = splits.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-np.inf))
    result: Floats = np.where(rounded.astype(np.float64) > splits, below, rounded).astype(
        np.float64
    )
    return result
