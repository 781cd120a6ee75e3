"""near: the known tables that are most like a new one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from automl_magic.learn.meta.features import Described
from automl_magic.learn.meta.store import Entry, Store

# So many of the most similar tables are asked, the nearer the louder.
NEIGHBOURS = 15
# No feature makes tables more different than this many standard deviations.
MOST_APART = 3.0
OTHER_CLASSES, OTHER_TARGET = 0.3, 2.0


@dataclass(frozen=True)
class Neighbour:
    """A known table, how far it is, and how much its word counts."""

    entry: Entry
    distance: float
    weight: float
    is_own: bool


def neighbours(described: Described, store: Store) -> list[Neighbour]:
    """Return all known tables, the most similar first; only the first few have a weight.

    The distance is the root of the mean of squared differences, each in standard deviations of the
    tables that ship with us, so that a user's own tables do not change what is far.
    """
    entries = store.entries
    if not entries:
        return []
    basis = np.array([entry.described.values for entry in store.shipped or entries])
    spread = np.where(basis.std(axis=0) > 1e-9, basis.std(axis=0), 1.0)
    values = np.array([entry.described.values for entry in entries])
    apart = np.clip((values - np.array(described.values)) / spread, -MOST_APART, MOST_APART)
    distances = np.sqrt((apart**2).mean(axis=1))
    distances += [_of_kinds(described, entry.described) for entry in entries]
    nearest = np.argsort(distances, kind="stable")
    # The last of them counts a seventh of a table that is the same.
    reach = max(1e-3, float(distances[nearest[min(len(nearest), NEIGHBOURS) - 1]]))
    return [
        Neighbour(
            entries[place],
            float(distances[place]),
            math.exp(-2 * (float(distances[place]) / reach) ** 2) if rank < NEIGHBOURS else 0.0,
            int(place) >= len(store.shipped),
        )
        for rank, place in enumerate(nearest.tolist())
    ]


def _of_kinds(one: Described, other: Described) -> float:
    if one.kind is other.kind:
        return 0.0
    both = one.kind.has_classes and other.kind.has_classes
    return OTHER_CLASSES if both else OTHER_TARGET
