"""Explanations of single rows: the prediction, and each column's contribution."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.choose import Chosen, chosen_rows
from automl_magic.explain.section import ExplainSection, Part, section_metadata
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import all_rounded, on_axis, plain, rounded, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.numbers import format_value
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text_table import TextTable
from automl_magic.records.explanations.explained import Local, LocalRow

DRAWN_ROWS, DRAWN_COLUMNS = 2, 8
METHOD = (
    "The final model's prediction for each row, and its SHAP values. The rows were selected by "
    "predictions of models not trained on them. The final model was trained on them."
)


SECTION = ExplainSection(
    record=Local,
    part=Part.REASONS,
    place=2,
)


@SECTION.cell
def local_rows(subject: Subject, /) -> SectionResult:
    """Show about 30 rows: those with large errors, low or high confidence, and random ones."""
    selected = chosen_rows(subject)
    predicted = subject.predict(subject.rows([row.position for row in selected]))
    rows = tuple(
        _row(subject, row, predicted[index : index + 1]) for index, row in enumerate(selected)
    )
    n_without_shap = sum(not row.shap for row in rows)
    notes = []
    if subject.shap is None:
        notes.append("They have no SHAP values: the SHAP section was skipped or hasn't run.")
    elif n_without_shap:
        notes.append(f"{n_without_shap} of them have no SHAP values: the time ran out.")
    unit, scale = (
        (subject.shap.unit, subject.shap.scale) if subject.shap else ("none", subject.scale)
    )
    section = Local(
        **section_metadata(
            METHOD,
            rows=len(rows),
            rows_are=f"{len(rows)} of {subject.unseen.are}",
            notes=notes,
        ),
        scale=scale,
        unit=unit,
        explained=rows,
    )
    return section, CellOutput(picture=_draw(subject, section), tables=[_table(section)])


def _row(subject: Subject, selected: Chosen, predicted: Any) -> LocalRow:
    recipe = subject.recipe
    values = {name: plain(subject.table[name][selected.position]) for name in subject.columns}
    common: dict[str, Any] = {
        "row": int(subject.row_numbers[selected.position]),
        "chosen_as": selected.chosen_as,
        "why": selected.why,
        "values": values,
        "unseen": rounded(selected.unseen),
    }
    if recipe.task.has_classes:
        code = int(subject.codes(predicted)[0])
        output_index = 0 if subject.has_two_classes else code
        common |= {
            "truth": plain(recipe.classes[int(subject.y[selected.position])]),
            "prediction": plain(recipe.classes[code]),
            "probabilities": all_rounded(predicted[0]),
        }
    else:
        output_index = 0
        common |= {
            "truth": rounded(subject.y[selected.position]),
            "prediction": rounded(predicted[0]),
        }
    shap = subject.shap.of(selected.position) if subject.shap else None
    if subject.shap is None or shap is None:
        return LocalRow(**common)
    base = float(subject.shap.base[output_index])
    return LocalRow(
        **common,
        output=subject.outputs[output_index],
        base_value=rounded(base),
        total=rounded(base + float(shap[:, output_index].sum())),
        shap=all_rounded(shap[:, output_index]),
    )


def _draw(subject: Subject, section: Local) -> PngFigure | None:
    """Draw the waterfall charts of the first rows of two kinds."""
    kinds = {row.chosen_as: row for row in reversed(section.explained) if row.shap}
    rows = list(kinds.values())[-DRAWN_ROWS:][::-1]
    if not rows:
        return None
    figure, axes = draw.panels(len(rows), width=5.0, height=3.8)
    summaries = []
    for ax, row in zip(axes, rows, strict=False):
        shap = np.array(row.shap)
        order = np.argsort(-np.abs(shap), kind="stable")
        top, others = order[:DRAWN_COLUMNS], order[DRAWN_COLUMNS:]
        steps = [float(shap[i]) for i in top]
        names = [f"{subject.columns[i]} = {_of(row, subject.columns[i])}" for i in top]
        if len(others):
            steps.append(float(shap[others].sum()))
            names.append(f"{len(others)} other columns")
        # From the base value at the bottom to the model's output at the top.
        ends = row.base_value + np.cumsum(steps[::-1])[::-1]
        starts = ends - steps
        colours = [draw.COLOURS[1] if step > 0 else draw.COLOURS[0] for step in steps]
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
        ax.set_yticks(range(len(steps)), [on_axis(name, 30) for name in names], fontsize=7)
        ax.invert_yaxis()
        ax.margins(x=0.15)
        ax.axvline(row.base_value, color=draw.FAINT, linewidth=0.8, linestyle=":")
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
    return shown(row.values[name], 16)


def _table(section: Local) -> TextTable:
    return TextTable(
        "Explained rows",
        ("Row", "Selected as", "True value", "Prediction", "Reason"),
        [
            (
                str(row.row),
                row.chosen_as.replace("_", " "),
                _said(row.truth),
                _said(row.prediction),
                row.why,
            )
            for row in section.explained
        ],
        frozenset({0}),
    )


def _said(value: Any) -> str:
    return format_value(value) if isinstance(value, float) else shown(value, 24)
