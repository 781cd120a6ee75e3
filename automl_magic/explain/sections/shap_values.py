"""SHAP values: the contribution of each column to the output, over many rows.

The rows that are shown one by one come first, so that they're explained even if time is short.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import sampled, tree_path
from automl_magic.explain.attributions import ShapValues
from automl_magic.explain.choose import chosen_rows
from automl_magic.explain.section import ExplainSection, Part, section_metadata
from automl_magic.explain.subject import Subject
from automl_magic.explain.swarm import beeswarms, drawn, table_of_columns
from automl_magic.explain.words import all_rounded, rounded
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.section_cell import SectionResult
from automl_magic.recipe.attribution import refusal
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.explained import Shap, ShapColumn

Z = 1.959964
MOST_ROWS, MOST_SAMPLED, AIMED, FEWEST_SAMPLED = 1_000, 300, 100, 3
LARGEST_GAP = 0.01  # in probability; with a larger gap, tree SHAP isn't used


SECTION = ExplainSection(
    record=Shap,
    part=Part.REASONS,
    place=1,
    time_share=0.32,
)


@SECTION.cell
def shap_values(subject: Subject, /) -> SectionResult:
    """Explain many rows, with tree SHAP if the model supports it, or else by sampling."""
    selected_rows = [row.position for row in chosen_rows(subject)]
    other_rows = np.setdiff1d(subject.unseen.rows, selected_rows)
    shap = _by_paths(subject, selected_rows, other_rows) or _by_sampling(
        subject, selected_rows, other_rows
    )
    subject.shap = shap
    magnitude = np.abs(shap.values)
    mean = magnitude.mean(axis=(0, 2))
    error = magnitude.mean(axis=2).std(axis=0, ddof=1) / np.sqrt(len(magnitude))
    order = np.argsort(-mean, kind="stable")
    section = Shap(
        **section_metadata(
            shap.method,
            rows=len(magnitude),
            rows_are=f"{len(magnitude):,} of {subject.unseen.are}",
            notes=shap.notes,
        ),
        exact=shap.exact,
        scale=shap.scale,
        unit=shap.unit,
        outputs=subject.outputs,
        base_values=all_rounded(shap.base),
        background_rows=shap.background_rows,
        largest_gap=rounded(shap.largest_gap),
        columns=tuple(
            ShapColumn(
                column=subject.columns[i],
                mean_abs=rounded(mean[i]),
                low=rounded(max(0.0, mean[i] - Z * error[i])),
                high=rounded(mean[i] + Z * error[i]),
                by_output=all_rounded(magnitude[:, i].mean(axis=0)),
            )
            for i in order
        ),
        beeswarms=beeswarms(subject, shap, order),
    )
    output = CellOutput(picture=drawn(subject, section), folded=[table_of_columns(section)])
    return section, output


def _by_paths(subject: Subject, selected_rows: Any, other_rows: Any) -> ShapValues | None:
    """Return exact values, or None if the model doesn't support tree SHAP."""
    if refusal(subject.model) is not None:
        return None
    deadline = subject.clock.until(SECTION.time_share)
    rows = np.concatenate([selected_rows, subject.sample(other_rows, MOST_ROWS, salt=4)]).astype(
        np.int64
    )
    tree_shap = tree_path.tree_shap_of(subject)
    parts: list[Floats] = []
    base: Any = None
    gap = 0.0
    for start in range(0, len(rows), tree_path.CHUNK):
        if parts and deadline.is_over:
            break
        chunk = subject.rows(rows[start : start + tree_path.CHUNK])
        values, base = tree_shap.values(
            {name: view.transform(chunk) for name, view in subject.model.views.items()}
        )
        gap = max(gap, tree_path.gap(subject, chunk, values.sum(axis=1) + base))
        if subject.recipe.task.has_classes and gap > LARGEST_GAP:
            return None
        parts.append(values)
    shap = np.concatenate(parts)
    has_several_seeds = any(len(member.seeds) > 1 for member in subject.recipe.members)
    notes = _stopped(len(shap), len(rows))
    if has_several_seeds and subject.recipe.task.has_classes:
        notes.append(
            "The model averages the probabilities of several seeds. These values average their "
            f"log-odds, so the sums differ by at most {gap:.2g} in probability."
        )
    unit, scale = "value", subject.scale
    if subject.has_two_classes:
        unit, scale = "log-odds", f"the log-odds of {subject.label(1)}"
    elif subject.recipe.task.has_classes:
        unit, scale = "log-odds", "the score of a class, whose softmax is its probability"
    return ShapValues(
        rows[: len(shap)],
        shap,
        base,
        unit,
        scale,
        exact=not (has_several_seeds and subject.recipe.task.has_classes),
        method=tree_path.METHOD,
        background_rows=0,
        largest_gap=gap,
        notes=tuple(notes),
    )


def _by_sampling(subject: Subject, selected_rows: Any, other_rows: Any) -> ShapValues:
    sampled.load_shap()  # takes seconds, which shouldn't count as time per row
    deadline = subject.clock.until(SECTION.time_share)
    rows = np.concatenate([selected_rows, subject.sample(other_rows, MOST_SAMPLED, salt=4)]).astype(
        np.int64
    )
    n_target = len(selected_rows) + AIMED
    explainer = sampled.SamplingShap(subject, rows, seconds_a_row=deadline.left_s / n_target)
    values: list[Floats] = []
    gap = 0.0
    for index in range(len(rows)):
        if len(values) >= FEWEST_SAMPLED and deadline.is_over:
            break
        of_row, total = explainer.explain(index)
        gap = max(gap, float(np.abs(of_row.sum(axis=0) + explainer.base - total).max()))
        values.append(of_row)
    return ShapValues(
        rows[: len(values)],
        np.array(values),
        explainer.base,
        "probability" if subject.recipe.task.has_classes else "value",
        subject.scale,
        exact=False,
        method=sampled.METHOD.format(rows=explainer.background_rows),
        background_rows=explainer.background_rows,
        largest_gap=gap,
        notes=tuple(_stopped(len(values), len(rows))),
    )


def _stopped(n_done: int, n_rows: int) -> list[str]:
    if n_done == n_rows:
        return []
    return [f"Stopped at its time limit after {n_done:,} of {n_rows:,} rows."]
