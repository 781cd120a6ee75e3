"""trees: boosters and forests as plain arrays of nodes.

Every split is brought into one form, `x <= split` or `x == code`, which all runtimes of trees know:

- XGBoost goes left where `x < split` in float32, so the split becomes the next smaller float32;
  codes in a node's set go right;
- LightGBM goes left where `x <= split` in float64; codes in a node's set go left;
- CatBoost sets a bit where `x > border` in float32;
- scikit-learn goes left where `x <= split`, x in float32 and the split in float64, so the split
  becomes the largest float32 that is not above it.

What this cannot say (a forest with statistics of categories, linear leaves, another booster) raises
`CannotCompile`; the library's own call stays then.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from automl_magic.recipe.members import Member, Model
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer

# A graph of more nodes takes longer to make than it saves, and memory beside the model itself.
MOST_NODES = 400_000
LEAF = -1
# LightGBM takes numbers that are no further from 0 than this as 0.
LIGHTGBM_ZERO = float(np.float32(1e-35))


class CannotCompile(Exception):
    """A model has no form that is known to be the same. The text says what is in the way."""


class Link(StrEnum):
    """What makes a prediction of the sums over the trees."""

    IDENTITY = "identity"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    SHARE = "share"  # already the probability of the second of two classes


@dataclass(frozen=True)
class Trees:
    """The trees of one fitted model.

    Attributes
    ----------
    tree, node : array of int, shape (n_nodes,)
        The tree that a node belongs to, and its number there; a tree begins at node 0.
    feature : array of int, shape (n_nodes,)
        The column that is compared; -1 for a leaf.
    split : array of float64, shape (n_nodes,)
    equal : array of bool, shape (n_nodes,)
        Whether it asks for `x == split` instead of `x <= split`.
    yes, no : array of int, shape (n_nodes,)
        The numbers of the next nodes.
    missing_yes : array of bool, shape (n_nodes,)
        Whether NaN goes where yes goes.
    leaf_tree, leaf_node, leaf_output : array of int, shape (n_weights,)
    leaf_weight : array of float64, shape (n_weights,)
        What reaching a leaf adds to an output.
    base : array of float64, shape (n_outputs,)
    reads_float32 : bool
        Whether x is rounded to float32 before it is compared.
    """

    tree: Array
    node: Array
    feature: Array
    split: Floats
    equal: Array
    yes: Array
    no: Array
    missing_yes: Array
    leaf_tree: Array
    leaf_node: Array
    leaf_output: Array
    leaf_weight: Floats
    base: Floats
    link: Link
    reads_float32: bool

    @property
    def n_outputs(self) -> int:
        """The number of sums that a row has."""
        return len(self.base)


def trees_of(estimator: Member, model: Model) -> Trees:
    """Return the trees of a fitted model, read as its class says.

    Raises
    ------
    CannotCompile
        If it has none, or they do what the common form cannot say.
    """
    reader = READERS.get(estimator.trees or "")
    if reader is None:
        raise CannotCompile(f"{estimator.name} consists of no trees")
    return reader(model)


class _Nodes:
    """Nodes as they are found, tree by tree."""

    _COLUMNS = ("node", "feature", "split", "equal", "yes", "no", "missing_yes")

    def __init__(self) -> None:
        self.columns: list[tuple[Any, ...]] = []
        self.weights: list[tuple[Any, ...]] = []
        self.n_nodes = 0

    def add(self, tree: int, columns: Mapping[str, Array]) -> None:
        size = len(columns["node"])
        self.n_nodes += size
        if self.n_nodes > MOST_NODES:
            raise CannotCompile(f"it has more than {MOST_NODES:,} nodes")
        self.columns.append((np.full(size, tree), *(columns[name] for name in self._COLUMNS)))

    def weigh(self, tree: int, nodes: Array, outputs: Array, weights: Floats) -> None:
        self.weights.append((np.full(len(nodes), tree), nodes, outputs, weights))

    def made(self, base: Floats, link: Link, *, reads_float32: bool) -> Trees:
        if not self.columns:
            raise CannotCompile("it has no tree")
        tree, *columns = (np.concatenate(parts) for parts in zip(*self.columns, strict=True))
        leaf_tree, *weights = (np.concatenate(parts) for parts in zip(*self.weights, strict=True))
        return Trees(
            tree=tree,
            **dict(zip(self._COLUMNS, columns, strict=True)),
            leaf_tree=leaf_tree,
            leaf_node=weights[0],
            leaf_output=weights[1],
            leaf_weight=weights[2],
            base=base,
            link=link,
            reads_float32=reads_float32,
        )


def _xgboost(model: Model) -> Trees:
    learner = json.loads(bytes(model.native.save_raw("json")))["learner"]
    if learner["gradient_booster"]["name"] != "gbtree":
        raise CannotCompile(f"its booster is {learner['gradient_booster']['name']}")
    booster = learner["gradient_booster"]["model"]
    n_outputs = model.task.n_outputs(model.n_classes)
    base = np.atleast_1d(json.loads(learner["learner_model_param"]["base_score"])).astype(float)
    if model.task.answer is Answer.TWO_CLASSES:
        base = np.log(base / (1.0 - base))
    nodes = _Nodes()
    for number, (tree, output) in enumerate(
        zip(booster["trees"], booster["tree_info"], strict=True)
    ):
        if int(tree["tree_param"]["size_leaf_vector"]) > 1:
            raise CannotCompile("its leaves hold several values")
        _add_xgboost_tree(nodes, number, tree, output)
    return nodes.made(
        np.broadcast_to(base, (n_outputs,)), _LINKS[model.task.answer], reads_float32=True
    )


def _add_xgboost_tree(nodes: _Nodes, number: int, tree: Mapping[str, Any], output: int) -> None:
    left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
    values = np.array(tree["split_conditions"], dtype=np.float32)
    leaves, size = left == -1, len(left)
    default_left = np.array(tree["default_left"], dtype=bool)
    sets = _sets_of(tree)
    columns = {
        "node": np.arange(size),
        "feature": np.where(leaves, LEAF, np.array(tree["split_indices"])),
        "split": np.nextafter(values, np.float32(-np.inf)).astype(np.float64),
        "equal": np.zeros(size, dtype=bool),
        "yes": left,
        "no": right,
        "missing_yes": default_left,
    }
    # A code of the set goes right, and NaN where the node says.
    chains = {
        node: (codes, int(right[node]), int(left[node]), not bool(default_left[node]))
        for node, codes in sets.items()
    }
    nodes.add(number, _with_chains(columns, chains))
    at = np.flatnonzero(leaves)
    nodes.weigh(number, at, np.full(len(at), output), values[at].astype(np.float64))


def _sets_of(tree: Mapping[str, Any]) -> dict[int, list[int]]:
    """Return the sets of category codes of XGBoost's nodes."""
    return {
        node: tree["categories"][start : start + size]
        for node, start, size in zip(
            tree["categories_nodes"],
            tree["categories_segments"],
            tree["categories_sizes"],
            strict=True,
        )
    }


