"""local_rows: some rows one by one: what the model says of them, and what each column added."""

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
    "The final model's prediction for each row, and the SHAP values of that row. The rows were "
    "chosen by predictions of models that had not seen them; the final model has."
)


SECTION = ExplainSection(
    record=Local,
    part=Part.REASONS,
    place=2,
)


@SECTION.cell
def local_rows(subject: Subject, /) -> SectionResult:
    """Show about 30 rows: the most wrong, the least sure, the surest, and some drawn at random."""
    chosen = chosen_rows(subject)
    predicted = subject.predict(subject.rows([one.position for one in chosen]))
    rows = tuple(
        _row(subject, one, predicted[place : place + 1]) for place, one in enumerate(chosen)
    )
    without = sum(not row.shap for row in rows)
    notes = []
    if subject.shap is None:
        notes.append("They have no SHAP values, because none were computed before.")
    elif without:
        notes.append(f"{without} of them have no SHAP values: the time was not enough.")
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
    return section, CellOutput(picture=_drawn(subject, section), tables=[_table(section)])


def _row(subject: Subject, one: Chosen, predicted: Any) -> LocalRow:
    recipe = subject.recipe
    values = {name: plain(subject.table[name][one.position]) for name in subject.columns}
    common: dict[str, Any] = {
        "row": int(subject.row_numbers[one.position]),
        "chosen_as": one.chosen_as,
        "why": one.why,
        "values": values,
        "unseen": rounded(one.unseen),
    }
    if recipe.task.has_classes:
        code = int(subject.codes(predicted)[0])
        place = 0 if subject.has_two_classes else code
        common |= {
            "truth": plain(recipe.classes[int(subject.y[one.position])]),
            "prediction": plain(recipe.classes[code]),
            "probabilities": all_rounded(predicted[0]),
        }
    else:
        place = 0
        common |= {
            "truth": rounded(subject.y[one.position]),
            "prediction": rounded(predicted[0]),
        }
    found = subject.shap.of(one.position) if subject.shap else None
    if subject.shap is None or found is None:
        return LocalRow(**common)
    base = float(subject.shap.base[place])
    return LocalRow(
        **common,
        output=subject.outputs[place],
        base_value=rounded(base),
        total=rounded(base + float(found[:, place].sum())),
        shap=all_rounded(found[:, place]),
    )


def _drawn(subject: Subject, found: Local) -> PngFigure | None:
    """Draw the waterfalls of the first rows of two kinds."""
    kinds = {row.chosen_as: row for row in reversed(found.explained) if row.shap}
    rows = list(kinds.values())[-DRAWN_ROWS:][::-1]
    if not rows:
        return None
    figure, axes = draw.panels(len(rows), width=5.0, height=3.8)
    said = []
    for ax, row in zip(axes, rows, strict=False):
        shap = np.array(row.shap)
        order = np.argsort(-np.abs(shap), kind="stable")
        top, rest = order[:DRAWN_COLUMNS], order[DRAWN_COLUMNS:]
        steps = [float(shap[i]) for i in top]
        names = [f"{subject.columns[i]} = {_of(row, subject.columns[i])}" for i in top]
        if len(rest):
            steps.append(float(shap[rest].sum()))
            names.append(f"{len(rest)} other columns")
        # From the base value at the bottom to the model's output at the top.
        ends = row.base_value + np.cumsum(steps[::-1])[::-1]
        starts = ends - steps
        colours = [draw.COLOURS[1] if step > 0 else draw.COLOURS[0] for step in steps]
        ax.barh(range(len(steps)), steps, left=starts, color=colours)
        for place, step in enumerate(steps):
            ax.annotate(
                f"{step:+.3g}",
                (max(starts[place], ends[place]), place),
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
        ax.set_xlabel(f"{found.unit}: {row.base_value:.3g} to {row.total:.3g}", fontsize=8)
        most = ", ".join(
            f"{name} {step:+.3g}" for name, step in zip(names[:3], steps, strict=False)
        )
        said.append(f"row {row.row} ({row.why}): {most}")
    return PngFigure.of(figure, f"What made single predictions, by column. {'; '.join(said)}")


def _of(row: LocalRow, name: str) -> str:
    return shown(row.values[name], 16)


def _table(found: Local) -> TextTable:
    return TextTable(
        "The rows that are explained one by one",
        ("Row", "Chosen as", "Truth", "Prediction", "Why"),
        [
            (
                str(row.row),
                row.chosen_as.replace("_", " "),
                _said(row.truth),
                _said(row.prediction),
                row.why,
            )
            for row in found.explained
        ],
        frozenset({0}),
    )


def _said(value: Any) -> str:
    return format_value(value) if isinstance(value, float) else shown(value, 24)
