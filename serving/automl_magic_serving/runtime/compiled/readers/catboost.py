"""CatBoost sets a bit if `x > border` in float32; its trees are symmetric."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from automl_magic.recipe.members import Model
from automl_magic_serving.runtime.compiled.trees import (
    LINKS,
    CannotCompile,
    Nodes,
    Trees,
    only_leaves,
)


def read(model: Model) -> Trees:
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
    nan_is_high = [one.get("nan_value_treatment") == "AsTrue" for one in features]
    columns = [one["flat_feature_index"] for one in features]
    n_outputs = model.task.n_outputs(model.n_classes)
    nodes = Nodes()
    for number, tree in enumerate(document["oblivious_trees"]):
        splits = tree.get("splits") or []
        if any(one["split_type"] != "FloatFeature" for one in splits):
            raise CannotCompile("it splits on other features than numbers")
        _add(nodes, number, splits, columns, nan_is_high)
        weights = scale * np.array(tree["leaf_values"]).reshape(-1, n_outputs)
        leaves = (1 << len(splits)) - 1 + np.arange(len(weights))
        nodes.weigh(
            number,
            np.repeat(leaves, n_outputs),
            np.tile(np.arange(n_outputs), len(leaves)),
            weights.ravel(),
        )
    base = np.broadcast_to(np.array(bias, dtype=float), (n_outputs,))
    return nodes.made(base, LINKS[model.task.answer], reads_float32=True)


def _add(
    nodes: Nodes,
    number: int,
    splits: Sequence[Mapping[str, Any]],
    columns: Sequence[int],
    nan_is_high: Sequence[bool],
) -> None:
    """Add a symmetric tree as a full binary tree, with its leaves in the order of their bits.

    The last split sets the highest bit, so it is at the root.
    """
    depth = len(splits)
    if depth == 0:
        nodes.add(number, only_leaves(1))
        return
    inner = np.arange((1 << depth) - 1)
    level = np.floor(np.log2(inner + 1)).astype(int)
    of_level = list(reversed(splits))
    feature = np.array([columns[one["float_feature_index"]] for one in of_level])
    border = np.array([one["border"] for one in of_level])
    low = np.array([not nan_is_high[one["float_feature_index"]] for one in of_level])
    found = {
        "node": inner,
        "feature": feature[level],
        "split": border[level].astype(np.float64),
        "equal": np.zeros(len(inner), dtype=bool),
        "yes": 2 * inner + 1,
        "no": 2 * inner + 2,
        "missing_yes": low[level],
    }
    leaves = only_leaves(1 << depth)
    together = {name: np.concatenate([found[name], leaves[name]]) for name in found}
    together["node"] = np.arange((2 << depth) - 1)
    nodes.add(number, together)
