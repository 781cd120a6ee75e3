"""trees: boosters and forests as plain arrays of nodes.

Every split is brought into one form, `x <= split` or `x == code`, which all runtimes of trees know;
`readers` says how each library's own form becomes it.

What this cannot say (a forest with statistics of categories, linear leaves, another booster) raises
`CannotCompile`; the library's own call stays then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer

# A graph of more nodes takes longer to make than it saves, and memory beside the model itself.
MOST_NODES = 400_000
LEAF = -1


class CannotCompile(Exception):
    """A model has no form that is known to be the same. The text says what is in the way."""


class Link(StrEnum):
    """What makes a prediction of the sums over the trees."""

    IDENTITY = "identity"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    SHARE = "share"  # already the probability of the second of two classes


# By what the model's task answers.
LINKS: Mapping[Answer, Link] = {
    Answer.TWO_CLASSES: Link.SIGMOID,
    Answer.CLASSES: Link.SOFTMAX,
    Answer.NUMBER: Link.IDENTITY,
}


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


class Nodes:
    """Nodes as they are found, tree by tree."""

    _COLUMNS = ("node", "feature", "split", "equal", "yes", "no", "missing_yes")

    def __init__(self) -> None:
        self.columns: list[tuple[Any, ...]] = []
        self.weights: list[tuple[Any, ...]] = []
        self.n_nodes = 0

    def add(self, tree: int, columns: Mapping[str, Array]) -> None:
        """Add the nodes of a tree. Raises CannotCompile where there are too many."""
        size = len(columns["node"])
        self.n_nodes += size
        if self.n_nodes > MOST_NODES:
            raise CannotCompile(f"it has more than {MOST_NODES:,} nodes")
        self.columns.append((np.full(size, tree), *(columns[name] for name in self._COLUMNS)))

    def weigh(self, tree: int, nodes: Array, outputs: Array, weights: Floats) -> None:
        """Say what reaching some nodes of a tree adds to some outputs."""
        self.weights.append((np.full(len(nodes), tree), nodes, outputs, weights))

    def made(self, base: Floats, link: Link, *, reads_float32: bool) -> Trees:
        """Return what was added. Raises CannotCompile where that is no tree."""
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


def with_chains(
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


def only_leaves(size: int) -> dict[str, Array]:
    """Return the columns of nodes that are leaves."""
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
