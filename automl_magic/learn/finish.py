"""finish: write the files of a finished search, with `result.json` last."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.display.numbers import format_count, format_megabytes, format_score
from automl_magic.display.text_table import TextTable
from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import write_atomic
from automl_magic.learn.evaluate import Holdout
from automl_magic.learn.extra_metrics import score_extra_metrics
from automl_magic.learn.formatting import format_seconds
from automl_magic.learn.latency import measure_costs
from automl_magic.learn.leaderboard import make_leaderboard
from automl_magic.learn.model_documents import model_documents
from automl_magic.learn.pareto import Cost
from automl_magic.learn.search_setup import remember_results
from automl_magic.recipe import save_model
from automl_magic.recipe.values import Array
from automl_magic.records import Score, dumps
from automl_magic.records.codec import json_text

if TYPE_CHECKING:
    from automl_magic.learn.ensemble import Ensemble
    from automl_magic.learn.trials import Search
    from automl_magic.recipe import FittedRecipe

NOTEBOOK = "output.ipynb"


def finish(
    model: FittedRecipe,
    *,
    search: Search,
    ensemble: Ensemble,
    holdout: Holdout | Score | None,
    run_dir: str | os.PathLike[str],
) -> TextTable:
    """Write the recipe, the leaderboard, the unseen-row predictions, the model and the result.

    `recipe.json`, `leaderboard.json`, `oof.npz`, `holdout.npz` (if there is a holdout) and
    `model/` are written first. `result.json` is written last and atomically, so all other files
    are complete if it exists.

    Raises
    ------
    FolderNotWritable
    """
    score = holdout if isinstance(holdout, Score) else holdout.score if holdout else None
    folder = Path(run_dir).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        documents = model_documents(search, model, ensemble, holdout)
        manifest = save_model(model, folder / "model", documents=documents, home=search.home)
        costs = measure_costs(search, model, list(ensemble.weights), manifest)
        leaderboard = make_leaderboard(
            search.task.metric,
            search.trials,
            run_id=folder.name,
            notebook=NOTEBOOK,
            weights=ensemble.weights,
            ensemble=ensemble.score,
            ensemble_also=_also(search, ensemble),
            holdout=score,
            costs=costs,
        )
        result = _result(search, ensemble, score, costs[None])
        result["data_fingerprint"] = model.recipe.data_fingerprint
        write_atomic(folder / "recipe.json", _json(model.recipe.to_json()))
        write_atomic(folder / "leaderboard.json", _json(leaderboard.to_json()))
        _write_arrays(folder / "oof.npz", _out_of_fold(search, ensemble))
        if isinstance(holdout, Holdout) and holdout.predictions:
            _write_arrays(folder / "holdout.npz", holdout.predictions)
        write_atomic(folder / "result.json", _json(result))
    except OSError as error:
        raise FolderNotWritable(
            f"Can't write to the folder {str(folder)!r}.",
            why=f"{error.strerror or error}.",
            fix="Set run_dir to a writable folder, or free some space. Then rerun this cell.",
        ) from error
    if search.recorded is None:
        remember_results(search, ensemble.weights)
    return _summary(result, _too_slow(ensemble, costs[None]))


def _also(search: Search, ensemble: Ensemble) -> dict[str, float]:
    y, validated = search.task.y[search.rows.development], search.rows.validated_mask
    threshold = 0.5 if ensemble.threshold is None else ensemble.threshold
    return score_extra_metrics(search.task, y[validated], ensemble.oof[validated], threshold)


def _result(
    search: Search, ensemble: Ensemble, holdout: Score | None, cost: Cost
) -> dict[str, Any]:
    return {
        "kind": "search",
        "metric": search.task.metric.name,
        "cv": ensemble.score.to_json(),
        "holdout": holdout.to_json() if holdout else None,
        "best": ensemble.name,
        "n_trials": len(search.trials),
        "search_s": round(search.budget.elapsed_s, 3),
        "only_baseline": search.has_only_baseline,
        "stopped": search.stopped,
        "replayed": search.recorded is not None,
        "advice": [*search.warnings, *_undefined_score(holdout), *ensemble.advice],
        "row_latency_ms": cost.row_latency_ms,
        "size_bytes": cost.size_bytes,
        "trial_scores": {
            str(trial.number): trial.score.value for trial in search.trials if trial.score
        },
    }


def _undefined_score(holdout: Score | None) -> list[str]:
    """Return a sentence if the metric is undefined on the holdout."""
    if holdout is None or holdout.undefined is None:
        return []
    rows = format_count(holdout.rows, "holdout row")
    sentence = (
        f"{holdout.metric} is undefined on the {rows}, because {holdout.undefined}. Judge the "
        "model by its out-of-fold score, or hold out more rows with --holdout."
    )
    return [sentence]


def _summary(result: dict[str, Any], too_slow: list[str]) -> TextTable:
    rows = [("best", result["best"])]
    for name, label in (("cv", "out of fold"), ("holdout", "on the holdout")):
        if score := result[name]:
            value = score["score"]
            text = "undefined" if value is None else format_score(value)
            rows.append((f"{score['metric']} {label}", text))
    rows += [("trials", str(result["n_trials"])), ("search", format_seconds(result["search_s"]))]
    rows += [
        ("latency per row", f"{result['row_latency_ms']:.3g} ms (p95)"),
        ("files", format_megabytes(result["size_bytes"])),
    ]
    notes = [*result["advice"], *too_slow]
    return TextTable("Search finished.", ("", ""), rows, notes=notes)


def _too_slow(ensemble: Ensemble, cost: Cost) -> list[str]:
    """Return a note if the final model exceeds the latency limit."""
    if ensemble.latency_choice is None or cost.row_latency_ms <= ensemble.latency_choice.limit_ms:
        return []
    latency_ms, limit_ms = cost.row_latency_ms, ensemble.latency_choice.limit_ms
    return [f"Predicting a row takes {latency_ms:.3g} ms (p95). The limit is {limit_ms:g} ms."]


def _out_of_fold(search: Search, ensemble: Ensemble) -> dict[str, Array]:
    """Return the predictions of the ensemble and its members per development row, as float64."""
    arrays: dict[str, Array] = {
        "rows": search.rows.development,
        "fold": search.rows.fold_ids,
        "y": search.task.y[search.rows.development],
        "ensemble": ensemble.oof,
    }
    for member in ensemble.members:
        arrays[f"trial_{member.result.trial.number}"] = member.result.scored_oof
    return arrays


def _write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_atomic(path, content.getvalue())


def _json(document: object) -> bytes:
    try:
        return dumps(document).encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate in a name can only be written as an escape
        return (json_text(document, indent=2) + "\n").encode("ascii")
