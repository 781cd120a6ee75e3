"""Made-up tables that look like real ones, for `meta_results.py`: same seed, same table.

A table has correlated numbers (skewed, rounded, mostly zero), categories with few and with many
levels, gaps that tell something, dates, texts and columns of noise. What is to be predicted is
made from some of them by one of six families: a random forest, a sum of smooth curves, a sparse
line, products of pairs, effects of groups, or bumps around points. Half of the art of a model is
to fit the family, so every family comes with every kind of task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from automl_magic.records import TaskKind

N_TABLES = 48
KINDS = (TaskKind("binary"), TaskKind("regression"), TaskKind("binary"), TaskKind("regression"),
         TaskKind("multiclass"))  # fmt: skip
WORDS = [f"{start}{end}" for start in "bdfgklmnprst" for end in ("ala", "eno", "iri", "ovo", "usk")]


@dataclass(frozen=True, kw_only=True)
class Design:
    """What one table is like. `noise` is in standard deviations of the signal."""

    name: str
    kind: TaskKind
    family: str
    seed: int
    rows: int
    numbers: int
    categories: int
    most_levels: int
    useless: int
    skewed: float
    missing: float
    noise: float
    classes: int = 0
    positive: float = 0.5
    long_tail: bool = False
    date: bool = False
    text: bool = False


def designs(n_tables: int = N_TABLES) -> Iterator[Design]:
    """Yield the tables' designs: each family with each kind of task, all else drawn at random."""
    families = tuple(FAMILIES)
    for i in range(n_tables):
        random = np.random.default_rng(1_000 + i)
        kind, family = KINDS[i % len(KINDS)], families[i % len(families)]
        grouped = family == "groups"
        yield Design(
            name=f"{family}-{i}",
            kind=kind,
            family=family,
            seed=2_000 + i,
            # From 200 to 10,000, in the middle mostly.
            rows=int(10 ** np.clip(random.normal(3.2, 0.4), 2.3, 4.0)),
            numbers=int(random.choice([2, 5] if grouped else [4, 8, 12, 20, 40])),
            categories=int(random.choice([3, 5, 8] if grouped else [0, 0, 1, 3, 6])),
            most_levels=int(random.choice([40, 200, 1_000] if grouped else [3, 8, 30])),
            useless=int(random.choice([0, 2, 5, 15])),
            skewed=float(random.choice([0.0, 0.3, 0.7])),
            missing=float(random.choice([0.0, 0.0, 0.05, 0.2])),
            noise=float(random.choice([0.05, 0.3, 0.8, 1.5])),
            classes={TaskKind("binary"): 2, TaskKind("regression"): 0}.get(
                kind, int(random.choice([3, 4, 5, 7, 10]))
            ),
            positive=float(random.choice([0.5, 0.35, 0.2, 0.08])),
            long_tail=bool(random.random() < 0.4),
            date=bool(random.random() < 0.15),
            text=bool(random.random() < 0.1),
        )


def make_table(design: Design) -> pd.DataFrame:
    """Return the table, with its target in the column `target`."""
    random = np.random.default_rng(design.seed)
    columns, causes = _numbers(design, random)
    for name, values, effect in _others(design, random):
        columns[name] = values
        causes = np.column_stack([causes, effect])
    n_used = int(np.clip(random.poisson(0.6 * causes.shape[1]), 2, causes.shape[1]))
    used = np.sort(random.choice(causes.shape[1], n_used, replace=False))
    if design.family == "groups":  # the groups themselves, and little else
        used = np.arange(causes.shape[1])[::-1][: design.categories + 2]
    frame = pd.DataFrame(columns)
    frame["target"] = _target(design, causes[:, used], random)
    shuffled = frame.columns.drop("target").to_numpy()[random.permutation(len(columns))]
    return frame[[*shuffled, "target"]]


