"""Boosters and forests as plain arrays of nodes.

Every split has one of two forms, `x <= split` or `x == code`, which all tree runtimes support;
`readers` converts each library's own form.

Models that can't be represented (forests with category statistics, linear leaves, other boosters)
raise `CannotCompile` and keep using their library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer

# A larger graph takes longer to build than it saves, and needs memory beside the model itself.
MAX_NODES = 400_000
LEAF = -1


class CannotCompile(Exception):
    """A model has no equivalent compiled form. The message has the reason."""


class LinkFunction(StrEnum):
    """The function that converts sums over the trees to a prediction."""

    IDENTITY = "identity"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    PROBABILITY = "share"  # already the probability of the second of two classes


# By the kind of prediction of the task.
LINKS: Mapping[Answer, LinkFunction] = {
    Answer.TWO_CLASSES: LinkFunction.SIGMOID,
    Answer.CLASSES: LinkFunction.SOFTMAX,
    Answer.NUMBER: LinkFunction.IDENTITY,
}


@dataclass(frozen=True)
class Trees:
    """The trees of one fitted model.

    Attributes
    ----------
    tree, node : array of int, shape (n_nodes,)
        The tree of a node, and its number in the tree; the root is node 0.
    feature : array of int, shape (n_nodes,)
        Index of the compared column; -1 for a leaf.
    split : array of float64, shape (n_nodes,)
    equal : array of bool, shape (n_nodes,)
        Whether the condition is `x == split` instead of `x <= split`.
    yes, no : array of int, shape (n_nodes,)
        The next nodes.
    missing_yes : array of bool, shape (n_nodes,)
        Whether NaN goes to the `yes` node.
    leaf_tree, leaf_node, leaf_output : array of int, shape (n_weights,)
    leaf_weight : array of float64, shape (n_weights,)
        The value that a leaf adds to an output.
    base : array of float64, shape (n_outputs,)
    reads_float32 : bool
        Whether x is rounded to float32 before the comparison.
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
    link: LinkFunction
    reads_float32: bool

    @property
    def n_outputs(self) -> int:
        """The number of outputs per row."""
        return len(self.base)


class Nodes:
    """Collects nodes tree by tree."""

    _COLUMNS = ("node", "feature", "split", "equal", "yes", "no", "missing_yes")

    def __init__(self) -> None:
        self.columns: list[tuple[object, ...]] = []
        self.weights: list[tuple[object, ...]] = []
        self.n_nodes = 0

    def add(self, tree: int, columns: Mapping[str, Array]) -> None:
        """Add the nodes of a tree. Raises CannotCompile if there are too many."""
        size = len(columns["node"])
        self.n_nodes += size
        if self.n_nodes > MAX_NODES:
            raise CannotCompile(f"it has more than {MAX_NODES:,} nodes")
        self.columns.append((np.full(size, tree), *(columns[name] for name in self._COLUMNS)))

    def add_weights(self, tree: int, nodes: Array, outputs: Array, weights: Floats) -> None:
        """Set the values that leaves of a tree add to outputs."""
        self.weights.append((np.full(len(nodes), tree), nodes, outputs, weights))

    def build(self, base: Floats, link: LinkFunction, *, reads_float32: bool) -> Trees:
        """Return the collected trees. Raises CannotCompile if there are none."""
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


def expand_category_sets(
    columns: dict[str, Array], chains: Mapping[int, tuple[Sequence[int], int, int, bool]]
) -> dict[str, Array]:
    """Replace nodes that test for a set of codes by chains of nodes that test for one code each.

    `chains` has for each such node: its codes, the next node for these codes, the next node for
    others, and whether NaN goes with the codes.
    """
    if not chains:
        return columns
    lists = {name: values.tolist() for name, values in columns.items()}
    for node, (codes, inside, outside, missing_inside) in chains.items():
        if not codes:
            raise CannotCompile("a node has an empty set of categories")
        feature, node_id = lists["feature"][node], node
        for index, code in enumerate(codes):
            next_free = max(node_id + 1, len(lists["node"]))
            following = outside if index == len(codes) - 1 else next_free
            row = {
                "node": node_id,
                "feature": feature,
                "split": float(code),
                "equal": True,
                "yes": inside,
                "no": following,
                "missing_yes": missing_inside,
            }
            for name, value in row.items():
                if node_id < len(lists[name]):
                    lists[name][node_id] = value
                else:
                    lists[name].append(value)
            node_id = following
    return {name: np.array(values) for name, values in lists.items()}


def leaf_columns(size: int) -> dict[str, Array]:
    """Return the columns of `size` leaf nodes."""
    all_false = np.zeros(size, dtype=bool)
    zeros = np.zeros(size, dtype=int)
    return {
        "node": np.arange(size),
        "feature": np.full(size, LEAF),
        "split": np.zeros(size),
        "equal": all_false,
        "yes": zeros,
        "no": zeros,
        "missing_yes": all_false,
    }