def _with_chains(
    columns: dict[str, Array], chains: Mapping[int, tuple[Sequence[int], int, int, bool]]
) -> dict[str, Array]:
    """Write nodes that ask for a set of codes as chains of nodes that ask for one code each.

    `chains` has for each such node its codes, where these lead, where others lead, and whether NaN
    goes with the codes.
    """
    if not chains:
        return columns
    lists = {name: values.tolist() for name, values in columns.items()}
    for node, (codes, inside, outside, missing_inside) in chains.items():
        if not codes:
            raise CannotCompile("a node asks for no category at all")
        feature, at = lists["feature"][node], node
        for place, code in enumerate(codes):
            next_free = max(at + 1, len(lists["node"]))
            following = outside if place == len(codes) - 1 else next_free
            row = {
                "node": at,
                "feature": feature,
                "split": float(code),
                "equal": True,
                "yes": inside,
                "no": following,
                "missing_yes": missing_inside,
            }
            for name, value in row.items():
                if at < len(lists[name]):
                    lists[name][at] = value
                else:
                    lists[name].append(value)
            at = following
    return {name: np.array(values) for name, values in lists.items()}


def _lightgbm(model: Model) -> Trees:
    text = model.native.model_to_string()
    head, *blocks = text.split("\nTree=")
    said = _fields(head)
    if "average_output" in head.splitlines():
        raise CannotCompile("it averages its trees")
    objective = said.get("objective", "").split()
    expected = {
        Answer.TWO_CLASSES: ["binary", "sigmoid:1"],
        Answer.CLASSES: ["multiclass", f"num_class:{model.n_classes}"],
        Answer.NUMBER: ["regression"],
    }[model.task.answer]
    if objective != expected:
        raise CannotCompile(f"its objective is {' '.join(objective)}")
    n_outputs = int(said["num_tree_per_iteration"])
    nodes = _Nodes()
    for number, block in enumerate(blocks):
        _add_lightgbm_tree(nodes, number, _fields(block), number % n_outputs)
    return nodes.made(np.zeros(n_outputs), _LINKS[model.task.answer], reads_float32=False)


