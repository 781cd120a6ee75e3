"""What was found out about a model, in plain text."""

from __future__ import annotations

from automl_magic.cli.words.table import text_table
from automl_magic.look.numbers import file_size, number, score_text, seconds
from automl_magic.look.text import safe
from automl_magic.records import Explanation
from automl_magic.records.explanations.explained import Permutation, Shap
from automl_magic.records.explanations.measured import (
    Calibration,
    Fairness,
    Residuals,
    Thresholds,
)
from automl_magic.runs.outcome import Explained

TOP_COLUMNS = 8


def explanation(explained: Explained) -> str:
    """Say what moves the model, how honest it is, whom it treats how, and where to look."""
    of_run, found = safe(explained.of_run), explained.explanation
    if found is None:
        return (
            f"Run {safe(explained.outcome.run.run_id)} was "
            f"{explained.outcome.run.status.value}.\nExplain again: automl explain {of_run}"
        )
    size = explained.path.stat().st_size if explained.path else None
    lines = [f"The model of run {of_run} is explained, in {seconds(explained.outcome.wall_s)}."]
    score = found.unseen.score
    rows = f"{score.rows:,} rows ({found.unseen.source.replace('_', ' ')})"
    lines.append(f"  on unseen rows   {safe(score.metric)} {score_text(score)} on {rows}")
    lines += [*_trust(found), *_fairness(found), *_columns(found)]
    lines += [f"No {one.section}: {safe(one.why)}" for one in found.skipped if _matters(one.why)]
    lines += [
        "",
        f"  notebook     {safe(explained.outcome.notebook)}",
        f"  explanation  {safe(explained.path)} ({file_size(size)})",
        f"Next: automl app explain {of_run}",
    ]
    return "\n".join(lines)


def _trust(found: Explanation) -> list[str]:
    lines = []
    if (calibration := found.section(Calibration)) is not None:
        off = calibration.ece
        between = (
            f" [{number(off.low)}, {number(off.high)}]"
            if off.low is not None and off.high is not None
            else ""
        )
        lines.append(f"  calibration      off by {number(off.value)}{between} on average (ECE)")
    if (thresholds := found.section(Thresholds)) is not None:
        given = "" if thresholds.costs_were_given else ", where a mistake costs 1"
        lines.append(
            f"  threshold        {number(thresholds.chosen)} costs "
            f"{number(thresholds.chosen_cost_per_row)} a row{given}; the cheapest, "
            f"{number(thresholds.cheapest)}, {number(thresholds.cheapest_cost_per_row)}"
        )
    if (residuals := found.section(Residuals)) is not None:
        at = dict(zip(residuals.levels, residuals.quantiles, strict=True))
        lines.append(
            f"  residuals        mean {number(residuals.mean.value)}; 90 % from "
            f"{number(at.get(0.05))} to {number(at.get(0.95))}"
        )
    return lines


def _fairness(found: Explanation) -> list[str]:
    if (fairness := found.section(Fairness)) is None:
        return []
    lines = []
    for column in fairness.columns:
        for gap in column.gaps:
            if gap.kept is False or gap is column.gaps[0]:
                broken = f", beyond the limit of {gap.limit:g}" if gap.kept is False else ""
                name = gap.name.replace("_", " ")
                lines.append(
                    f"  fairness         {name} by {safe(column.column, 40)}: "
                    f"{number(gap.measure.value)}{broken}"
                )
    return lines


def _columns(found: Explanation) -> list[str]:
    if (shap := found.section(Shap)) is None:
        return []
    top = shap.columns[:TOP_COLUMNS]
    shuffled = {}
    if (permutation := found.section(Permutation)) is not None:
        shuffled = {one.column: one.increase for one in permutation.columns}
    heads = ("Column", f"mean |SHAP| ({shap.unit})", f"loss of {found.metric} if shuffled")
    rows = [
        (safe(one.column, 40), number(one.mean_abs), number(shuffled.get(one.column)))
        for one in top
    ]
    return ["", text_table(heads, rows, right=(1, 2))]


def _matters(why: str) -> bool:
    # That a regression has no curves is no news.
    return not why.startswith(("A regression", "Classes", "Only two classes"))
