"""finish: write the explanation down; `result.json` last, as the mark of its end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from automl_magic.errors import FolderNotWritable
from automl_magic.explain.sections import sections
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import measured, plain, shown
from automl_magic.files.atomic import write_atomic
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.numbers import format_value
from automl_magic.look.text_table import TextTable
from automl_magic.records.codec import dumps
from automl_magic.records.explanations.explained import Shap
from automl_magic.records.explanations.explanation import (
    EXPLANATION_NAME,
    Explanation,
    Skipped,
    documents_of,
)
from automl_magic.records.explanations.measured import Calibration, Fairness
from automl_magic.tasks.metrics import METRICS

TOP_COLUMNS = 5


def finish(subject: Subject, /, *, run_dir: str | os.PathLike[str]) -> CellOutput:
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
        "metrics": headline(subject, found),
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
        threshold=subject.model.threshold if subject.has_two_classes else None,
        seed=recipe.seed,
        budget_s=float(subject.clock.budget_s),
        seconds=round(subject.clock.elapsed_s, 3),
        sensitive=subject.sensitive,
        immutable=subject.immutable,
        columns=subject.ranges,
        unseen=subject.unseen_record,
        sections=documents_of(
            subject.sections[one.name] for one in sections() if one.name in subject.sections
        ),
        skipped=_skipped(subject),
    )


def headline(subject: Subject, found: Explanation) -> dict[str, float]:
    """Return the numbers by which explanations of models are compared."""
    numbers: dict[str, float | None] = {f"unseen_{found.metric}": found.unseen.score.score}
    for section in subject.sections.values():
        numbers |= section.headline()
    return {name: value for name, value in numbers.items() if value is not None}


def _skipped(subject: Subject) -> tuple[Skipped, ...]:
    left_out = "Its cell was left out, or has not run."
    return tuple(
        subject.skipped.get(one.name)
        or Skipped(
            section=one.name,
            why=one.lacks(subject.recipe.task) or left_out,
            cell_id="finish",
        )
        for one in sections()
        if one.name not in subject.sections
    )


def _summary(found: Explanation, size: int) -> CellOutput:
    score = found.unseen.score
    rows: list[tuple[str, Any]] = [
        (f"{score.metric} on unseen rows", f"{format_value(score.score)} on {score.rows:,} rows")
    ]
    if (shap := found.section(Shap)) is not None:
        top = [shown(one.column) for one in shap.columns[:TOP_COLUMNS]]
        rows.append(("columns that move it most", ", ".join(top)))
    if (calibration := found.section(Calibration)) is not None:
        rows.append(("expected calibration error", measured(calibration.ece)))
    if (fairness := found.section(Fairness)) is not None:
        rows += [
            (f"widest gap by {shown(column.column)}", f"{gap.name}: {measured(gap.measure)}")
            for column in fairness.columns
            for gap in column.gaps[:1]
        ]
    rows += [
        ("sections", f"{len(found.sections)}, in {found.seconds:.0f} s"),
        ("file", f"{EXPLANATION_NAME}, {size / 1e6:.2f} MB"),
    ]
    table = TextTable("The explanation is finished.", ("", ""), rows)
    # That a regression has no curves is no news.
    of_the_task = {need.otherwise for one in sections() for need in one.needs}
    said = [f"No {one.section}: {one.why}" for one in found.skipped if one.why not in of_the_task]
    return CellOutput(tables=[table], said=said)
