"""neighbours: find the known tables that are most similar to a new one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from automl_magic.learn.meta.features import MetaFeatures
from automl_magic.learn.meta.store import KnownDataset, MetaStore

# This many of the most similar tables count, the nearest ones most.
NEIGHBOURS = 15
# No feature makes tables more different than this many standard deviations.
MAX_DIFFERENCE = 3.0
OTHER_CLASSES, OTHER_TARGET = 0.3, 2.0


@dataclass(frozen=True)
class Neighbour:
    """A known table, its distance and its weight."""

    entry: KnownDataset
    distance: float
    weight: float
    is_own: bool


def find_neighbours(described: MetaFeatures, store: MetaStore) -> list[Neighbour]:
    """Return all known tables, the most similar first. Only the nearest have a weight.

    The distance is the root mean square of the feature differences, in standard deviations of the
    shipped tables, so that a user's own tables don't change the scale.
    """
    entries = store.entries
    if not entries:
        return []
    basis = np.array([entry.meta_features.values for entry in store.shipped or entries])
    spread = np.where(basis.std(axis=0) > 1e-9, basis.std(axis=0), 1.0)
    values = np.array([entry.meta_features.values for entry in entries])
    differences = np.clip(
        (values - np.array(described.values)) / spread, -MAX_DIFFERENCE, MAX_DIFFERENCE
    )
    distances = np.sqrt((differences**2).mean(axis=1))
    distances += [_kind_distance(described, entry.meta_features) for entry in entries]
    nearest = np.argsort(distances, kind="stable")
    # The last neighbour counts a seventh of an identical table.
    reach = max(1e-3, float(distances[nearest[min(len(nearest), NEIGHBOURS) - 1]]))
    return [
        Neighbour(
            entries[index],
            float(distances[index]),
            math.exp(-2 * (float(distances[index]) / reach) ** 2) if rank < NEIGHBOURS else 0.0,
            int(index) >= len(store.shipped),
        )
        for rank, index in enumerate(nearest.tolist())
    ]


def _kind_distance(first: MetaFeatures, second: MetaFeatures) -> float:
    if first.kind is second.kind:
        return 0.0
    both_have_classes = first.kind.has_classes and second.kind.has_classes
    return OTHER_CLASSES if both_have_classes else OTHER_TARGET
