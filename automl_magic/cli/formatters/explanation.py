"""The explanation of a model as plain text."""

from __future__ import annotations

from automl_magic.cli.formatters.table import format_table
from automl_magic.display.numbers import (
    format_file_size,
    format_number,
    format_score_interval,
    format_seconds,
)
from automl_magic.display.text import printable
from automl_magic.records import Explanation, TaskKind
from automl_magic.records.explanations.evaluation import (
    Calibration,
    Fairness,
    Residuals,
    ThresholdCurve,
)
from automl_magic.records.explanations.inspection import PermutationImportance, Shap
from automl_magic.runs.outcome import ExplainResult

TOP_COLUMNS = 8


def format_explanation(result: ExplainResult) -> str:
    """Format an explanation: calibration, fairness, importance and the files."""
    of_run, record = printable(result.of_run), result.explanation
    if record is None:
        return (
            f"Run {printable(result.outcome.run.run_id)} was "
            f"{result.outcome.run.status.value}.\nTry again: automl explain {of_run}"
        )
    size = result.path.stat().st_size if result.path else None
    lines = [f"Explained the model of run {of_run} in {format_seconds(result.outcome.wall_s)}."]
    score = record.unseen.score
    rows = f"{score.rows:,} rows ({record.unseen.source.replace('_', ' ')})"
    lines.append(
        f"  on unseen rows   {printable(score.metric)} {format_score_interval(score)} on {rows}"
    )
    lines += [*_trust(record), *_fairness(record), *_columns(record)]
    lines += [
        f"Skipped {skipped.section}: {printable(skipped.why)}"
        for skipped in record.skipped
        if _suits(skipped.section, record.task)
    ]
    lines += [
        "",
        f"  notebook     {printable(result.outcome.notebook)}",
        f"  explanation  {printable(result.path)} ({format_file_size(size)})",
        f"Next: automl app explain {of_run}",
    ]
    return "\n".join(lines)


def _trust(record: Explanation) -> list[str]:
    lines = []
    if (calibration := record.section(Calibration)) is not None:
        ece = calibration.ece
        interval = (
            f" [{format_number(ece.low)}, {format_number(ece.high)}]"
            if ece.low is not None and ece.high is not None
            else ""
        )
        lines.append(f"  calibration      mean error {format_number(ece.value)}{interval} (ECE)")
    if (thresholds := record.section(ThresholdCurve)) is not None:
        assumption = "" if thresholds.costs_were_given else " if every error costs 1"
        lines.append(
            f"  threshold        {format_number(thresholds.chosen)} costs "
            f"{format_number(thresholds.chosen_cost_per_row)} per row{assumption} (lowest cost: "
            f"{format_number(thresholds.cheapest_cost_per_row)} at "
            f"{format_number(thresholds.cheapest)})"
        )
    if (residuals := record.section(Residuals)) is not None:
        quantiles = dict(zip(residuals.levels, residuals.quantiles, strict=True))
        lines.append(
            f"  residuals        mean {format_number(residuals.mean.value)}, 90% between "
            f"{format_number(quantiles.get(0.05))} and {format_number(quantiles.get(0.95))}"
        )
    return lines


def _fairness(record: Explanation) -> list[str]:
    if (fairness := record.section(Fairness)) is None:
        return []
    lines = []
    for column in fairness.columns:
        for gap in column.gaps:
            if gap.within_limit is False or gap is column.gaps[0]:
                broken = (
                    f", outside the limit of {gap.limit:g}" if gap.within_limit is False else ""
                )
                name = gap.name.replace("_", " ")
                lines.append(
                    f"  fairness         {name} by {printable(column.column, 40)}: "
                    f"{format_number(gap.measure.value)}{broken}"
                )
    return lines


def _columns(record: Explanation) -> list[str]:
    if (shap := record.section(Shap)) is None:
        return []
    top = shap.columns[:TOP_COLUMNS]
    shuffled = {}
    if (permutation := record.section(PermutationImportance)) is not None:
        shuffled = {column.column: column.increase for column in permutation.columns}
    headings = ("Column", f"Mean |SHAP| ({shap.unit})", f"{record.metric} lost if shuffled")
    rows = [
        (
            printable(column.column, 40),
            format_number(column.mean_abs),
            format_number(shuffled.get(column.column)),
        )
        for column in top
    ]
    return ["", format_table(headings, rows, right=(1, 2))]


def _suits(name: str, task: TaskKind) -> bool:
    """Return whether a task can have a section. A regression never has a ROC curve."""
    from automl_magic.explain.sections import sections

    return all(
        section.unavailable_reason(task) is None for section in sections() if section.name == name
    )
