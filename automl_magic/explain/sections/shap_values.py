"""SHAP values: the contribution of each column to the output, over many rows.

The rows that are shown one by one come first, so that they're explained even if time is short.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import SectionResult
from automl_magic.explain import exact_shap, sampling_shap
from automl_magic.explain.beeswarm import beeswarms, draw_beeswarms, importance_table
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import round_number, round_numbers
from automl_magic.explain.section import ExplainPart, ExplainSection, section_metadata
from automl_magic.explain.select_rows import select_rows
from automl_magic.explain.shap_result import ShapValues
from automl_magic.recipe.attribution import shap_unsupported_reason
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.inspection import Shap, ShapColumn
from automl_magic.tasks.splits import Rows

Z = 1.959964
MAX_ROWS, MAX_SAMPLED, AIMED, MIN_SAMPLED = 1_000, 300, 100, 3
MAX_GAP = 0.01  # in probability; with a larger gap, tree SHAP isn't used


SECTION = ExplainSection(
    record=Shap,
    part=ExplainPart.REASONS,
    position=1,
    time_share=0.32,
)


@SECTION.cell
def shap_values(explainer: Explainer, /) -> SectionResult:
    """Explain many rows, with tree SHAP if the model supports it, or else by sampling."""
    selected_rows = [row.position for row in select_rows(explainer)]
    other_rows = np.setdiff1d(explainer.unseen.rows, selected_rows)
    shap = _by_paths(explainer, selected_rows, other_rows) or _by_sampling(
        explainer, selected_rows, other_rows
    )
    explainer.shap = shap
    magnitude = np.abs(shap.values)
    mean = magnitude.mean(axis=(0, 2))
    error = magnitude.mean(axis=2).std(axis=0, ddof=1) / np.sqrt(len(magnitude))
    order = np.argsort(-mean, kind="stable")
    section = Shap(
        **section_metadata(
            shap.method,
            rows=len(magnitude),
            rows_are=f"{len(magnitude):,} of {explainer.unseen.rows_are}",
            notes=shap.notes,
        ),
        exact=shap.exact,
        scale=shap.scale,
        unit=shap.unit,
        outputs=explainer.outputs,
        base_values=round_numbers(shap.base),
        background_rows=shap.background_rows,
        largest_gap=round_number(shap.largest_gap),
        columns=tuple(
            ShapColumn(
                column=explainer.columns[i],
                mean_abs=round_number(mean[i]),
                low=round_number(max(0.0, mean[i] - Z * error[i])),
                high=round_number(mean[i] + Z * error[i]),
                by_output=round_numbers(magnitude[:, i].mean(axis=0)),
            )
            for i in order
        ),
        beeswarms=beeswarms(explainer, shap, order),
    )
    output = CellOutput(
        figure=draw_beeswarms(explainer, section), folded=[importance_table(section)]
    )
    return section, output


def _by_paths(
    explainer: Explainer, selected_rows: Sequence[int], other_rows: Rows
) -> ShapValues | None:
    """Return exact values, or None if the model doesn't support tree SHAP."""
    if shap_unsupported_reason(explainer.model) is not None:
        return None
    deadline = explainer.clock.until(SECTION.time_share)
    rows = np.concatenate([selected_rows, explainer.sample(other_rows, MAX_ROWS, salt=4)]).astype(
        np.int64
    )
    tree_shap = exact_shap.compute_tree_shap(explainer)
    parts: list[Floats] = []
    base: Floats = np.empty(0)
    gap = 0.0
    for start in range(0, len(rows), exact_shap.CHUNK):
        if parts and deadline.has_passed:
            break
        chunk = explainer.rows(rows[start : start + exact_shap.CHUNK])
        values, base = tree_shap.values(
            {name: view.transform(chunk) for name, view in explainer.model.views.items()}
        )
        gap = max(gap, exact_shap.additivity_gap(explainer, chunk, values.sum(axis=1) + base))
        if explainer.recipe.task.has_classes and gap > MAX_GAP:
            return None
        parts.append(values)
    shap = np.concatenate(parts)
    has_several_seeds = any(len(member.seeds) > 1 for member in explainer.recipe.members)
    notes = _stopped(len(shap), len(rows))
    if has_several_seeds and explainer.recipe.task.has_classes:
        notes.append(
            "The model averages the probabilities of several seeds. These values average their "
            f"log-odds, so the sums differ by at most {gap:.2g} in probability."
        )
    unit, scale = "value", explainer.scale
    if explainer.has_two_classes:
        unit, scale = "log-odds", f"the log-odds of {explainer.label(1)}"
    elif explainer.recipe.task.has_classes:
        unit, scale = "log-odds", "the score of a class, whose softmax is its probability"
    return ShapValues(
        rows[: len(shap)],
        shap,
        base,
        unit,
        scale,
        exact=not (has_several_seeds and explainer.recipe.task.has_classes),
        method=exact_shap.METHOD,
        background_rows=0,
        largest_gap=gap,
        notes=tuple(notes),
    )


def _by_sampling(
    explainer: Explainer, selected_rows: Sequence[int], other_rows: Rows
) -> ShapValues:
    sampling_shap.load_shap()  # takes seconds, which shouldn't count as time per row
    deadline = explainer.clock.until(SECTION.time_share)
    rows = np.concatenate(
        [selected_rows, explainer.sample(other_rows, MAX_SAMPLED, salt=4)]
    ).astype(np.int64)
    n_target = len(selected_rows) + AIMED
    shap_explainer = sampling_shap.SamplingShap(
        explainer, rows, seconds_a_row=deadline.remaining_s / n_target
    )
    values: list[Floats] = []
    gap = 0.0
    for index in range(len(rows)):
        if len(values) >= MIN_SAMPLED and deadline.has_passed:
            break
        of_row, total = shap_explainer.explain(index)
        gap = max(gap, float(np.abs(of_row.sum(axis=0) + shap_explainer.base - total).max()))
        values.append(of_row)
    return ShapValues(
        rows[: len(values)],
        np.array(values),
        shap_explainer.base,
        "probability" if explainer.recipe.task.has_classes else "value",
        explainer.scale,
        exact=False,
        method=sampling_shap.METHOD.format(rows=shap_explainer.background_rows),
        background_rows=shap_explainer.background_rows,
        largest_gap=gap,
        notes=tuple(_stopped(len(values), len(rows))),
    )


def _stopped(n_done: int, n_rows: int) -> list[str]:
    if n_done == n_rows:
        return []
    return [f"Stopped at its time limit after {n_done:,} of {n_rows:,} rows."]
