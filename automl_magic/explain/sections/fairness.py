"""fairness: how a model treats groups of people, and how sure that can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.gaps import GAPS, gaps_of
from automl_magic.explain.groups import FEWEST_ROWS, Groups, groups_of
from automl_magic.explain.intervals import mean_of, wilson
from automl_magic.explain.section import ExplainSection, Part, on_unseen
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import finite, measured, on_axis, plain, rounded, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.section_cell import SectionResult, SectionSkipped
from automl_magic.look.text_table import TextTable
from automl_magic.records import Plan
from automl_magic.records.explanations.measured import (
    Fairness,
    FairnessColumn,
    FairnessGroup,
    Measure,
)

METHOD = (
    "Measures by group with fairlearn's MetricFrame (Bird et al., Fairlearn, 2020); Wilson's "
    "interval for a share, the bootstrap for a gap between groups."
)


def _values(plan: Plan) -> dict[str, object]:
    return {"limits": dict(plan.experiment.business.fairness)}


SECTION = ExplainSection(
    record=Fairness,
    part=Part.PEOPLE,
    place=1,
    values=_values,
)


@SECTION.cell
def fairness(subject: Subject, /, *, limits: Mapping[str, float] | None = None) -> SectionResult:
    """Measure the model by the groups of each sensitive column.

    Parameters
    ----------
    limits : mapping, optional
        The largest gap that is allowed, by the name of the gap (the least, for a ratio).
    """
    if not subject.sensitive:
        raise SectionSkipped(
            "The experiment names no sensitive columns: add some under sensitive in the experiment "
            "file, or plan with --sensitive COLUMN."
        )
    known = [gap.name for gap in GAPS if gap.applies(subject)]
    strange = sorted(set(limits or {}) - set(known))
    notes = []
    if strange:
        notes.append(
            f"No limit is kept for {', '.join(strange)}: the gaps here are {', '.join(known)}."
        )
    columns = []
    for name in subject.sensitive:
        if name == subject.recipe.target:
            notes.append(f"{name!r} is the target itself, so it makes no groups.")
            continue
        groups = groups_of(subject.table[name][subject.unseen.rows])
        columns.append(_column(subject, name, groups, dict(limits or {})))
    notes.append(
        f"Groups of fewer than {FEWEST_ROWS} rows are shown, but left out of the gaps: they are "
        "too few to tell luck from treatment."
    )
    section = Fairness(
        **on_unseen(subject, METHOD, notes),
        columns=tuple(columns),
        positive=plain(subject.recipe.classes[1]) if subject.has_two_classes else None,
    )
    shows = CellOutput(
        picture=_drawn(subject, columns),
        tables=[table for column in columns for table in _tables(column)],
    )
    return section, shows


def _column(
    subject: Subject, name: str, groups: Groups, limits: Mapping[str, float]
) -> FairnessColumn:
    of_group = _measures(subject, groups)
    sizes = np.bincount(groups.of_row, minlength=len(groups.names))
    found = [
        FairnessGroup(
            name=label,
            rows=int(size),
            share=rounded(size / len(groups.of_row)),
            is_small=bool(size < FEWEST_ROWS),
            measures=of_group(place),
        )
        for place, (label, size) in enumerate(zip(groups.names, sizes, strict=True))
        if size
    ]
    large = np.flatnonzero(sizes >= FEWEST_ROWS)
    return FairnessColumn(
        column=name,
        grouped=groups.grouped,
        groups=tuple(found),
        gaps=gaps_of(subject, groups.of_row, large, limits),
    )


def _measures(subject: Subject, groups: Groups) -> Callable[[int], dict[str, Measure]]:
    """Return the measures of a group, by its position."""
    unseen = subject.unseen
    if not subject.recipe.task.has_classes:
        off = unseen.y - unseen.predicted

        def of_values(place: int) -> dict[str, Measure]:
            inside = groups.of_row == place
            return {
                "mean_error": mean_of(off[inside]),
                "mean_absolute_error": mean_of(np.abs(off[inside])),
                "mean_prediction": mean_of(unseen.predicted[inside]),
            }

        return of_values
    said = subject.codes(unseen.predicted)
    if not subject.has_two_classes:

        def of_classes(place: int) -> dict[str, Measure]:
            inside = groups.of_row == place
            right = said[inside] == unseen.y[inside]
            return {"accuracy": wilson(float(right.sum()), int(inside.sum()))}

        return of_classes
    frame = _frame(unseen.y, said, groups)

    def of_yes_and_no(place: int) -> dict[str, Measure]:
        inside = groups.of_row == place
        y, yes = unseen.y[inside], said[inside]
        rows = int(inside.sum())
        positives, negatives = int((y == 1).sum()), int((y == 0).sum())
        shares = frame.loc[groups.names[place]]

        def share(name: str, of_rows: int) -> Measure:
            value = finite(float(shares[name])) if of_rows else None
            return Measure(value=None) if value is None else wilson(value * of_rows, of_rows)

        return {
            "selection_rate": share("selection_rate", rows),
            "true_positive_rate": share("true_positive_rate", positives),
            "false_positive_rate": share("false_positive_rate", negatives),
            "accuracy": share("accuracy", rows),
            "precision": share("precision", int((yes == 1).sum())),
            "mean_probability": mean_of(unseen.predicted[inside, 1]),
            "base_rate": wilson(positives, rows),
        }

    return of_yes_and_no


def _frame(y: Any, said: Any, groups: Groups) -> Any:
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
        # A group without a row of a class has no rate; its measure says so by being None.
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
            y_pred=said,
            sensitive_features=labels,
        ).by_group


def _drawn(subject: Subject, columns: list[FairnessColumn]) -> PngFigure:
    if subject.has_two_classes:
        name, words = "selection_rate", f"share that gets {subject.label(1)}"
    elif subject.recipe.task.has_classes:
        name, words = "accuracy", "share of right answers"
    else:
        name, words = "mean_error", "truth - prediction, mean"
    figure, axes = draw.grid(len(columns), across=2, height=2.8)
    said = []
    for ax, column in zip(axes, columns, strict=True):
        groups = [one for one in column.groups if one.measures[name].value is not None]
        values = np.array([one.measures[name].value for one in groups], dtype=float)
        low = [_or(one.measures[name].low, one.measures[name].value) for one in groups]
        high = [_or(one.measures[name].high, one.measures[name].value) for one in groups]
        spread = np.maximum(0.0, np.array([values - low, np.array(high) - values]))
        names = [f"{one.name} *" if one.is_small else one.name for one in groups]
        draw.bars(ax, names, values.tolist(), spread, limit=22)
        ax.set_title(on_axis(column.column), fontsize=10)
        ax.set_xlabel(on_axis(words, 48), fontsize=8)
        each = ", ".join(f"{one.name} {measured(one.measures[name])}" for one in groups[:6])
        said.append(f"{shown(column.column)}: {each}")
    return PngFigure.of(figure, f"By group, {words}. {'. '.join(said)}. * too few rows.")


def _or(value: float | None, other: float | None) -> float:
    return float(value if value is not None else other or 0.0)


def _tables(column: FairnessColumn) -> list[TextTable]:
    names = list(column.groups[0].measures)
    headings = [name.replace("_", " ") for name in names]
    by_group = TextTable(
        f"Groups of {shown(column.column)}, {column.grouped}",
        ("Group", "Rows", *headings),
        [
            (
                f"{one.name} (few rows)" if one.is_small else one.name,
                f"{one.rows:,}",
                *(measured(one.measures[name]) for name in names),
            )
            for one in column.groups
        ],
        frozenset(range(1, len(names) + 2)),
    )
    gaps = TextTable(
        f"Gaps between the groups of {shown(column.column)}",
        ("Gap", "Value", "Limit", "Kept", "What it is"),
        [
            (
                gap.name.replace("_", " "),
                measured(gap.measure),
                "–" if gap.limit is None else f"{gap.limit:g}",
                "–" if gap.kept is None else ("yes" if gap.kept else "no"),
                gap.in_words,
            )
            for gap in column.gaps
        ],
        frozenset({1, 2}),
    )
    return [by_group, gaps] if column.gaps else [by_group]
