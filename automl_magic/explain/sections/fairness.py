"""Fairness: measures of the model by group, and the gaps between groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.fairness_gaps import GAPS, compute_gaps
from automl_magic.explain.fairness_groups import MIN_ROWS, Groups, assign_groups
from automl_magic.explain.formatting import (
    axis_label,
    format_cell,
    format_measure,
    round_finite,
    round_number,
    to_json_value,
)
from automl_magic.explain.intervals import mean_interval, wilson_interval
from automl_magic.explain.section import ExplainPart, ExplainSection, unseen_metadata
from automl_magic.recipe.values import Array
from automl_magic.records import Plan
from automl_magic.records.explanations.evaluation import (
    Fairness,
    FairnessColumn,
    FairnessGroup,
    Measure,
)

if TYPE_CHECKING:
    from fairlearn.metrics import MetricFrame

METHOD = (
    "Measures by group with fairlearn's MetricFrame (Bird et al., Fairlearn, 2020), with Wilson's "
    "interval for rates and bootstrap intervals for gaps."
)


def _values(plan: Plan) -> dict[str, object]:
    return {"limits": dict(plan.experiment.business.fairness)}


SECTION = ExplainSection(
    record=Fairness,
    part=ExplainPart.PEOPLE,
    position=1,
    values=_values,
)


@SECTION.cell
def fairness(
    explainer: Explainer, /, *, limits: Mapping[str, float] | None = None
) -> SectionResult:
    """Measure the model for the groups of each sensitive column.

    Parameters
    ----------
    limits : mapping of str to float, optional
        The maximum of each gap by name (for a ratio, the minimum).
    """
    if not explainer.sensitive:
        raise SectionSkipped(
            "The experiment has no sensitive columns. Add them under sensitive in the experiment "
            "file, or plan with --sensitive COLUMN."
        )
    valid_names = [gap.name for gap in GAPS if gap.applies(explainer)]
    unknown = sorted(set(limits or {}) - set(valid_names))
    notes = []
    if unknown:
        notes.append(
            f"Unknown limits are ignored: {', '.join(unknown)}. The gaps of this task are "
            f"{', '.join(valid_names)}."
        )
    columns = []
    for name in explainer.sensitive:
        if name == explainer.recipe.target:
            notes.append(f"{name!r} is skipped because it's the target.")
            continue
        if name in explainer.personal:
            notes.append(f"{name!r} is skipped because its values look personal.")
            continue
        groups = assign_groups(explainer.table[name][explainer.unseen.rows])
        columns.append(_column(explainer, name, groups, dict(limits or {})))
    if not columns:
        raise SectionSkipped(" ".join(notes))
    notes.append(
        f"Groups with fewer than {MIN_ROWS} rows are shown but not used for gaps: their "
        "differences may be chance."
    )
    section = Fairness(
        **unseen_metadata(explainer, METHOD, notes),
        columns=tuple(columns),
        positive=to_json_value(explainer.recipe.classes[1]) if explainer.has_two_classes else None,
    )
    output = CellOutput(
        figure=_draw(explainer, columns),
        tables=[table for column in columns for table in _tables(column)],
    )
    return section, output


def _column(
    explainer: Explainer, name: str, groups: Groups, limits: Mapping[str, float]
) -> FairnessColumn:
    of_group = _measures(explainer, groups)
    sizes = np.bincount(groups.of_row, minlength=len(groups.names))
    group_records = [
        FairnessGroup(
            name=label,
            rows=int(size),
            share=round_number(size / len(groups.of_row)),
            is_small=bool(size < MIN_ROWS),
            measures=of_group(index),
        )
        for index, (label, size) in enumerate(zip(groups.names, sizes, strict=True))
        if size
    ]
    large = np.flatnonzero(sizes >= MIN_ROWS)
    return FairnessColumn(
        column=name,
        grouped=groups.grouped,
        groups=tuple(group_records),
        gaps=compute_gaps(explainer, groups.of_row, large, limits),
    )


def _measures(explainer: Explainer, groups: Groups) -> Callable[[int], dict[str, Measure]]:
    """Return a function from a group's index to its measures."""
    unseen = explainer.unseen
    if not explainer.recipe.task.has_classes:
        residuals = unseen.y - unseen.predicted

        def of_values(index: int) -> dict[str, Measure]:
            mask = groups.of_row == index
            return {
                "mean_error": mean_interval(residuals[mask]),
                "mean_absolute_error": mean_interval(np.abs(residuals[mask])),
                "mean_prediction": mean_interval(unseen.predicted[mask]),
            }

        return of_values
    predicted_codes = explainer.codes(unseen.predicted)
    if not explainer.has_two_classes:

        def of_classes(index: int) -> dict[str, Measure]:
            mask = groups.of_row == index
            is_correct = predicted_codes[mask] == unseen.y[mask]
            return {"accuracy": wilson_interval(float(is_correct.sum()), int(mask.sum()))}

        return of_classes
    frame = _frame(unseen.y, predicted_codes, groups)

    def of_yes_and_no(index: int) -> dict[str, Measure]:
        mask = groups.of_row == index
        y, y_pred = unseen.y[mask], predicted_codes[mask]
        rows = int(mask.sum())
        positives, negatives = int((y == 1).sum()), int((y == 0).sum())
        shares = frame.loc[groups.names[index]]

        def share(name: str, of_rows: int) -> Measure:
            value = round_finite(float(shares[name])) if of_rows else None
            return (
                Measure(value=None) if value is None else wilson_interval(value * of_rows, of_rows)
            )

        return {
            "selection_rate": share("selection_rate", rows),
            "true_positive_rate": share("true_positive_rate", positives),
            "false_positive_rate": share("false_positive_rate", negatives),
            "accuracy": share("accuracy", rows),
            "precision": share("precision", int((y_pred == 1).sum())),
            "mean_probability": mean_interval(unseen.predicted[mask, 1]),
            "base_rate": wilson_interval(positives, rows),
        }

    return of_yes_and_no


