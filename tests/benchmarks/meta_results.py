"""Make `automl_magic/learn/meta/results.json`: how the candidates did on tables that anybody has.

    python tests/benchmarks/meta_results.py [--keep FOLDER] [--only NAME …] [-o FILE]

The tables are scikit-learn's five and the made-up ones of `meta_tables.py`; nothing is downloaded,
and no table of a benchmark is among them. Each candidate of the plan is fitted on three folds by
the engine itself, in one thread. Seconds are those of the processor, so that a busy machine costs
nothing but patience. `--keep` keeps what was measured for each table, and goes on from there.

Run it again when a candidate or a feature step changes, or a candidate is added: about a quarter
of an hour. `meta_evidence.py` says what the file is worth.
"""

from __future__ import annotations

import argparse
import io
import time
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from meta_tables import designs, make_table
from threadpoolctl import threadpool_limits

from automl_magic import learn
from automl_magic.data import load, profile
from automl_magic.learn import meta
from automl_magic.learn.blending import Losses, select_ensemble
from automl_magic.learn.candidate import Proposal
from automl_magic.planning import make_plan
from automl_magic.planning.spec_options import spec_from_options
from automl_magic.recipe import select_columns, take_rows
from automl_magic.records import Plan, TaskKind
from automl_magic.tasks.metrics import METRICS

BUNDLED = ("breast_cancer", "wine", "iris", "digits", "diabetes")
FOLDS, MOST_MEMBERS, HOURS = 3, 8, 1e5
# What the plans are made for: it decides the learning rates, and who is tried.
BUDGET_S, CORES, MEMORY_BYTES = 30.0, 2, 8 * 2**30


@dataclass(frozen=True)
class Measured:
    """One table: what describes it, and what the candidates predicted out of fold."""

    name: str
    kind: TaskKind
    metric: str
    counts: meta.TableCounts
    sample: Any
    sample_y: Any
    y: Any
    baseline: Any
    predictions: dict[str, Any]
    seconds: dict[str, float]


def tables() -> Iterator[tuple[str, Any]]:
    """Yield each table's name, and a function that makes it."""
    for name in BUNDLED:
        yield name, lambda name=name: load(f"sklearn:{name}")
    for design in designs():
        yield design.name, lambda design=design: make_table(design)


def measure(name: str, frame: pd.DataFrame) -> Measured:
    """Plan for a table, and fit every candidate on every fold."""
    dataset = profile(frame, name=name, source="(made up)", read={}, target="target")
    experiment = spec_from_options(
        "(made up)", "target", budget_s=BUDGET_S, seed=0, holdout=0.0, folds=FOLDS
    )
    plan = make_plan(
        experiment,
        dataset,
        partial(select_columns, frame),
        n_cores=CORES,
        memory_bytes=MEMORY_BYTES,
    )
    task = learn.Task(
        frame, target="target", kind=plan.task, metric=plan.metric,
        classes=list(plan.classes), seed=0, threads=1,
    )  # fmt: skip
    rows = learn.split(task, kind=plan.split.kind.value, folds=FOLDS, holdout=0.0)
    candidates = {
        c.name: learn.candidate(c.estimator, view=c.view, params=dict(c.params))
        for c in plan.candidates
    }
    with redirect_stdout(io.StringIO()):
        # The baseline alone; each candidate then has the processor for itself.
        found = learn.search(
            task, rows, plan.views, candidates, budget_s=HOURS, sampler="portfolio", max_trials=0
        )
        baseline, predictions, seconds = found.results[0].oof, {}, {}
        for candidate, offered in candidates.items():
            for fold in range(FOLDS):
                found.matrices.fold(offered.view, fold)  # its time is not the candidate's
            proposal = Proposal(candidate, offered.estimator, offered.view, offered.params, "")
            started = time.process_time()
            scored = found.run(found.start_fit(proposal), time.monotonic() + HOURS)
            seconds[candidate] = time.process_time() - started
            if scored.oof is None:
                raise RuntimeError(f"{candidate} on {name}: {scored.trial.reason}")
            predictions[candidate] = scored.oof
    sampled = take_rows(task.columns(dataset_columns(plan)), meta.sample_rows(task.n_rows))
    fold = found.matrices.fold("dense", 0)
    some = meta.sample_rows(len(fold.y))
    return Measured(
        name, task.kind, task.metric.name, meta.count_table(sampled, plan.views, task.n_rows),
        fold.X[some], fold.y[some], task.y, baseline, predictions, seconds,
    )  # fmt: skip


