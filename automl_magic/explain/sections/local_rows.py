"""Explanations of single rows: the prediction, and each column's contribution."""

from __future__ import annotations

import dataclasses

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_value
from automl_magic.display.section_cell import SectionResult
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import (
    axis_label,
    format_cell,
    round_number,
    round_numbers,
    to_json_value,
)
from automl_magic.explain.section import ExplainPart, ExplainSection, section_metadata
from automl_magic.explain.select_rows import SelectedRow, select_rows
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.inspection import LocalExplanations, LocalRow

DRAWN_ROWS, DRAWN_COLUMNS = 2, 8
METHOD = (
    "The final model's prediction for each row, and its SHAP values. The rows were selected by "
    "predictions of models not trained on them. The final model was trained on them."
)


SECTION = ExplainSection(
    record=LocalExplanations,
    part=ExplainPart.REASONS,
    position=2,
)


@SECTION.cell
def local_rows(explainer: Explainer, /) -> SectionResult:
    """Show about 30 rows: those with large errors, low or high confidence, and random ones."""
    selected = select_rows(explainer)
    predicted = explainer.predict(explainer.rows([row.position for row in selected]))
    rows = tuple(
        _row(explainer, row, predicted[index : index + 1]) for index, row in enumerate(selected)
    )
    n_without_shap = sum(not row.shap for row in rows)
    notes = []
    if explainer.shap is None:
        notes.append("They have no SHAP values: the SHAP section was skipped or hasn't run.")
    elif n_without_shap:
        notes.append(f"{n_without_shap} of them have no SHAP values: the time ran out.")
    unit, scale = (
        (explainer.shap.unit, explainer.shap.scale) if explainer.shap else ("none", explainer.scale)
    )
    section = LocalExplanations(
        **section_metadata(
            METHOD,
            rows=len(rows),
            rows_are=f"{len(rows)} of {explainer.unseen.rows_are}",
            notes=notes,
        ),
        scale=scale,
        unit=unit,
        explained=rows,
    )
    return section, CellOutput(figure=_draw(explainer, section), tables=[_table(section)])


def _row(explainer: Explainer, selected: SelectedRow, predicted: Floats) -> LocalRow:
    recipe = explainer.recipe
    values = {
        name: explainer.disclosed(name, explainer.table[name][selected.position])
        for name in explainer.columns
    }
    if recipe.task.has_classes:
        code = int(explainer.codes(predicted)[0])
        output_index = 0 if explainer.has_two_classes else code
        truth = to_json_value(recipe.classes[int(explainer.y[selected.position])])
        prediction = to_json_value(recipe.classes[code])
        probabilities = round_numbers(predicted[0])
    else:
        output_index = 0
        truth = round_number(explainer.y[selected.position])
        prediction = round_number(predicted[0])
        probabilities = ()
    row = LocalRow(
        row=int(explainer.row_numbers[selected.position]),
        chosen_as=selected.reason_kind,
        why=selected.why,
        values=values,
        truth=truth,
        prediction=prediction,
        probabilities=probabilities,
        unseen=round_number(selected.unseen),
    )
    shap = explainer.shap.of(selected.position) if explainer.shap else None
    if explainer.shap is None or shap is None:
        return row
    base = float(explainer.shap.base[output_index])
    return dataclasses.replace(
        row,
        output=explainer.outputs[output_index],
        base_value=round_number(base),
        total=round_number(base + float(shap[:, output_index].sum())),
        shap=round_numbers(shap[:, output_index]),
    )


def _draw(explainer: Explainer, section: LocalExplanations) -> PngFigure | None:
    """Draw the waterfall charts of the first rows of two kinds."""
    kinds = {row.chosen_as: row for row in reversed(section.explained) if row.shap}
    rows = list(kinds.values())[-DRAWN_ROWS:][::-1]
    if not rows:
        return None
    figure, axes = plotting.panels(len(rows), width=5.0, height=3.8)
    summaries = []
    for ax, row in zip(axes, rows, strict=False):
        shap = np.array(row.shap)
        order = np.argsort(-np.abs(shap), kind="stable")
        top, others = order[:DRAWN_COLUMNS], order[DRAWN_COLUMNS:]
        steps = [float(shap[i]) for i in top]
        names = [f"{explainer.columns[i]} = {_of(row, explainer.columns[i])}" for i in top]
        if len(others):
            steps.append(float(shap[others].sum()))
            names.append(f"{len(others)} other columns")
        # From the base value at the bottom to the model's output at the top.
        ends = row.base_value + np.cumsum(steps[::-1])[::-1]
        starts = ends - steps
        colours = [plotting.COLOURS[1] if step > 0 else plotting.COLOURS[0] for step in steps]
        ax.barh(range(len(steps)), steps, left=starts, color=colours)
        for index, step in enumerate(steps):
            ax.annotate(
                f"{step:+.3g}",
                (max(starts[index], ends[index]), index),
                textcoords="offset points",
                xytext=(3, 0),
                va="center",
                fontsize=7,
            )
        ax.set_yticks(range(len(steps)), [axis_label(name, 30) for name in names], fontsize=7)
        ax.invert_yaxis()
        ax.margins(x=0.15)
        ax.axvline(row.base_value, color=plotting.FAINT, linewidth=0.8, linestyle=":")
        ax.set_title(f"Row {row.row} ({row.chosen_as.replace('_', ' ')})", fontsize=9)
        ax.set_xlabel(f"{section.unit}: {row.base_value:.3g} to {row.total:.3g}", fontsize=8)
        largest = ", ".join(
            f"{name} {step:+.3g}" for name, step in zip(names[:3], steps, strict=False)
        )
        summaries.append(f"row {row.row} ({row.why}): {largest}")
    return PngFigure.of(
        figure, f"Contributions to single predictions, by column. {'; '.join(summaries)}"
    )


def _of(row: LocalRow, name: str) -> str:
    return format_cell(row.values[name], 16)


def _table(section: LocalExplanations) -> TextTable:
    return TextTable(
        "Explained rows",
        ("Row", "Selected as", "True value", "Prediction", "Reason"),
        [
            (
                str(row.row),
                row.chosen_as.replace("_", " "),
                _format_prediction(row.truth),
                _format_prediction(row.prediction),
                row.why,
            )
            for row in section.explained
        ],
        frozenset({0}),
    )


def _format_prediction(value: object) -> str:
    return format_value(value) if isinstance(value, float) else format_cell(value, 24)
