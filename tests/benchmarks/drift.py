"""How often drift is found, and how often there is none: ours beside Evidently's default.

    python tests/benchmarks/drift.py [--windows 1000] [--columns 10 50 500] [--rows 1000]
                                     [--peer-s 60]

Both see the same windows. Each is looked at twice: as it is, without any shift, and with its first
column moved by a population PSI of exactly 0.25. Evidently's preset is run as it comes: it corrects
for nothing, and calls a *dataset* drifted where half of the columns are; so both of its readings
are shown. It takes seconds a window, and gets as many of the windows as fit into `--peer-s`.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from automl_magic.learn.distributions import categorical_distribution, numeric_distribution
from automl_magic.monitor.compare.categories import compare_categories
from automl_magic.monitor.compare.numeric import compare_numbers
from automl_magic.monitor.compare.verdict import judge_columns
from automl_magic.monitor.sections import features
from automl_magic.records.monitoring.drift import DriftThresholds
from automl_magic.records.monitoring.reference import NumericDistribution

os.environ["DO_NOT_TRACK"] = "1"

PSI = 0.25
REFERENCES = 10  # drawn anew so often, so that no lucky one decides
LEVELS = np.array([0.4, 0.2, 0.15, 0.1, 0.06, 0.04, 0.03, 0.01, 0.007, 0.003])
NAMES = np.array([f"level {i}" for i in range(len(LEVELS))])
DECILES = norm.ppf(np.linspace(0, 1, 11))


def psi(p, q):
    return float(np.sum((p - q) * np.log(p / q)))


def moved_levels(part):
    shares = LEVELS.copy()
    shares[0] -= part
    shares[2] += part
    return shares


TENTHS = np.full(10, 0.1)
BY = brentq(lambda by: psi(np.diff(norm.cdf(DECILES - by)), TENTHS) - PSI, 0.01, 3)
PART = brentq(lambda part: psi(moved_levels(part), LEVELS) - PSI, 0.001, 0.39)


@dataclass
class Table:
    """Columns of numbers, of levels, or of both in turns; `draw` makes rows of it."""

    kinds: list[str]
    random: np.random.Generator

    def draw(self, n: int, *, moved: bool = False) -> list[np.ndarray]:
        return [self._column(kind, n, moved=moved and i == 0) for i, kind in enumerate(self.kinds)]

    def _column(self, kind: str, n: int, *, moved: bool) -> np.ndarray:
        if kind == "number":
            return self.random.normal(BY if moved else 0.0, 1.0, n)
        shares = moved_levels(PART) if moved else LEVELS
        return NAMES[self.random.choice(len(NAMES), n, p=shares)]


@dataclass
class Tally:
    """Windows that were looked at; false alarms and finds among them."""

    windows: int = 0
    false: int = 0
    found: int = 0
    seconds: float = 0.0
    extra: dict[str, int] = field(default_factory=lambda: {"false": 0, "found": 0})

    def rate(self, n: int) -> str:
        return f"{100 * n / self.windows:6.1f} %" if self.windows else "       –"


class Ours:
    """The features cell's judgement."""

    def __init__(self, columns: list[np.ndarray]) -> None:
        n_knots = 201 if len(columns) <= 50 else 11
        self.n = len(columns[0])
        self.references = [
            numeric_distribution(values, n_knots)
            if values.dtype.kind == "f"
            else categorical_distribution(values.tolist(), 100)
            for values in columns
        ]
        self.thresholds = DriftThresholds()
        self.alpha = self.thresholds.alpha * features.SECTION.alpha_share

    def alarms(self, columns: list[np.ndarray]) -> list[bool]:
        ones = np.ones(len(columns[0]))
        found = [
            compare_numbers(reference, self.n, values, ones)
            if isinstance(reference, NumericDistribution)
            else compare_categories(reference, self.n, values.tolist(), ones)
            for reference, values in zip(self.references, columns, strict=True)
        ]
        return [one.raises_alert for one, _ in judge_columns(found, self.thresholds, self.alpha)]