def _fields(block: str) -> dict[str, str]:
    lines = (line.partition("=") for line in block.splitlines())
    return {name: value for name, sign, value in lines if sign}


def _add_lightgbm_tree(nodes: _Nodes, number: int, said: Mapping[str, str], output: int) -> None:
    if said.get("is_linear", "0") != "0":
        raise CannotCompile("its leaves hold linear models")

    def numbers(name: str, kind: type) -> Array:
        return np.array(said.get(name, "").split(), dtype=kind)

    weights, n_leaves = numbers("leaf_value", float), int(said["num_leaves"])
    n_splits = n_leaves - 1
    if n_splits == 0:
        nodes.add(number, _only_leaves(1))
        nodes.weigh(number, np.zeros(1, dtype=int), np.full(1, output), weights[:1])
        return
    # Splits keep their numbers, and the leaves, which LightGBM counts as -1, -2, …, follow them.
    left, right = numbers("left_child", int), numbers("right_child", int)
    left, right = (np.where(to < 0, n_splits - to - 1, to) for to in (left, right))
    kinds, split = numbers("decision_type", int), numbers("threshold", float)
    near, below = np.abs(split) <= LIGHTGBM_ZERO, np.nextafter(-LIGHTGBM_ZERO, -np.inf)
    categorical, missing_type = (kinds & 1) == 1, kinds >> 2 & 3
    if (missing_type[~categorical] == 1).any():
        raise CannotCompile("it takes zeros as missing values")
    # Without missing values in training, NaN counts as 0.
    missing_yes = np.where(missing_type == 2, (kinds & 2) == 2, split >= 0.0)
    columns = {
        "node": np.arange(n_splits),
        "feature": numbers("split_feature", int),
        "split": np.where(near, np.where(split < 0, below, LIGHTGBM_ZERO), split),
        "equal": np.zeros(n_splits, dtype=bool),
        "yes": left,
        "no": right,
        "missing_yes": missing_yes,
    }
    columns = {
        name: np.concatenate([values, _only_leaves(n_leaves)[name]])
        for name, values in columns.items()
    }
    columns["node"] = np.arange(n_splits + n_leaves)
    bounds, bits = numbers("cat_boundaries", int), numbers("cat_threshold", np.uint32)
    chains = {}
    for node in np.flatnonzero(categorical).tolist():
        which = int(split[node])
        words = bits[bounds[which] : bounds[which + 1]]
        codes = [
            32 * place + bit
            for place, word in enumerate(words.tolist())
            for bit in range(32)
            if word >> bit & 1
        ]
        chains[node] = (codes, int(left[node]), int(right[node]), False)
    nodes.add(number, _with_chains(columns, chains))
    nodes.weigh(number, n_splits + np.arange(n_leaves), np.full(n_leaves, output), weights)


def _only_leaves(size: int) -> dict[str, Array]:
    no = np.zeros(size, dtype=bool)
    nowhere = np.zeros(size, dtype=int)
    return {
        "node": np.arange(size),
        "feature": np.full(size, LEAF),
        "split": np.zeros(size),
        "equal": no,
        "yes": nowhere,
        "no": nowhere,
        "missing_yes": no,
    }


