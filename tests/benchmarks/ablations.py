"""What each idea of the search is worth: the whole engine against itself without one of them.

    python tests/benchmarks/ablations.py FOLDER [--budget 30] [--seeds 1] [--only NAME …]
                                         [--without IDEA …]

FOLDER holds `datasets.json` and one folder a table, with train.csv.gz and test.csv.gz. One line a
table and idea; the ratio is the loss of the whole engine to the loss without the idea (1 - score
where more is better), measured one after the other in the same process: below 1 the idea helps. The
last lines are the medians, and on how many tables it helps.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from automl_magic import learn
from automl_magic.data import profile
from automl_magic.learn import scheduler
from automl_magic.planning import make_plan
from automl_magic.planning.spec_options import spec_from_options
from automl_magic.recipe import encode_target, select_columns
from automl_magic.records import TaskKind
from automl_magic.tasks.metrics import METRICS, score

# The package's attribute of that name is its function.
ensembles = import_module("automl_magic.learn.ensemble")
TASKS = set(TaskKind.choices())
N_CORES, MEMORY_BYTES = 2, 8 * 10**9
# As patient as AutoGluon is on small tables.
PATIENT_ROUNDS = 300


def searched(
    table: dict[str, Any],
    train: pd.DataFrame,
    test: pd.DataFrame,
    budget_s: float,
    seed: int,
    *,
    max_members: int = 8,
    without_candidates: tuple[str, ...] = (),
    **options: Any,
) -> float:
    """Return the score on the test rows of a search with some options."""
    target, task = table["target"], TaskKind(table["task"])
    experiment = spec_from_options(
        "(a DataFrame)",
        target,
        task=table["task"],
        metric=table["metric"],
        budget_s=budget_s,
        seed=seed,
        holdout=0.0,
    )
    dataset = profile(train, name="table", source="(a DataFrame)", read={}, target=target, kinds={})
    plan = make_plan(
        experiment,
        dataset,
        partial(select_columns, train),
        n_cores=N_CORES,
        memory_bytes=MEMORY_BYTES,
    )
    job = learn.Task(
        train,
        target=target,
        kind=plan.task,
        metric=plan.metric,
        classes=list(plan.classes),
        seed=seed,
        threads=N_CORES,
    )
    rows = learn.split(
        job,
        kind=plan.split.kind.value,
        folds=plan.split.folds,
        repeats=plan.split.repeats,
        holdout=0.0,
        column=plan.split.column,
        date_format=plan.split.date_format,
    )
    candidates = {
        one.name: learn.candidate(one.estimator, view=one.view, params=dict(one.params))
        for one in plan.candidates
        if one.name not in without_candidates
    }
    views = {name: [step.to_json() for step in steps] for name, steps in plan.views.items()}
    with redirect_stdout(StringIO()):
        found = learn.search(job, rows, views, candidates, budget_s=budget_s, **options)
        blend = learn.ensemble(found, max_members=max_members)
        recipe = learn.recipe(job, rows, views, blend)
        model = learn.refit(recipe, job)
    predicted = model.predict_proba(test) if plan.classes else model.predict(test)
    y = encode_target(test[target].to_numpy(), task, list(plan.classes))
    return score(table["metric"], y, np.asarray(predicted))


@contextmanager
def as_it_is() -> Iterator[dict[str, Any]]:
    yield {}


@contextmanager
def one_seed() -> Iterator[dict[str, Any]]:
    with mock.patch.object(ensembles, "MOST_SEEDS", 1):
        yield {}


@contextmanager
def all_folds() -> Iterator[dict[str, Any]]:
    with mock.patch.object(scheduler, "choose_folds", return_value=None):
        yield {}


@contextmanager
def static_order() -> Iterator[dict[str, Any]]:
    with mock.patch.object(scheduler, "choose_order", lambda _, candidates, **__: candidates):
        yield {}


def options(**changes: Any) -> Callable[[], Any]:
    @contextmanager
    def changed() -> Iterator[dict[str, Any]]:
        yield changes

    return changed


IDEAS: dict[str, Callable[[], Any]] = {
    "pooled stopping": options(early_stopping=PATIENT_ROUNDS),
    "variations": options(sampler="portfolio"),
    "weights": options(max_members=1),
    "seeds": one_seed,
    "fewer folds": all_folds,
    "portfolio order": static_order,
    "feature steps": options(without_candidates=("lightgbm_rich",)),
    "networks and kernels": options(without_candidates=("mlp", "kernel")),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budget", type=float, default=30.0)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--without", nargs="*", choices=list(IDEAS), default=list(IDEAS))
    asked_for = parser.parse_args()
    tables = json.loads((asked_for.folder / "datasets.json").read_text())
    ratios: dict[str, list[float]] = {idea: [] for idea in asked_for.without}
    for table in tables:
        if table["task"] not in TASKS or (
            asked_for.with_candidates and table["name"] not in asked_for.with_candidates
        ):
            continue
        train, test = (
            pd.read_csv(asked_for.folder / table["folder"] / table[part], low_memory=False)
            for part in ("train", "test")
        )
        higher = METRICS[table["metric"]].higher_is_better
        for seed in range(asked_for.seeds):
            losses = {}
            for idea in ("", *asked_for.without):
                started = time.monotonic()
                with (IDEAS[idea] if idea else as_it_is)() as changes:
                    found = searched(table, train, test, asked_for.budget, seed, **changes)
                losses[idea] = 1 - found if higher else found
                took = time.monotonic() - started
                if not idea:
                    print(f"{table['name']:<20} seed {seed}  whole {found:.5g}  {took:.0f} s")
                    continue
                ratio = losses[""] / losses[idea]
                ratios[idea].append(ratio)
                print(f"{table['name']:<20} seed {seed}  without {idea:<22} {found:.5g}  "
                      f"ratio {ratio:.4f}  {took:.0f} s")  # fmt: skip
                sys.stdout.flush()
    for idea, found_ratios in ratios.items():
        if found_ratios:
            helps = sum(ratio < 1 for ratio in found_ratios)
            print(f"{idea:<22} median ratio {statistics.median(found_ratios):.4f}, "
                  f"helps on {helps} of {len(found_ratios)}")  # fmt: skip


if __name__ == "__main__":
    main()
