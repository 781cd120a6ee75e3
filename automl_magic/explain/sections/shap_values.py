"""shap_values: what each column adds to the output, over many rows.

The rows that are looked at one by one come first, so that they are explained even where the time is
short.
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
LARGEST_GAP = 0.01  # of probabilities, beyond which paths are not taken for those of the model


SECTION = ExplainSection(
    record=Shap,
    part=Part.REASONS,
    place=1,
    time_share=0.32,
)


@SECTION.cell
def shap_values(subject: Subject, /) -> SectionResult:
    """Explain many rows, by the paths of the trees if the model is made of them, else sampled."""
    first = [one.position for one in chosen_rows(subject)]
    others = np.setdiff1d(subject.unseen.rows, first)
    found = _by_paths(subject, first, others) or _by_sampling(subject, first, others)
    subject.shap = found
    strength = np.abs(found.values)
    mean = strength.mean(axis=(0, 2))
    error = strength.mean(axis=2).std(axis=0, ddof=1) / np.sqrt(len(strength))
    order = np.argsort(-mean, kind="stable")
    section = Shap(
        **section_metadata(
            found.method,
            rows=len(strength),
            rows_are=f"{len(strength):,} of {subject.unseen.are}",
            notes=found.notes,
        ),
        exact=found.exact,
        scale=found.scale,
        unit=found.unit,
        outputs=subject.outputs,
        base_values=all_rounded(found.base),
        background_rows=found.background_rows,
        largest_gap=rounded(found.largest_gap),
        columns=tuple(
            ShapColumn(
                column=subject.columns[i],
                mean_abs=rounded(mean[i]),
                low=rounded(max(0.0, mean[i] - Z * error[i])),
                high=rounded(mean[i] + Z * error[i]),
                by_output=all_rounded(strength[:, i].mean(axis=0)),
            )
            for i in order
        ),
        beeswarms=beeswarms(subject, found, order),
    )
    shows = CellOutput(picture=drawn(subject, section), folded=[table_of_columns(section)])
    return section, shows


def _by_paths(subject: Subject, first: Any, others: Any) -> ShapValues | None:
    """Return exact values, or None where the model is not the sum of the paths of its trees."""
    if refusal(subject.model) is not None:
        return None
    deadline = subject.clock.until(SECTION.time_share)
    rows = np.concatenate([first, subject.sample(others, MOST_ROWS, salt=4)]).astype(np.int64)
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
    whole = np.concatenate(parts)
    several = any(len(one.seeds) > 1 for one in subject.recipe.members)
    notes = _stopped(len(whole), len(rows))
    if several and subject.recipe.task.has_classes:
        notes.append(
            "The model averages the probabilities of several seeds; these are the averages of "
            f"their log-odds, and their sums are at most {gap:.2g} off in probability."
        )
    unit, scale = "value", subject.scale
    if subject.has_two_classes:
        unit, scale = "log-odds", f"the log-odds of {subject.label(1)}"
    elif subject.recipe.task.has_classes:
        unit, scale = "log-odds", "the score of a class, whose softmax is its probability"
    return ShapValues(
        rows[: len(whole)],
        whole,
        base,
        unit,
        scale,
        exact=not (several and subject.recipe.task.has_classes),
        method=tree_path.METHOD,
        background_rows=0,
        largest_gap=gap,
        notes=tuple(notes),
    )


def _by_sampling(subject: Subject, first: Any, others: Any) -> ShapValues:
    sampled.load_shap()  # it takes seconds, which are not those of a row
    deadline = subject.clock.until(SECTION.time_share)
    rows = np.concatenate([first, subject.sample(others, MOST_SAMPLED, salt=4)]).astype(np.int64)
    aimed = len(first) + AIMED
    explainer = sampled.SamplingShap(subject, rows, seconds_a_row=deadline.left_s / aimed)
    values: list[Floats] = []
    gap = 0.0
    for place in range(len(rows)):
        if len(values) >= FEWEST_SAMPLED and deadline.is_over:
            break
        of_row, total = explainer.explain(place)
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


def _stopped(done: int, wanted: int) -> list[str]:
    if done == wanted:
        return []
    return [f"Stopped at its share of the time after {done:,} of {wanted:,} rows."]