def dataset_columns(plan: Plan) -> list[str]:
    """Return the columns that the views of a plan read."""
    return sorted({name for steps in plan.views.values() for s in steps for name in s.columns})


def kept(folder: Path, name: str) -> Measured | None:
    """Return what was measured for a table earlier, if it was kept."""
    path = folder / f"{name}.npz"
    if not path.exists():
        return None
    with np.load(path) as found:
        arrays = dict(found)
    names = [key.removeprefix("oof.") for key in arrays if key.startswith("oof.")]
    rows, columns, categories, levels, missing, text, date = arrays["counts"].tolist()
    counts = meta.TableCounts(
        int(rows), int(columns), int(categories), int(levels), missing, bool(text), bool(date)
    )
    return Measured(
        name, TaskKind(str(arrays["kind"])), str(arrays["metric"]), counts, arrays["sample"],
        arrays["sample_y"], arrays["y"], arrays["baseline"], {n: arrays[f"oof.{n}"] for n in names},
        dict(zip(names, arrays["seconds"].tolist(), strict=True)),
    )  # fmt: skip


def keep(folder: Path, found: Measured) -> None:
    """Write down what was measured for a table."""
    counts = [float(value) for value in vars(found.counts).values()]
    np.savez_compressed(
        folder / f"{found.name}.npz",
        kind=found.kind.value, metric=found.metric, counts=counts, sample=found.sample,
        sample_y=found.sample_y, y=found.y, baseline=found.baseline,
        seconds=list(found.seconds.values()),
        **{f"oof.{name}": values for name, values in found.predictions.items()},
    )  # fmt: skip


def entry(found: Measured) -> meta.KnownDataset:
    """Return a measured table as the line of the store that it becomes."""
    described = meta.compute_meta_features(found.sample, found.sample_y, found.kind, found.counts)
    metric = METRICS[found.metric]
    losses = Losses(metric, found.y, list(found.predictions.values()))
    shares, _ = select_ensemble(losses, MOST_MEMBERS, seed=0)
    return meta.measure_dataset(
        described, metric, found.y, found.predictions, baseline=found.baseline,
        seconds=found.seconds, weights=dict(zip(found.predictions, shares.tolist(), strict=True)),
        name=found.name,
    )  # fmt: skip


@threadpool_limits.wrap(limits=1)
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("-o", type=Path, default=meta.SHIPPED)
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    entries = []
    measure("warm-up", load("sklearn:iris"))  # imports take the processor's time too
    for name, make in tables():
        if options.with_candidates and name not in options.with_candidates:
            continue
        started = time.monotonic()
        found = kept(options.keep, name) if options.keep else None
        if found is None:
            found = measure(name, make())
            if options.keep:
                keep(options.keep, found)
        entries.append(entry(found))
        best = min(entries[-1].results.items(), key=lambda outcome: outcome[1].loss)[0]
        print(
            f"{name:16} {found.kind.value:10} {len(found.y):6} rows  best {best:16}"
            f" {time.monotonic() - started:6.1f} s",
            flush=True,
        )
    meta.write_shipped(entries, options.o)
    print(f"{len(entries)} tables, {options.o.stat().st_size / 1024:.0f} kB in {options.o}")


if __name__ == "__main__":
    main()