def _frame(y: Array, y_pred: Array, groups: Groups) -> MetricFrame:
    """Return fairlearn's table of measures by group."""
    import functools
    import warnings

    from fairlearn.metrics import (
        MetricFrame,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import accuracy_score, precision_score

    labels = np.array(groups.names, dtype=object)[groups.of_row]
    with warnings.catch_warnings():
        # A group without rows of a class has no rate: its measure is None.
        warnings.simplefilter("ignore")
        return MetricFrame(
            metrics={
                "selection_rate": functools.partial(selection_rate, pos_label=1),
                "true_positive_rate": functools.partial(true_positive_rate, pos_label=1),
                "false_positive_rate": functools.partial(false_positive_rate, pos_label=1),
                "accuracy": accuracy_score,
                "precision": functools.partial(precision_score, zero_division=np.nan),
            },
            y_true=y,
            y_pred=y_pred,
            sensitive_features=labels,
        ).by_group


def _draw(explainer: Explainer, columns: list[FairnessColumn]) -> PngFigure:
    if explainer.has_two_classes:
        name, label = "selection_rate", f"selection rate ({explainer.label(1)})"
    elif explainer.recipe.task.has_classes:
        name, label = "accuracy", "accuracy"
    else:
        name, label = "mean_error", "mean of true - predicted"
    figure, axes = plotting.grid(len(columns), across=2, height=2.8)
    summaries = []
    for ax, column in zip(axes, columns, strict=True):
        groups = [group for group in column.groups if group.measures[name].value is not None]
        values = np.array([group.measures[name].value for group in groups], dtype=float)
        low = [_or(group.measures[name].low, group.measures[name].value) for group in groups]
        high = [_or(group.measures[name].high, group.measures[name].value) for group in groups]
        spread = np.maximum(0.0, np.array([values - low, np.array(high) - values]))
        names = [f"{group.name} *" if group.is_small else group.name for group in groups]
        plotting.bars(ax, names, values.tolist(), spread, limit=22)
        ax.set_title(axis_label(column.column), fontsize=10)
        ax.set_xlabel(axis_label(label, 48), fontsize=8)
        group_values = ", ".join(
            f"{group.name} {format_measure(group.measures[name])}" for group in groups[:6]
        )
        summaries.append(f"{format_cell(column.column)}: {group_values}")
    return PngFigure.of(figure, f"By group, {label}. {'. '.join(summaries)}. * too few rows.")


def _or(value: float | None, fallback: float | None) -> float:
    return float(value if value is not None else fallback or 0.0)


def _tables(column: FairnessColumn) -> list[TextTable]:
    names = list(column.groups[0].measures)
    headings = [name.replace("_", " ") for name in names]
    by_group = TextTable(
        f"Groups of {format_cell(column.column)}, {column.grouped}",
        ("Group", "Rows", *headings),
        [
            (
                f"{group.name} (few rows)" if group.is_small else group.name,
                f"{group.rows:,}",
                *(format_measure(group.measures[name]) for name in names),
            )
            for group in column.groups
        ],
        frozenset(range(1, len(names) + 2)),
    )
    gaps = TextTable(
        f"Gaps between the groups of {format_cell(column.column)}",
        ("Gap", "Value", "Limit", "Met", "Description"),
        [
            (
                gap.name.replace("_", " "),
                format_measure(gap.measure),
                "–" if gap.limit is None else f"{gap.limit:g}",
                "–" if gap.within_limit is None else ("yes" if gap.within_limit else "no"),
                gap.in_words,
            )
            for gap in column.gaps
        ],
        frozenset({1, 2}),
    )
    return [by_group, gaps] if column.gaps else [by_group]