def _catboost(model: Model) -> Trees:
    if model.categorical:
        raise CannotCompile("it keeps statistics of categories, which only CatBoost computes")
    with tempfile.TemporaryDirectory(prefix="automl-") as folder:
        path = Path(folder) / "model.json"
        model.native.save_model(str(path), format="json")
        document = json.loads(path.read_bytes())
    if "oblivious_trees" not in document:
        raise CannotCompile("its trees are not symmetric")
    scale, bias = document["scale_and_bias"]
    features = document["features_info"]["float_features"]
    nan_is_high = [one.get("nan_value_treatment") == "AsTrue" for one in features]
    columns = [one["flat_feature_index"] for one in features]
    n_outputs = model.task.n_outputs(model.n_classes)
    nodes = _Nodes()
    for number, tree in enumerate(document["oblivious_trees"]):
        splits = tree.get("splits") or []
        if any(one["split_type"] != "FloatFeature" for one in splits):
            raise CannotCompile("it splits on more than numbers")
        _add_symmetric_tree(nodes, number, splits, columns, nan_is_high)
        weights = scale * np.array(tree["leaf_values"]).reshape(-1, n_outputs)
        leaves = (1 << len(splits)) - 1 + np.arange(len(weights))
        nodes.weigh(
            number,
            np.repeat(leaves, n_outputs),
            np.tile(np.arange(n_outputs), len(leaves)),
            weights.ravel(),
        )
    base = np.broadcast_to(np.array(bias, dtype=float), (n_outputs,))
    return nodes.made(base, _LINKS[model.task.answer], reads_float32=True)


def _add_symmetric_tree(
    nodes: _Nodes,
    number: int,
    splits: Sequence[Mapping[str, Any]],
    columns: Sequence[int],
    nan_is_high: Sequence[bool],
) -> None:
    """Write a symmetric tree as a full one: its leaves stand in the order of their bits.

    The last split decides on the highest bit, so it stands at the root.
    """
    depth = len(splits)
    if depth == 0:
        nodes.add(number, _only_leaves(1))
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
    leaves = _only_leaves(1 << depth)
    together = {name: np.concatenate([found[name], leaves[name]]) for name in found}
    together["node"] = np.arange((2 << depth) - 1)
    nodes.add(number, together)


def _forest(model: Model) -> Trees:
    trees = model.native.estimators_
    classes = model.native.classes_ if model.task.has_classes else None
    n_outputs = model.task.n_outputs(model.n_classes)
    nodes = _Nodes()
    for number, one in enumerate(trees):
        tree = one.tree_
        leaves = tree.children_left == -1
        missing = getattr(tree, "missing_go_to_left", np.zeros(tree.node_count))
        nodes.add(
            number,
            {
                "node": np.arange(tree.node_count),
                "feature": np.where(leaves, LEAF, tree.feature),
                "split": _float32_below(tree.threshold),
                "equal": np.zeros(tree.node_count, dtype=bool),
                "yes": tree.children_left,
                "no": tree.children_right,
                "missing_yes": missing.astype(bool),
            },
        )
        at, values = np.flatnonzero(leaves), tree.value[leaves, 0, :]
        outputs = np.zeros(1, dtype=int)
        if classes is not None:
            shares = np.zeros((len(at), model.n_classes))
            shares[:, classes] = values / values.sum(axis=1, keepdims=True)
            values = shares[:, 1:] if model.task.answer is Answer.TWO_CLASSES else shares
            outputs = np.arange(values.shape[1])
        nodes.weigh(
            number,
            np.repeat(at, len(outputs)),
            np.tile(outputs, len(at)),
            values.ravel() / len(trees),
        )
    link = Link.SHARE if model.task.answer is Answer.TWO_CLASSES else Link.IDENTITY
    return nodes.made(np.zeros(n_outputs), link, reads_float32=True)


def _float32_below(splits: Floats) -> Floats:
    """Return the largest float32 that is not above each number."""
    rounded = splits.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-np.inf))
    found: Floats = np.where(rounded.astype(np.float64) > splits, below, rounded).astype(np.float64)
    return found


_LINKS = {
    Answer.TWO_CLASSES: Link.SIGMOID,
    Answer.CLASSES: Link.SOFTMAX,
    Answer.NUMBER: Link.IDENTITY,
}
# By `Member.trees`.
READERS: Mapping[str, Callable[[Model], Trees]] = {
    "xgboost": _xgboost,
    "lightgbm": _lightgbm,
    "catboost": _catboost,
    "forest": _forest,
}
