"""The explanation of a model as plain text."""

from __future__ import annotations

from automl_magic.cli.words.table import text_table
from automl_magic.look.numbers import file_size, number, score_text, seconds
from automl_magic.look.text import safe
from automl_magic.records import Explanation, TaskKind
from automl_magic.records.explanations.explained import Permutation, Shap
from automl_magic.records.explanations.measured import (
    Calibration,
    Fairness,
    Residuals,
    Thresholds,
)
from automl_magic.runs.outcome import Explained

TOP_COLUMNS = 8


def explanation(result: Explained) -> str:
    """Format an explanation: calibration, fairness, importance and the files."""
    of_run, record = safe(result.of_run), result.explanation
    if record is None:
        return (
            f"Run {safe(result.outcome.run.run_id)} was "
            f"{result.outcome.run.status.value}.\nTry again: automl explain {of_run}"
        )
    size = result.path.stat().st_size if result.path else None
    lines = [f"Explained the model of run {of_run} in {seconds(result.outcome.wall_s)}."]
    score = record.unseen.score
    rows = f"{score.rows:,} rows ({record.unseen.source.replace('_', ' ')})"
    lines.append(f"  on unseen rows   {safe(score.metric)} {score_text(score)} on {rows}")
    lines += [*_trust(record), *_fairness(record), *_columns(record)]
    lines += [
        f"Skipped {skipped.section}: {safe(skipped.why)}"
        for skipped in record.skipped
        if _suits(skipped.section, record.task)
    ]
    lines += [
        "",
        f"  notebook     {safe(result.outcome.notebook)}",
        f"  explanation  {safe(result.path)} ({file_size(size)})",
        f"Next: automl app explain {of_run}",
    ]
    return "\n".join(lines)


def _trust(record: Explanation) -> list[str]:
    lines = []
    if (calibration := record.section(Calibration)) is not None:
        ece = calibration.ece
        interval = (
            f" [{number(ece.low)}, {number(ece.high)}]"
            if ece.low is not None and ece.high is not None
            else ""
        )
        lines.append(f"  calibration      mean error {number(ece.value)}{interval} (ECE)")
    if (thresholds := record.section(Thresholds)) is not None:
        assumption = "" if thresholds.costs_were_given else " if every error costs 1"
        lines.append(
            f"  threshold        {number(thresholds.chosen)} costs "
            f"{number(thresholds.chosen_cost_per_row)} per row{assumption} (lowest cost: "
            f"{number(thresholds.cheapest_cost_per_row)} at {number(thresholds.cheapest)})"
        )
    if (residuals := record.section(Residuals)) is not None:
        quantiles = dict(zip(residuals.levels, residuals.quantiles, strict=True))
        lines.append(
            f"  residuals        mean {number(residuals.mean.value)}, 90% between "
            f"{number(quantiles.get(0.05))} and {number(quantiles.get(0.95))}"
        )
    return lines


def _fairness(record: Explanation) -> list[str]:
    if (fairness := record.section(Fairness)) is None:
        return []
    lines = []
    for column in fairness.columns:
        for gap in column.gaps:
            if gap.kept is False or gap is column.gaps[0]:
                broken = f", outside the limit of {gap.limit:g}" if gap.kept is False else ""
                name = gap.name.replace("_", " ")
                lines.append(
                    f"  fairness         {name} by {safe(column.column, 40)}: "
                    f"{number(gap.measure.value)}{broken}"
                )
    return lines


def _columns(record: Explanation) -> list[str]:
    if (shap := record.section(Shap)) is None:
        return []
    top = shap.columns[:TOP_COLUMNS]
    shuffled = {}
    if (permutation := record.section(Permutation)) is not None:
        shuffled = {column.column: column.increase for column in permutation.columns}
    headings = ("Column", f"Mean |SHAP| ({shap.unit})", f"{record.metric} lost if shuffled")
    rows = [
        (safe(column.column, 40), number(column.mean_abs), number(shuffled.get(column.column)))
        for column in top
    ]
    return ["", text_table(headings, rows, right=(1, 2))]


def _suits(name: str, task: TaskKind) -> bool:
    """Return whether a task can have a section. A regression never has a ROC curve."""
    from automl_magic.explain.sections import sections

    return all(section.lacks(task) is None for section in sections() if section.name == name)