def _numbers(design: Design, random: np.random.Generator) -> tuple[dict[str, Any], Any]:
    """Return columns as they are stored, and the standard normal values behind them."""
    n, d = design.rows, design.numbers + design.useless
    factors = random.normal(size=(n, max(2, d // 3)))
    share = random.uniform(0.2, 0.9, size=d)
    causes = np.sqrt(share) * factors[:, random.integers(factors.shape[1], size=d)]
    causes += np.sqrt(1 - share) * random.normal(size=(n, d))
    columns: dict[str, Any] = {}
    for j in range(d):
        z = causes[:, j]
        if random.random() < design.skewed:
            values = random.choice(SKEWED)(z)
        else:
            values = z * 10 ** random.uniform(-2, 3) + random.normal()
        columns[f"number_{j}"] = _with_gaps(values, z, design.missing, random)
    return columns, causes[:, : design.numbers]


def _with_gaps(values: Any, cause: Any, share: float, random: np.random.Generator) -> Any:
    """Leave values out: in half of the columns at random, in the others mostly the high ones."""
    values = np.asarray(values, dtype=np.float64).copy()
    tells = random.random() < 0.5
    chance = 2 * share / (1 + np.exp(-2 * cause)) if tells else np.full(len(values), share)
    values[random.random(len(values)) < chance] = np.nan
    return values


def _others(design: Design, random: np.random.Generator) -> Iterator[tuple[str, Any, Any]]:
    """Yield categories, a date and a text, each with the effect of its value on the target."""
    n = design.rows
    for j in range(design.categories):
        n_levels = int(random.integers(2, design.most_levels + 1))
        often = 1 / np.arange(1, n_levels + 1) ** random.uniform(0.2, 1.2)
        codes = random.choice(n_levels, size=n, p=often / often.sum())
        effects = random.normal(size=n_levels)
        values = np.array([f"level {code}" for code in range(n_levels)], dtype=object)[codes]
        values[random.random(n) < design.missing / 2] = None
        yield f"category_{j}", values, effects[codes]
    if design.date:
        day = random.integers(0, 3 * 365, size=n)
        effect = np.sin(2 * np.pi * day / 365) + day / 1_000
        yield "date", pd.Timestamp("2021-01-01") + pd.to_timedelta(day, unit="D"), effect
    if design.text:
        of_words = random.normal(size=len(WORDS))
        picked = [random.choice(len(WORDS), size=random.integers(6, 15)) for _ in range(n)]
        effect = np.array([of_words[words].mean() * 3 for words in picked])
        yield "text", [" ".join(WORDS[word] for word in words) for words in picked], effect


def _target(design: Design, causes: Any, random: np.random.Generator) -> Any:
    signal = FAMILIES[design.family]
    if design.kind is TaskKind("multiclass"):
        heights = np.column_stack(
            [_standard(signal(causes, random)) for _ in range(design.classes)]
        )
        heights += design.noise * random.gumbel(size=heights.shape)
        heights += random.normal(0, 0.4, size=design.classes)
        codes = heights.argmax(axis=1)
        # A class of a few rows cannot be in every fold.
        often = np.bincount(codes, minlength=design.classes) >= 12
        codes = np.where(often[codes], codes, int(np.argmax(often)))
        return np.array([f"class {code}" for code in range(design.classes)])[codes]
    height = _standard(signal(causes, random)) + design.noise * random.normal(size=len(causes))
    if design.kind is TaskKind("binary"):
        return np.where(height > np.quantile(height, 1 - design.positive), "yes", "no")
    return np.exp(0.8 * height) if design.long_tail else 10 * height + 50


def _standard(values: Any) -> Any:
    return (values - values.mean()) / (values.std() or 1.0)


def _line(z: Any, random: np.random.Generator) -> Any:
    return z @ (random.normal(size=z.shape[1]) * (random.random(z.shape[1]) < 0.6) + 0.05)


def _curves(z: Any, random: np.random.Generator) -> Any:
    shapes = (
        lambda x: np.sin(2 * x + 1),
        np.square,
        np.abs,
        lambda x: 1 / (1 + np.exp(-4 * x)),
        lambda x: np.minimum(x, 0.3),
        lambda x: x,
    )
    total = np.zeros(len(z))
    for column in z.T:
        total += random.exponential() * _standard(shapes[random.integers(len(shapes))](column))
    return total


def _products(z: Any, random: np.random.Generator) -> Any:
    total = 0.5 * _line(z, random)
    for _ in range(max(2, z.shape[1] // 2)):
        a, b = z[:, random.integers(z.shape[1], size=2)].T
        joined = (a * b, np.sign(a * b), np.maximum(a, b), np.where(a > 0.3, b, -b))
        total = total + random.exponential() * joined[random.integers(4)]
    return total


def _forest(z: Any, random: np.random.Generator) -> Any:
    total = np.zeros(len(z))
    for _ in range(12):
        leaf, depth = np.zeros(len(z), dtype=int), int(random.integers(2, 7))
        for level in range(depth):
            # Each node has its own column and threshold.
            columns = random.integers(z.shape[1], size=2**level)
            cuts = random.normal(0, 0.8, size=2**level)
            right = z[np.arange(len(z)), columns[leaf]] > cuts[leaf]
            leaf = 2 * leaf + right
        total += random.normal(size=2**depth)[leaf]
    return total


def _groups(z: Any, random: np.random.Generator) -> Any:
    total = z @ random.exponential(size=z.shape[1])
    # What a number does depends on the group.
    return total + z[:, 0] * z[:, -1] + 0.5 * z[:, 0] * z[:, z.shape[1] // 2]


def _bumps(z: Any, random: np.random.Generator) -> Any:
    z = z[:, :6]
    centres = z[random.integers(len(z), size=12)]
    distance = ((z[:, None, :] - centres[None]) ** 2).sum(axis=2)
    return np.exp(-distance / (0.6 * z.shape[1])) @ random.normal(size=12)


FAMILIES: dict[str, Callable[[Any, np.random.Generator], Any]] = {
    "forest": _forest,
    "curves": _curves,
    "line": _line,
    "products": _products,
    "groups": _groups,
    "bumps": _bumps,
}
SKEWED = (
    lambda z: np.exp(1.5 * z),
    lambda z: np.round(np.exp(z) * 3),
    lambda z: np.maximum(0, z - 0.5) * 100,
    lambda z: np.round(z * 2) / 2,
    lambda z: np.sign(z) * np.abs(z) ** 3,
)
