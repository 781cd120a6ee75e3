"""CatBoost sets a bit if `x > border` in float32; its trees are symmetric."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl_magic.recipe.members import FittedEstimator
from automl_magic_serving.runtime.compiled.trees import (
    LINKS,
    CannotCompile,
    Nodes,
    Trees,
    leaf_columns,
)


def read(model: FittedEstimator) -> Trees:
    """Return the trees of a fitted booster. Raises CannotCompile."""
    if model.categorical:
        raise CannotCompile("it uses category statistics, which only CatBoost computes")
    with tempfile.TemporaryDirectory(prefix="automl-") as folder:
        path = Path(folder) / "model.json"
        model.native.save_model(str(path), format="json")
        document = json.loads(path.read_bytes())
    if "oblivious_trees" not in document:
        raise CannotCompile("its trees aren't symmetric")
    scale, bias = document["scale_and_bias"]
    features = document["features_info"]["float_features"]
    nan_is_high = [feature.get("nan_value_treatment") == "AsTrue" for feature in features]
    columns = [feature["flat_feature_index"] for feature in features]
    n_outputs = model.task.n_outputs(model.n_classes)
    nodes = Nodes()
    for tree_index, tree in enumerate(document["oblivious_trees"]):
        splits = tree.get("splits") or []
        if any(split["split_type"] != "FloatFeature" for split in splits):
            raise CannotCompile("it splits on other features than numbers")
        _add(nodes, tree_index, splits, columns, nan_is_high)
        weights = scale * np.array(tree["leaf_values"]).reshape(-1, n_outputs)
        leaves = (1 << len(splits)) - 1 + np.arange(len(weights))
        nodes.add_weights(
            tree_index,
            np.repeat(leaves, n_outputs),
            np.tile(np.arange(n_outputs), len(leaves)),
            weights.ravel(),
        )
    base = np.broadcast_to(np.array(bias, dtype=float), (n_outputs,))
    return nodes.build(base, LINKS[model.task.answer], reads_float32=True)


def _add(
    nodes: Nodes,
    tree_index: int,
    splits: Sequence[Mapping[str, Any]],
    columns: Sequence[int],
    nan_is_high: Sequence[bool],
) -> None:
    """Add a symmetric tree as a full binary tree, with its leaves in the order of their bits.

    The last split sets the highest bit, so it is at the root.
    """
    depth = len(splits)
    if depth == 0:
        nodes.add(tree_index, leaf_columns(1))
        return
    inner = np.arange((1 << depth) - 1)
    level = np.floor(np.log2(inner + 1)).astype(int)
    level_splits = list(reversed(splits))
    feature = np.array([columns[split["float_feature_index"]] for split in level_splits])
    border = np.array([split["border"] for split in level_splits])
    missing_is_low = np.array(
        [not nan_is_high[split["float_feature_index"]] for split in level_splits]
    )
    inner_columns = {
        "node": inner,
        "feature": feature[level],
        "split": border[level].astype(np.float64),
        "equal": np.zeros(len(inner), dtype=bool),
        "yes": 2 * inner + 1,
        "no": 2 * inner + 2,
        "missing_yes": missing_is_low[level],
    }
    leaves = leaf_columns(1 << depth)
    all_columns = {
        name: np.concatenate([inner_columns[name], leaves[name]]) for name in inner_columns
    }
    all_columns["node"] = np.arange((2 << depth) - 1)
    nodes.add(tree_index, all_columns)
