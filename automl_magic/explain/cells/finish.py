"""finish: write the explanation, with `result.json` last to mark it as complete."""

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
    """Write `explanation.json`, then `result.json`, each atomically.

    Raises
    ------
    FolderNotWritable
        If the folder can't be written to.
    """
    folder = Path(run_dir).absolute()
    explanation = explanation_of(subject, run_id=folder.name)
    result = {
        "kind": "explain",
        "of_run": explanation.of_run,
        "explanation": EXPLANATION_NAME,
        "sections": list(explanation.sections),
        "skipped": {skipped.section: skipped.why for skipped in explanation.skipped},
        "explain_s": explanation.seconds,
        "metrics": headline(subject, explanation),
        "data_fingerprint": explanation.data_fingerprint,
    }
    # On one line: the file has about 200,000 numbers.
    content = dumps(explanation.to_json(), indent=None).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / EXPLANATION_NAME, content)
        write_atomic(folder / "result.json", dumps(result).encode())
    except OSError as error:
        raise FolderNotWritable(
            f"Can't write to the folder {str(folder)!r}.",
            why=f"{error.strerror or error}.",
            fix="Set run_dir to a writable folder, or free some space. Then run this cell again.",
        ) from error
    return _summary(explanation, len(content))


def explanation_of(subject: Subject, *, run_id: str) -> Explanation:
    """Return the explanation as a record, with the reason for each missing section."""
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
            subject.sections[section.name]
            for section in sections()
            if section.name in subject.sections
        ),
        skipped=_skipped(subject),
    )


def headline(subject: Subject, explanation: Explanation) -> dict[str, float]:
    """Return the numbers that compare explanations of models."""
    numbers: dict[str, float | None] = {
        f"unseen_{explanation.metric}": explanation.unseen.score.score
    }
    for section in subject.sections.values():
        numbers |= section.headline()
    return {name: value for name, value in numbers.items() if value is not None}


def _skipped(subject: Subject) -> tuple[Skipped, ...]:
    not_run = "Its cell was removed or hasn't run."
    return tuple(
        subject.skipped.get(section.name)
        or Skipped(
            section=section.name,
            why=section.lacks(subject.recipe.task) or not_run,
            cell_id="finish",
        )
        for section in sections()
        if section.name not in subject.sections
    )


def _summary(explanation: Explanation, size: int) -> CellOutput:
    score = explanation.unseen.score
    rows: list[tuple[str, Any]] = [
        (f"{score.metric} on unseen rows", f"{format_value(score.score)} on {score.rows:,} rows")
    ]
    if (shap := explanation.section(Shap)) is not None:
        top = [shown(section.column) for section in shap.columns[:TOP_COLUMNS]]
        rows.append(("most important columns", ", ".join(top)))
    if (calibration := explanation.section(Calibration)) is not None:
        rows.append(("expected calibration error", measured(calibration.ece)))
    if (fairness := explanation.section(Fairness)) is not None:
        rows += [
            (f"largest gap by {shown(column.column)}", f"{gap.name}: {measured(gap.measure)}")
            for column in fairness.columns
            for gap in column.gaps[:1]
        ]
    rows += [
        ("sections", f"{len(explanation.sections)}, in {explanation.seconds:.0f} s"),
        ("file", f"{EXPLANATION_NAME}, {size / 1e6:.2f} MB"),
    ]
    table = TextTable("The explanation is finished.", ("", ""), rows)
    # Don't mention sections that the task can't have.
    task_reasons = {need.otherwise for section in sections() for need in section.needs}
    notes = [
        f"No {section.section}: {section.why}"
        for section in explanation.skipped
        if section.why not in task_reasons
    ]
    return CellOutput(tables=[table], said=notes)
