"""What is it worth to know earlier tables? Each table in turn is new, and the others are known.

    python tests/benchmarks/meta_evidence.py FOLDER

FOLDER is what `meta_results.py --keep` has filled. Candidates are added in some order, and after
each the best blend of those so far is measured. The area under that curve, over the seconds, is
what an order costs: 0 if all was known at once, 1 if nothing was gained before the end. A last
line for each order leaves out, from the known tables, also those of the new table's family.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from meta_results import entry, kept, tables

from automl_magic.learn import meta
from automl_magic.learn.blending import Losses
from automl_magic.learn.meta.neighbours import Neighbour
from automl_magic.tasks.metrics import METRICS

orders = import_module("automl_magic.learn.meta.order")  # the package has a function of that name
STEPS = 12
# Where the line is as good as all, every order is.
LEAST_TO_GAIN = 0.005
SHUFFLES = 20


class Table:
    """A measured table, its line in the store, and how good blends of its candidates are."""

    def __init__(self, found: Any, line: meta.KnownDataset) -> None:
        self.entry, self.names = line, list(found.predictions)
        self.seconds = found.seconds
        self.losses = Losses(METRICS[found.metric], found.y, list(found.predictions.values()))
        baseline = Losses(METRICS[found.metric], found.y, [found.baseline])
        rows = np.arange(len(self.losses.y))
        self.baseline = float(baseline.of(baseline.predictions, rows)[0])
        self.loss = cache(self._loss)

    @property
    def family(self) -> str:
        return self.entry.name.rsplit("-", 1)[0]

    def _loss(self, some: frozenset[str]) -> float:
        places = [place for place, name in enumerate(self.names) if name in some]
        predictions = self.losses.predictions[places]
        rows, total, best = np.arange(len(self.losses.y)), np.zeros_like(predictions[0]), np.inf
        for step in range(STEPS):
            found = self.losses.of((total + predictions) / (step + 1), rows)
            total = total + predictions[int(np.argmin(found))]
            best = min(best, float(found.min()))
        return best

    def curve(self, order: Sequence[str]) -> tuple[Any, Any]:
        """Return the share of time at the end of each candidate, and what is left to gain then."""
        regrets = np.array([self.loss(frozenset(order[: n + 1])) for n in range(len(order))])
        best, first = regrets.min(), self.loss(frozenset(["linear"]))
        ends = np.cumsum([self.seconds[name] for name in order])
        return ends / ends[-1], (regrets - best) / (first - best)

    def area(self, order: Sequence[str]) -> float:
        ends, regrets = self.curve(order)
        starts, before = np.concatenate([[0.0], ends[:-1]]), np.concatenate([[1.0], regrets[:-1]])
        return float(((ends - starts) * np.minimum(before, 1.0)).sum())

    def times(self, order: Sequence[str]) -> tuple[float, float, float]:
        """Return the shares of the time until a tenth of the gain is left, and until the best
        candidate, and the best three together, have been fitted.
        """
        ends, regrets = self.curve(order)
        three = min(combinations(self.names, 3), key=lambda names: self.loss(frozenset(names)))
        best = min(self.names, key=lambda name: self.loss(frozenset([name])))
        last = max(order.index(name) for name in three)
        near_best = int(np.argmax(regrets <= 0.1))
        return float(ends[near_best]), float(ends[order.index(best)]), float(ends[last])

    def tells(self) -> bool:
        everything, first = self.loss(frozenset(self.names)), self.loss(frozenset(["linear"]))
        return first - everything > LEAST_TO_GAIN * abs(self.baseline - everything)


Order = Callable[[Table, meta.MetaStore], list[str]]


def _with(**changes: Any) -> Order:
    """Return `order_candidates` with other settings."""

    def made(table: Table, store: meta.MetaStore) -> list[str]:
        settings = {name: getattr(orders, name) for name in changes}
        try:
            for name, value in changes.items():
                setattr(orders, name, value)
            found = meta.order_candidates(table.names, table.entry.meta_features, store=store)
        finally:
            for name, value in settings.items():
                setattr(orders, name, value)
        return [ordered.name for ordered in found]

    return made


def _cheapest(table: Table, store: meta.MetaStore) -> list[str]:
    found = meta.order_candidates(table.names, table.entry.meta_features, store=store)
    first, *rest = found
    return [first.name, *(o.name for o in sorted(rest, key=lambda o: o.cost or math.inf))]


def _all_alike(described: meta.MetaFeatures, store: meta.MetaStore) -> list[Neighbour]:
    return [replace(found, weight=1.0) for found in NEIGHBOURS_OF(described, store)]


NEIGHBOURS_OF = orders.find_neighbours
ORDERS: dict[str, Order] = {
    "the plan's": lambda table, _: list(table.names),
    "cheapest first": _cheapest,
    "meta": _with(),
    "meta alone": _with(STATIC_SHARE=0.0),
    "all tables alike": _with(find_neighbours=_all_alike),
    "all alike, alone": _with(find_neighbours=_all_alike, STATIC_SHARE=0.0),
}


def measured(folder: Path) -> Iterator[Table]:
    for name, _ in tables():
        found = kept(folder, name)
        if found is not None and (line := entry(found)) is not None:
            table = Table(found, line)
            if table.tells():
                yield table


def main() -> None:
    known = list(measured(Path(sys.argv[1])))
    print(f"{len(known)} tables on which more than a line is worth something; shares of all time\n")
    print(f"{'order':28}{'area':>8}{'ratio':>8}{'± se':>7}{'earlier on':>12}", end="")
    print(f"{'to 90 %':>10}{'to best':>10}{'to three':>10}")
    plans = np.array([table.area(table.names) for table in known])
    random = np.random.default_rng(0)
    _print(
        "by chance", plans, [[_shuffled(t, random) for _ in range(SHUFFLES)] for t in known], known
    )
    for name, order in ORDERS.items():
        for without_family in (False, True):
            made = [[order(table, _others(table, known, without_family))] for table in known]
            _print(name + (", new family" if without_family else ""), plans, made, known)


def _shuffled(table: Table, random: np.random.Generator) -> list[str]:
    return ["linear", *random.permutation([name for name in table.names if name != "linear"])]


def _others(table: Table, known: Sequence[Table], without_family: bool) -> meta.MetaStore:
    same = table.family if without_family else None
    return meta.MetaStore(
        tuple(o.entry for o in known if o is not table and (same is None or o.family != same))
    )


def _print(name: str, plans: Any, made: Sequence[Any], known: Sequence[Table]) -> None:
    """Print one line: the mean over tables, and over the orders made for each."""
    pairs = list(zip(known, made, strict=True))
    areas = np.array([np.mean([table.area(o) for o in orders_of]) for table, orders_of in pairs])
    times = np.array(
        [np.mean([table.times(o) for o in orders_of], axis=0) for table, orders_of in pairs]
    ).mean(axis=0)
    ratios = np.log(np.maximum(areas, 1e-3) / np.maximum(plans, 1e-3))
    error = ratios.std(ddof=1) / len(ratios) ** 0.5
    earlier = f"{int((areas < plans).sum())} / {int((areas > plans).sum())}"
    print(
        f"{name:28}{areas.mean():8.3f}{np.exp(ratios.mean()):8.3f}{error:7.3f}{earlier:>12}", end=""
    )
    print("".join(f"{share:10.3f}" for share in times), flush=True)


if __name__ == "__main__":
    main()
