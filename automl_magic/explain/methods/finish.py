"""finish: write the explanation down; `result.json` last, as the mark of its end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from automl_magic.errors import FolderNotWritable
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import measured, number, plain, shown
from automl_magic.files.atomic import write_atomic
from automl_magic.look.shown import Shown, Table
from automl_magic.records.codec import dumps
from automl_magic.records.explanations.explanation import (
    EXPLANATION_NAME,
    SECTIONS,
    Explanation,
    Skipped,
)
from automl_magic.tasks.metrics import METRICS

TOP_COLUMNS = 5
OF_CLASSES = {
    "residuals": "Classes have no residuals; see calibration and the confusion matrix.",
}
OF_VALUES = {
    "curves": "A regression has no probabilities to rank rows by.",
    "thresholds": "Only two classes have a threshold.",
    "confusion": "A regression predicts no classes.",
    "calibration": "A regression has no probabilities to be calibrated.",
}
OF_MANY = {"thresholds": "Only two classes have a threshold."}


def finish(subject: Subject, /, *, run_dir: str | os.PathLike[str]) -> Shown:
    """Write `explanation.json`, then `result.json`, each whole.

    Raises
    ------
    FolderNotWritable
    """
    folder = Path(run_dir).absolute()
    found = explanation_of(subject, run_id=folder.name)
    result = {
        "kind": "explain",
        "of_run": found.of_run,
        "explanation": EXPLANATION_NAME,
        "sections": list(found.sections),
        "skipped": {one.section: one.why for one in found.skipped},
        "explain_s": found.seconds,
        "metrics": headline(found),
        "data_fingerprint": found.data_fingerprint,
    }
    # On one line: two hundred thousand numbers are not read line by line.
    content = dumps(found.to_json(), indent=None).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / EXPLANATION_NAME, content)
        write_atomic(folder / "result.json", dumps(result).encode())
    except OSError as error:
        raise FolderNotWritable(
            f"The folder {str(folder)!r} cannot be written.",
            why=f"{error.strerror or error}.",
            fix="Set run_dir to a folder of yours, or free some space, and run this cell again.",
        ) from error
    return _summary(found, len(content))


def explanation_of(subject: Subject, *, run_id: str) -> Explanation:
    """Return all that was found, as a record; of each section that is not there, why."""
    recipe, metric = subject.recipe, METRICS[subject.recipe.metric]
    sections: dict[str, Any] = dict(subject.sections)
    return Explanation(
        run_id=run_id,
        of_run=subject.folder.name,
        model_sha256=subject.model_sha256,
        data_fingerprint=subject.data_fingerprint,
        task=recipe.task,
        target=recipe.target,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        classes=tuple(plain(label) for label in recipe.classes),
        output=subject.output,
        threshold=subject.model.threshold if subject.is_binary else None,
        seed=recipe.seed,
        budget_s=float(subject.clock.budget_s),
        seconds=round(subject.clock.elapsed_s, 3),
        sensitive=subject.sensitive,
        immutable=subject.immutable,
        columns=subject.ranges,
        unseen=subject.unseen_record,
        skipped=_skipped(subject),
        **sections,
    )


def headline(found: Explanation) -> dict[str, float]:
    """Return the numbers by which explanations of models are compared."""
    numbers: dict[str, float | None] = {f"unseen_{found.metric}": found.unseen.score.score}
    if found.calibration is not None:
        numbers["ece"] = found.calibration.ece.value
        numbers["brier"] = found.calibration.brier.value
    if found.curves is not None and len(found.curves.classes) == 1:
        only = found.curves.classes[0]
        numbers["unseen_roc_auc"] = only.roc.auc.value
        numbers["unseen_average_precision"] = only.precision_recall.average_precision.value
    if found.thresholds is not None:
        numbers["cost_per_row"] = found.thresholds.chosen_cost_per_row
    if found.residuals is not None:
        numbers["mean_residual"] = found.residuals.mean.value
        numbers["mean_absolute_residual"] = found.residuals.mean_absolute.value
    if found.fairness is not None:
        # The widest of the columns: a name of a column is no name of a metric.
        for column in found.fairness.columns:
            for gap in column.gaps:
                worst = min if gap.name.endswith("ratio") else max
                values = (numbers.get(gap.name), gap.measure.value)
                numbers[gap.name] = worst(value for value in values if value is not None)
    return {name: value for name, value in numbers.items() if value is not None}


def _skipped(subject: Subject) -> tuple[Skipped, ...]:
    of_task: dict[str, str] = OF_VALUES
    if subject.recipe.task.has_classes:
        of_task = OF_CLASSES if subject.is_binary else {**OF_CLASSES, **OF_MANY}
    found = []
    for name in SECTIONS:
        if name in subject.sections:
            continue
        why = of_task.get(name, "Its cell was left out, or has not run.")
        found.append(subject.skipped.get(name) or Skipped(section=name, why=why, cell_id="finish"))
    return tuple(found)


def _summary(found: Explanation, size: int) -> Shown:
    score = found.unseen.score
    rows: list[tuple[str, Any]] = [
        (f"{score.metric} on unseen rows", f"{number(score.score)} on {score.rows:,} rows")
    ]
    if found.shap is not None:
        top = [shown(one.column) for one in found.shap.columns[:TOP_COLUMNS]]
        rows.append(("columns that move it most", ", ".join(top)))
    if found.calibration is not None:
        rows.append(("expected calibration error", measured(found.calibration.ece)))
    if found.fairness is not None:
        rows += [
            (f"widest gap by {shown(column.column)}", f"{gap.name}: {measured(gap.measure)}")
            for column in found.fairness.columns
            for gap in column.gaps[:1]
        ]
    rows += [
        ("sections", f"{len(found.sections)}, in {found.seconds:.0f} s"),
        ("file", f"{EXPLANATION_NAME}, {size / 1e6:.2f} MB"),
    ]
    table = Table("The explanation is finished.", ("", ""), rows)
    # That a regression has no curves is no news.
    of_the_task = {*OF_CLASSES.values(), *OF_VALUES.values(), *OF_MANY.values()}
    said = [f"No {one.section}: {one.why}" for one in found.skipped if one.why not in of_the_task]
    return Shown(tables=[table], said=said)
