"""finish: write the explanation, with `result.json` last to mark it as complete."""

from __future__ import annotations

import os
from pathlib import Path

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_score_interval
from automl_magic.display.text_table import TextTable
from automl_magic.errors import FolderNotWritable
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import format_cell, format_measure, to_json_value
from automl_magic.explain.sections import sections
from automl_magic.files.atomic import write_atomic
from automl_magic.records.codec import dumps
from automl_magic.records.explanations.evaluation import Calibration, Fairness
from automl_magic.records.explanations.explanation import (
    EXPLANATION_NAME,
    Explanation,
    SkippedSection,
    documents_of,
)
from automl_magic.records.explanations.inspection import Shap
from automl_magic.tasks.metrics import METRICS

TOP_COLUMNS = 5


def finish(explainer: Explainer, /, *, run_dir: str | os.PathLike[str]) -> CellOutput:
    """Write `explanation.json`, then `result.json`, each atomically.

    Raises
    ------
    FolderNotWritable
        If the folder can't be written to.
    """
    folder = Path(run_dir).absolute()
    explanation = explanation_of(explainer, run_id=folder.name)
    result = {
        "kind": "explain",
        "of_run": explanation.of_run,
        "explanation": EXPLANATION_NAME,
        "sections": list(explanation.sections),
        "skipped": {skipped.section: skipped.why for skipped in explanation.skipped},
        "explain_s": explanation.seconds,
        "metrics": headline(explainer, explanation),
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


def explanation_of(explainer: Explainer, *, run_id: str) -> Explanation:
    """Return the explanation as a record, with the reason for each missing section."""
    recipe, metric = explainer.recipe, METRICS[explainer.recipe.metric]
    return Explanation(
        run_id=run_id,
        of_run=explainer.folder.name,
        model_sha256=explainer.model_sha256,
        data_fingerprint=explainer.data_fingerprint,
        task=recipe.task,
        target=recipe.target,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        classes=tuple(to_json_value(label) for label in recipe.classes),
        output=explainer.output,
        threshold=explainer.model.threshold if explainer.has_two_classes else None,
        seed=recipe.seed,
        budget_s=float(explainer.clock.budget_s),
        seconds=round(explainer.clock.elapsed_s, 3),
        sensitive=explainer.sensitive,
        immutable=explainer.immutable,
        columns=explainer.ranges,
        unseen=explainer.unseen_record,
        sections=documents_of(
            explainer.sections[section.name]
            for section in sections()
            if section.name in explainer.sections
        ),
        skipped=_skipped(explainer),
    )


def headline(explainer: Explainer, explanation: Explanation) -> dict[str, float]:
    """Return the numbers that compare explanations of models."""
    numbers: dict[str, float | None] = {
        f"unseen_{explanation.metric}": explanation.unseen.score.score
    }
    for section in explainer.sections.values():
        numbers |= section.headline()
    return {name: value for name, value in numbers.items() if value is not None}


def _skipped(explainer: Explainer) -> tuple[SkippedSection, ...]:
    not_run = "Its cell was removed or hasn't run."
    return tuple(
        explainer.skipped.get(section.name)
        or SkippedSection(
            section=section.name,
            why=section.unavailable_reason(explainer.recipe.task) or not_run,
            cell_id="finish",
        )
        for section in sections()
        if section.name not in explainer.sections
    )


def _summary(explanation: Explanation, size: int) -> CellOutput:
    score = explanation.unseen.score
    rows: list[tuple[str, str]] = [
        (f"{score.metric} on unseen rows", f"{format_score_interval(score)}, {score.rows:,} rows")
    ]
    if (shap := explanation.section(Shap)) is not None:
        top = [format_cell(section.column) for section in shap.columns[:TOP_COLUMNS]]
        rows.append(("most important columns", ", ".join(top)))
    if (calibration := explanation.section(Calibration)) is not None:
        rows.append(("expected calibration error", format_measure(calibration.ece)))
    if (fairness := explanation.section(Fairness)) is not None:
        rows += [
            (
                f"largest gap by {format_cell(column.column)}",
                f"{gap.name}: {format_measure(gap.measure)}",
            )
            for column in fairness.columns
            for gap in column.gaps[:1]
        ]
    rows += [
        ("sections", f"{len(explanation.sections)}, in {explanation.seconds:.0f} s"),
        ("file", f"{EXPLANATION_NAME}, {size / 1e6:.2f} MB"),
    ]
    table = TextTable("The explanation is finished.", ("", ""), rows)
    # Don't mention sections that the task can't have.
    task_reasons = {need.reason for section in sections() for need in section.requirements}
    notes = [
        f"No {section.section}: {section.why}"
        for section in explanation.skipped
        if section.why not in task_reasons
    ]
    return CellOutput(tables=[table], notes=notes)