class Evidently:
    """`Report([DataDriftPreset()])` with its defaults."""

    def __init__(self, columns: list[np.ndarray]) -> None:
        import pandas as pd
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset

        names = [f"c{i}" for i in range(len(columns))]
        numbers = [
            name for name, values in zip(names, columns, strict=True) if values.dtype.kind == "f"
        ]
        levels = [name for name in names if name not in numbers]
        definition = DataDefinition(numerical_columns=numbers, categorical_columns=levels)

        def dataset(some: list[np.ndarray]):
            frame = pd.DataFrame(dict(zip(names, some, strict=True)))
            return Dataset.from_pandas(frame, definition)

        self._report, self._dataset = Report([DataDriftPreset()]), dataset
        self._reference = dataset(columns)

    def alarms(self, columns: list[np.ndarray]) -> list[bool]:
        metrics = self._report.run(self._dataset(columns), self._reference).dict()["metrics"]
        drifted = {}
        for metric in metrics:
            config = metric["config"]
            if config["type"].endswith("ValueDrift"):
                below = "p_value" in config["method"]
                value, threshold = float(metric["value"]), config["threshold"]
                drifted[config["column"]] = value < threshold if below else value >= threshold
        return [drifted[f"c{i}"] for i in range(len(columns))]


def windows_of(
    kinds: list[str], trained: int, n: int, windows: int
) -> Iterator[tuple[list[np.ndarray], list[np.ndarray] | None, list[np.ndarray] | None]]:
    """Give a reference (with None, None), then windows of it: one calm, one moved."""
    for part in range(REFERENCES):
        table = Table(kinds, np.random.default_rng((len(kinds), trained, part)))
        reference = table.draw(trained)
        yield reference, None, None
        for _ in range(windows // REFERENCES):
            yield reference, table.draw(n), table.draw(n, moved=True)


def measure(kind: str, n_columns: int, trained: int, args: argparse.Namespace) -> None:
    both = ("number", "level") if kind == "mixed" else (kind, kind)
    kinds = [both[i % 2] for i in range(n_columns)]
    ours, theirs = Tally(), Tally()
    judge = peer = None
    for reference, calm, moved in windows_of(kinds, trained, args.rows, args.windows):
        if calm is None or moved is None:
            judge, peer = Ours(reference), None
            continue
        one_of_each(judge, calm, moved, ours)
        # Spread over the references: a tenth of the time for each.
        done = ours.windows // max(1, args.windows // REFERENCES) + 1
        if args.peer_s and theirs.seconds < args.peer_s * done / REFERENCES:
            peer = peer or Evidently(reference)
            one_of_each(peer, calm, moved, theirs)
    print(
        f"{kind:<7} {n_columns:>4} {trained:>7,} {args.rows:>6,} |"
        f" {ours.windows:>6,} {ours.rate(ours.false)} {ours.rate(ours.found)}"
        f" {1e3 * ours.seconds / max(1, ours.windows) / 2:>7.1f} |"
        f" {theirs.windows:>6,} {theirs.rate(theirs.false)} {theirs.rate(theirs.found)}"
        f" {theirs.rate(theirs.extra['false'])} {theirs.rate(theirs.extra['found'])}"
        f" {1e3 * theirs.seconds / max(1, theirs.windows) / 2:>7.0f}",
        flush=True,
    )


def one_of_each(judge, calm: list[np.ndarray], moved: list[np.ndarray], tally: Tally) -> None:
    started = time.perf_counter()
    false, found = judge.alarms(calm), judge.alarms(moved)
    tally.seconds += time.perf_counter() - started
    tally.windows += 1
    tally.false += any(false)
    tally.found += found[0]
    tally.extra["false"] += sum(false) >= len(false) / 2
    tally.extra["found"] += sum(found) >= len(found) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--windows", type=int, default=1_000)
    parser.add_argument("--columns", type=int, nargs="+", default=[10, 50, 500])
    parser.add_argument("--kinds", nargs="+", default=["number", "level", "mixed"])
    parser.add_argument("--trained", type=int, nargs="+", default=[5_000, 800])
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--peer-s", type=float, default=60.0)
    args = parser.parse_args()
    if find_spec("evidently") is None:
        args.peer_s = 0.0
    print(f"A shift of PSI {PSI} in one column; `false`: windows of calm with any alarm.")
    print("Evidently: a column drifted | half of the columns drifted (its `dataset drift`).")
    print(
        "kind    cols trained   rows | ours:  n    false    found  ms/win |"
        " theirs: n  false    found  ds.false ds.found  ms/win"
    )
    for kind in args.kinds:
        for n_columns in args.columns:
            for trained in args.trained:
                measure(kind, n_columns, trained, args)


if __name__ == "__main__":
    main()
