"""settle: what is left to choose once the members of a blend are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.advice import Rival, advice
from automl_magic.learn.blend import Ensemble, EnsembleMember
from automl_magic.learn.calibration import find_calibration
from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.threshold import Costs, best_threshold, cheapest_threshold
from automl_magic.recipe.combine import Blend, blended, calibrated
from automl_magic.records import Score, SplitKind
from automl_magic.tasks import metrics

if TYPE_CHECKING:
    from automl_magic.learn.alternatives import Quick
    from automl_magic.learn.trial import Scored
    from automl_magic.learn.trials import Search

# Where the folds of the search are one, a calibration is judged on so many parts of its rows.
PARTS = 5


def settle(
    search: Search,
    members: Sequence[EnsembleMember],
    blend: Blend,
    costs: Costs | None,
    *,
    notes: Sequence[str] = (),
    quick: Quick | None = None,
) -> Ensemble:
    """Calibrate a blend, choose its threshold, score it, and say what there is to say.

    A replayed search keeps the calibration and the threshold of its recipe. Nothing is decided
    here about seeds.
    """
    task, validated, recorded = search.task, search.rows.validated, search.recorded
    name, y = task.metric.name, task.y[search.rows.development][validated]
    oof = blended(blend, [m.weight for m in members], [m.scored.oof for m in members])
    if recorded is not None:
        calibration, why = recorded.calibration, ""
    else:
        calibration, why = find_calibration(
            name, y, oof[validated], _parts(search), class_weight=task.class_weight
        )
    oof = calibrated(calibration, oof) if calibration else oof
    blend_oof = oof[validated]
    if recorded is not None:
        threshold = recorded.threshold
    elif costs is not None:
        threshold = cheapest_threshold(y, blend_oof, costs)
    else:
        threshold = best_threshold(name, y, blend_oof)
    at = 0.5 if threshold is None else threshold
    low, high = metrics.interval(name, y, blend_oof, threshold=at, seed=task.seed)
    measured = metrics.score(name, y, blend_oof, threshold=at)
    said = [*notes, *([quick.why] if quick else []), *_said(blend, why, threshold)]
    if costs is not None:
        said.append(_cost_note(costs, y, blend_oof, at))
    return Ensemble(
        metric=task.metric,
        members=tuple(members),
        oof=oof,
        score=Score(metric=name, score=measured, rows=len(y), low=low, high=high),
        threshold=threshold,
        blend=blend,
        calibration=calibration,
        notes=tuple(said),
        advice=tuple(_advice(search, members, Rival(blend_oof, measured, threshold))),
        quick=quick,
    )


def _said(blend: Blend, calibration: str, threshold: float | None) -> list[str]:
    said = []
    if blend is Blend.GEOMETRIC:
        said.append("Blended by the weighted geometric mean of the members' probabilities.")
    if calibration:
        said.append(calibration)
    if threshold is not None:
        said.append(f"Label: the second class from a probability of {threshold:.3f} on.")
    return said


def _cost_note(costs: Costs, y: Any, probabilities: Any, threshold: float) -> str:
    second = probabilities[:, 1]
    per_row = [
        f"{costs.per_row(y, second >= cut):.4g} {words}"
        for cut, words in (
            (threshold, "from this threshold on"),
            (0.5, "from 0.5 on"),
            (-np.inf, "saying yes to all"),
            (np.inf, "saying no to all"),
        )
    ]
    return f"Expected cost of a row, out of fold: {', '.join(per_row)}."


def _advice(search: Search, members: Sequence[EnsembleMember], best: Rival) -> list[str]:
    validated, loss = search.rows.validated, search.task.metric.loss

    def rival(estimator: str) -> Rival | None:
        found = [scored for scored in search.scored if scored.trial.estimator == estimator]
        if not found or {m.scored.trial.estimator for m in members} == {estimator}:
            return None
        one = min(found, key=lambda scored: loss(_score(scored)))
        return Rival(one.oof[validated], _score(one), one.threshold)

    return advice(
        search.task.metric,
        search.task.y[search.rows.development][validated],
        best,
        baseline=rival(BASELINE),
        linear=rival("linear"),
        fold_ids=search.rows.fold_ids[0][validated],
        seed=search.task.seed,
    )


def _parts(search: Search) -> Any:
    """Return the fold of each validated row; parts at random, where there is but one fold."""
    folds = search.rows.fold_ids[0][search.rows.validated]
    independent = search.rows.split.kind in (SplitKind.STRATIFIED, SplitKind.KFOLD)
    if len(np.unique(folds)) > 1 or not independent:
        return folds
    return np.random.default_rng(search.task.seed).permutation(len(folds)) % PARTS


def _score(scored: Scored) -> float:
    assert scored.trial.score is not None
    return scored.trial.score.score
