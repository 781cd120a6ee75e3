"""The confusion matrix: rows by true and predicted class."""

from __future__ import annotations

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.section_cell import SectionResult
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import axis_label, format_cell, to_json_value
from automl_magic.explain.section import (
    ExplainPart,
    ExplainSection,
    TaskRequirement,
    unseen_metadata,
)
from automl_magic.records.explanations.evaluation import Confusion

MAX_CLASSES, MAX_LABELLED = 30, 12
WHITE_FROM = 0.72  # the share from which white text has the better contrast
METHOD = "Rows by true and predicted class, at the model's threshold."


SECTION = ExplainSection(
    record=Confusion,
    part=ExplainPart.TRUST,
    position=3,
    requirements=(TaskRequirement("has_classes", "A regression predicts no classes."),),
)


@SECTION.cell
def confusion(explainer: Explainer, /) -> SectionResult:
    """Count the rows by true and predicted class."""
    unseen, k = explainer.unseen, explainer.recipe.n_classes
    predicted_codes = explainer.codes(unseen.predicted)
    all_counts = np.bincount(unseen.y * k + predicted_codes, minlength=k * k).reshape(k, k)
    codes = np.sort(np.argsort(-all_counts.sum(axis=1), kind="stable")[:MAX_CLASSES])
    counts = all_counts[np.ix_(codes, codes)]
    n_omitted = int(all_counts.sum() - counts.sum())
    notes = []
    if n_omitted:
        notes.append(f"{n_omitted:,} rows with a rarer true or predicted class are omitted.")
    section = Confusion(
        **unseen_metadata(explainer, METHOD, notes),
        outputs=tuple(codes.tolist()),
        counts=tuple(tuple(row) for row in counts.tolist()),
        other=n_omitted,
    )
    names = [format_cell(to_json_value(explainer.recipe.classes[code]), 24) for code in codes]
    table = TextTable(
        "Rows by true class (down) and predicted class (across)",
        ("True", *names, "Recall"),
        [
            (name, *(f"{count:,}" for count in row), _share(row[index], sum(row)))
            for index, (name, row) in enumerate(zip(names, counts.tolist(), strict=True))
        ],
        frozenset(range(1, len(names) + 2)),
    )
    if len(names) > MAX_LABELLED:
        return section, CellOutput(figure=_draw(section, names), folded=[table])
    return section, CellOutput(figure=_draw(section, names), tables=[table])


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else "–"


def _draw(section: Confusion, names: list[str]) -> PngFigure:
    counts = np.array(section.counts, dtype=float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(8.0, 2.4 + 0.42 * len(names))
    figure, (ax,) = plotting.panels(1, width=size, height=size * 0.8)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    indices = range(len(names))
    ax.set_xticks(indices, [axis_label(name, 14) for name in names], rotation=45, ha="right")
    ax.set_yticks(indices, [axis_label(name, 14) for name in names])
    ax.set(xlabel="predicted", ylabel="true", title="Share of each true class")
    if len(names) <= MAX_LABELLED:
        for row in indices:
            for column in indices:
                dark = shares[row, column] > WHITE_FROM
                ax.text(
                    column,
                    row,
                    f"{shares[row, column]:.2f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if dark else "black",
                )
    errors = np.where(np.eye(len(names), dtype=bool), 0, counts)
    true, predicted = divmod(int(errors.argmax()), len(names))
    accuracy = float(np.trace(counts)) / max(1.0, counts.sum())
    worst = (
        f"Most frequent error: {names[true]} predicted as {names[predicted]}, "
        f"{int(errors.max()):,} rows."
        if errors.max() > 0
        else "No prediction is wrong."
    )
    return PngFigure.of(
        figure, f"Confusion matrix: {accuracy:.1%} of the predictions are correct. {worst}"
    )
