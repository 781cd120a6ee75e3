"""XGBoost goes left if `x < split` in float32, so the split becomes the next smaller float32.

Category codes in a node's set go right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from automl_magic.recipe.members import FittedEstimator
from automl_magic.records import Answer
from automl_magic_serving.runtime.compiled.trees import (
    LEAF,
    LINKS,
    CannotCompile,
    Nodes,
    Trees,
    expand_category_sets,
)


def read(model: FittedEstimator) -> Trees:
    """Return the trees of a fitted booster. Raises CannotCompile."""
    learner = json.loads(bytes(model.native.save_raw("json")))["learner"]
    if learner["gradient_booster"]["name"] != "gbtree":
        raise CannotCompile(f"its booster is {learner['gradient_booster']['name']}")
    booster = learner["gradient_booster"]["model"]
    n_outputs = model.task.n_outputs(model.n_classes)
    base = np.atleast_1d(json.loads(learner["learner_model_param"]["base_score"])).astype(float)
    if model.task.answer is Answer.TWO_CLASSES:
        base = np.log(base / (1.0 - base))
    nodes = Nodes()
    for tree_index, (tree, output) in enumerate(
        zip(booster["trees"], booster["tree_info"], strict=True)
    ):
        if int(tree["tree_param"]["size_leaf_vector"]) > 1:
            raise CannotCompile("its leaves have several values")
        _add(nodes, tree_index, tree, output)
    return nodes.build(
        np.broadcast_to(base, (n_outputs,)), LINKS[model.task.answer], reads_float32=True
    )


def _add(nodes: Nodes, tree_index: int, tree: Mapping[str, Any], output: int) -> None:
    left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
    values = np.array(tree["split_conditions"], dtype=np.float32)
    is_leaf, size = left == -1, len(left)
    default_left = np.array(tree["default_left"], dtype=bool)
    sets = _sets_of(tree)
    columns = {
        "node": np.arange(size),
        "feature": np.where(is_leaf, LEAF, np.array(tree["split_indices"])),
        "split": np.nextafter(values, np.float32(-np.inf)).astype(np.float64),
        "equal": np.zeros(size, dtype=bool),
        "yes": left,
        "no": right,
        "missing_yes": default_left,
    }
    # Codes in the set go right; NaN goes in the node's default direction.
    chains = {
        node: (codes, int(right[node]), int(left[node]), not bool(default_left[node]))
        for node, codes in sets.items()
    }
    nodes.add(tree_index, expand_category_sets(columns, chains))
    leaf_nodes = np.flatnonzero(is_leaf)
    nodes.add_weights(
        tree_index,
        leaf_nodes,
        np.full(len(leaf_nodes), output),
        values[leaf_nodes].astype(np.float64),
    )


def _sets_of(tree: Mapping[str, Any]) -> dict[int, list[int]]:
    """Return the category codes in the set of each categorical node."""
    return {
        node: tree["categories"][start : start + size]
        for node, start, size in zip(
            tree["categories_nodes"],
            tree["categories_segments"],
            tree["categories_sizes"],
            strict=True,
        )
    }
