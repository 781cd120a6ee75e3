"""postprocess: calibrate a blend, choose its threshold and score it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.learn.advice import Rival, advice
from automl_magic.learn.blend import Ensemble, EnsembleMember
from automl_magic.learn.calibration import find_calibration
from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.threshold import MisclassificationCosts, best_threshold, cheapest_threshold
from automl_magic.recipe.combine import Blend, blend_predictions, calibrate_probabilities
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import SplitKind
from automl_magic.tasks import metrics

if TYPE_CHECKING:
    from automl_magic.learn.alternatives import LatencyChoice
    from automl_magic.learn.trial import TrialResult
    from automl_magic.learn.trials import Search

# If the search used only one fold, a calibration is checked on this many parts of its rows.
PARTS = 5


def postprocess_blend(
    search: Search,
    members: Sequence[EnsembleMember],
    blend: Blend,
    costs: MisclassificationCosts | None,
    *,
    notes: Sequence[str] = (),
    quick: LatencyChoice | None = None,
) -> Ensemble:
    """Calibrate a blend, choose its threshold, score it, and add notes and advice.

    A replayed search keeps the calibration and the threshold of its recipe. The number of seeds is
    chosen elsewhere.
    """
    task, validated, recorded = search.task, search.rows.validated_mask, search.recorded
    metric_name, y = task.metric.name, task.y[search.rows.development][validated]
    oof = blend_predictions(
        blend, [m.weight for m in members], [m.result.scored_oof for m in members]
    )
    if recorded is not None:
        calibration, why = recorded.calibration, ""
    else:
        calibration, why = find_calibration(
            metric_name, y, oof[validated], _parts(search), class_weight=task.class_weight
        )
    oof = calibrate_probabilities(calibration, oof) if calibration else oof
    blend_oof = oof[validated]
    if recorded is not None:
        threshold = recorded.threshold
    elif costs is not None:
        threshold = cheapest_threshold(y, blend_oof, costs)
    else:
        threshold = best_threshold(metric_name, y, blend_oof)
    cut = 0.5 if threshold is None else threshold
    score = metrics.make_score(metric_name, y, blend_oof, threshold=cut, seed=task.seed)
    all_notes = [*notes, *([quick.why] if quick else []), *_notes(blend, why, threshold)]
    if costs is not None:
        all_notes.append(_cost_note(costs, y, blend_oof, cut))
    return Ensemble(
        metric=task.metric,
        members=tuple(members),
        oof=oof,
        score=score,
        threshold=threshold,
        blend=blend,
        calibration=calibration,
        notes=tuple(all_notes),
        advice=tuple(_advice(search, members, Rival(blend_oof, score.value, threshold))),
        latency_choice=quick,
    )


def _notes(blend: Blend, calibration: str, threshold: float | None) -> list[str]:
    notes = []
    if blend is Blend.GEOMETRIC:
        notes.append("Blended by the weighted geometric mean of the members' probabilities.")
    if calibration:
        notes.append(calibration)
    if threshold is not None:
        notes.append(f"Rows with a probability of at least {threshold:.3f} get the second class.")
    return notes


def _cost_note(
    costs: MisclassificationCosts, y: Array, probabilities: Floats, threshold: float
) -> str:
    second = probabilities[:, 1]
    per_row = [
        f"{costs.per_row(y, second >= cut):.4g} {case}"
        for cut, case in (
            (threshold, "at this threshold"),
            (0.5, "at 0.5"),
            (-np.inf, "if all rows are yes"),
            (np.inf, "if all rows are no"),
        )
    ]
    return f"Expected cost per row, out of fold: {', '.join(per_row)}."


def _advice(search: Search, members: Sequence[EnsembleMember], best: Rival) -> list[str]:
    validated, loss = search.rows.validated_mask, search.task.metric.loss

    def rival(estimator: str) -> Rival | None:
        results = [result for result in search.results if result.trial.estimator == estimator]
        if not results or {m.result.trial.estimator for m in members} == {estimator}:
            return None
        best_result = min(results, key=lambda result: loss(_score(result)))
        return Rival(best_result.scored_oof[validated], _score(best_result), best_result.threshold)

    return advice(
        search.task.metric,
        search.task.y[search.rows.development][validated],
        best,
        baseline=rival(BASELINE),
        linear=rival("linear"),
        fold_ids=search.rows.fold_ids[0][validated],
        seed=search.task.seed,
    )


def _parts(search: Search) -> Array:
    """Return the fold of each validated row, or random parts if there is only one fold."""
    folds = search.rows.fold_ids[0][search.rows.validated_mask]
    independent = search.rows.split.kind in (SplitKind.STRATIFIED, SplitKind.KFOLD)
    if len(np.unique(folds)) > 1 or not independent:
        return folds
    return np.random.default_rng(search.task.seed).permutation(len(folds)) % PARTS


def _score(result: TrialResult) -> float:
    assert result.trial.score is not None
    return result.trial.score.value
