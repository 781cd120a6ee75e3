"""Every table of a folder: `automl fit` against LightGBM's defaults, and what the promises cost.

    python tests/benchmarks/tables.py FOLDER [--budget 60] [--only NAME …]
                                      [--fresh DIR] [--rerun NAME …]

FOLDER holds `datasets.json` and one folder a table with train.csv.gz and test.csv.gz. With
`--fresh` each model notebook is executed by papermill in an environment of that folder, made from
the notebook's own requirements and without automl-magic. One line a table; the ratio is ours to
theirs, of losses (1 - score where more is better): below 1 is better.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

from automl_magic.recipe import encode_target
from automl_magic.records import TaskKind
from automl_magic.tasks.metrics import METRICS, score

AUTOML = str(Path(sys.executable).with_name("automl"))
TASKS = set(TaskKind.choices())


def automl(*arguments: str) -> dict[str, Any]:
    """Run a command with --json; a command that fails fails the benchmark."""
    done = subprocess.run(
        [AUTOML, *arguments, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1) or not done.stdout:
        raise SystemExit(done.stderr)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def lightgbm_score(table: dict[str, Any], train: pd.DataFrame, test: pd.DataFrame) -> float:
    """Fit LightGBM with its defaults; text becomes categories, without any work on features."""
    target, task = table["target"], TaskKind(table["task"])
    classes = sorted(train[target].unique().tolist()) if task.has_classes else []
    X = pd.concat([train, test]).drop(columns=target)
    X.columns = [f"f{i}" for i in range(X.shape[1])]
    for name in X.columns:
        if not pd.api.types.is_numeric_dtype(X[name]):
            X[name] = X[name].astype("category")
    kind = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
    y = encode_target(train[target].to_numpy(), task, classes)
    model = kind(random_state=0, verbose=-1).fit(X[: len(train)], y)
    predict = model.predict_proba if classes else model.predict
    return score(
        table["metric"],
        encode_target(test[target].to_numpy(), task, classes),
        np.asarray(predict(X[len(train) :])),
    )


def our_score(table: dict[str, Any], run_id: str, test: Path, folder: Path) -> float:
    """Score the file that `automl predict` writes."""
    out = folder / "predictions.parquet"
    automl("predict", run_id, str(test), "-o", str(out))
    predicted, truth = pd.read_parquet(out), pd.read_csv(test, low_memory=False)[table["target"]]
    task = TaskKind(table["task"])
    columns = [name for name in predicted.columns if name.startswith("probability_")]
    classes = [name.removeprefix("probability_") for name in columns]
    values = predicted[columns] if columns else predicted["prediction"]
    y = encode_target(truth.to_numpy(), task, classes)
    return score(table["metric"], y, values.to_numpy(dtype="float64"))


def standalone_score(notebook: Path, environment: Path) -> float:
    """Execute a model notebook where automl-magic is not installed; return what it prints."""
    python = environment / "bin" / "python"
    document = json.loads(notebook.read_text())
    needs = [*document["metadata"]["automl"]["requirements"], "papermill", "ipykernel"]
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, *needs], check=True
    )
    missing = subprocess.run(
        [python, "-I", "-c", "import automl_magic"], capture_output=True, check=False
    )
    assert missing.returncode != 0, "automl_magic is installed there"
    out = notebook.with_suffix(".executed.ipynb")
    subprocess.run(
        [python, "-m", "papermill", "--no-progress-bar", notebook, out],
        check=True,
        capture_output=True,
        cwd=notebook.parent,
        # The kernel of that environment, whatever others this user has.
        env={**os.environ, "JUPYTER_PATH": str(environment / "share" / "jupyter")},
    )
    cells = json.loads(out.read_text())["cells"]
    cell = next(cell for cell in cells if "score" in cell["metadata"].get("tags", ()))
    return float(json.loads("".join(cell["outputs"][0]["text"]))["score"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--budget", type=float, default=60)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--rerun", nargs="*", default=[])
    parser.add_argument("--fresh", type=Path)
    options = parser.parse_args()
    tables = json.loads((options.folder / "datasets.json").read_text())
    header = (
        f"{'table':20}{'metric':>9}{'ours':>11}{'lightgbm':>11}{'ratio':>7}{'search':>8}{'wall':>7}"
    )
    print(header + f"{'trials':>8}  standalone  rerun", flush=True)
    for table in tables:
        if table["task"] not in TASKS or (
            options.with_candidates and table["name"] not in options.with_candidates
        ):
            continue
        measure(table, options)


def measure(table: dict[str, Any], options: argparse.Namespace) -> None:
    """Print one table's line."""
    here = options.folder / table["folder"]
    train, test = here / table["train"], here / table["test"]
    asked = ["--target", table["target"], "--task", table["task"], "--metric", table["metric"]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.monotonic()
        run = automl(
            "fit",
            str(train),
            *asked,
            "--budget",
            f"{options.budget:g}s",
            "-o",
            str(folder / "plan"),
        )
        wall_s = time.monotonic() - started
        if "error" in run:
            print(f"{table['name']:20} FAILED  {run['error']}", flush=True)
            return
        ours = our_score(table, run["run_id"], test, folder)
        frames = [pd.read_csv(path, low_memory=False) for path in (train, test)]
        theirs = lightgbm_score(table, *frames)
        more = METRICS[table["metric"]].higher_is_better
        ratio = (1 - ours) / (1 - theirs) if more else ours / theirs
        line = f"{table['name']:20}{table['metric']:>9}{ours:>11.5g}{theirs:>11.5g}{ratio:>7.3f}"
        line += f"{run['search_s']:>8.1f}{wall_s:>7.1f}{run['n_trials']:>8}"
        if options.fresh and run["holdout"]:
            notebook = folder / "model.ipynb"
            automl("notebook", run["run_id"], "-o", str(notebook))
            alone = standalone_score(notebook, options.fresh)
            line += f"  {abs(alone - run['holdout']['score']):10.1e}"
        if table["name"] in options.rerun:
            again = automl("rerun", run["run_id"])
            line += f"  equal: {again['equal']} {again['differs'] or ''}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
