"""confusion: which classes are taken for which."""

from __future__ import annotations

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.section import ExplainSection, Need, Part, on_unseen
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import on_axis, plain, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text_table import TextTable
from automl_magic.records.explanations.measured import Confusion

MOST_CLASSES, MOST_WRITTEN = 30, 12
WHITE_FROM = 0.72  # below it black has the better contrast on the colour of a cell
METHOD = "Rows by true and by predicted class, at the model's own threshold."


SECTION = ExplainSection(
    record=Confusion,
    part=Part.TRUST,
    place=3,
    needs=(Need("has_classes", "A regression predicts no classes."),),
)


@SECTION.cell
def confusion(subject: Subject, /) -> SectionResult:
    """Count the rows by true class and predicted class."""
    unseen, k = subject.unseen, subject.recipe.n_classes
    said = subject.codes(unseen.predicted)
    whole = np.bincount(unseen.y * k + said, minlength=k * k).reshape(k, k)
    kept = np.sort(np.argsort(-whole.sum(axis=1), kind="stable")[:MOST_CLASSES])
    counts = whole[np.ix_(kept, kept)]
    other = int(whole.sum() - counts.sum())
    notes = [f"{other:,} rows are of, or were taken for, less frequent classes."] if other else []
    section = Confusion(
        **on_unseen(subject, METHOD, notes),
        outputs=tuple(kept.tolist()),
        counts=tuple(tuple(row) for row in counts.tolist()),
        other=other,
    )
    names = [shown(plain(subject.recipe.classes[code]), 24) for code in kept]
    table = TextTable(
        "Rows by true class (down) and predicted class (across)",
        ("True", *names, "Found"),
        [
            (name, *(f"{count:,}" for count in row), _share(row[place], sum(row)))
            for place, (name, row) in enumerate(zip(names, counts.tolist(), strict=True))
        ],
        frozenset(range(1, len(names) + 2)),
    )
    if len(names) > MOST_WRITTEN:
        return section, CellOutput(picture=_drawn(section, names), folded=[table])
    return section, CellOutput(picture=_drawn(section, names), tables=[table])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _drawn(found: Confusion, names: list[str]) -> PngFigure:
    counts = np.array(found.counts, dtype=float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = min(8.0, 2.4 + 0.42 * len(names))
    figure, (ax,) = draw.panels(1, width=size, height=size * 0.8)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    places = range(len(names))
    ax.set_xticks(places, [on_axis(name, 14) for name in names], rotation=45, ha="right")
    ax.set_yticks(places, [on_axis(name, 14) for name in names])
    ax.set(xlabel="predicted", ylabel="true", title="Share of each true class")
    if len(names) <= MOST_WRITTEN:
        for row in places:
            for column in places:
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
    wrong = np.where(np.eye(len(names), dtype=bool), 0, counts)
    true, taken = divmod(int(wrong.argmax()), len(names))
    right = float(np.trace(counts)) / max(1.0, counts.sum())
    worst = (
        f"Most often wrong: {names[true]} taken for {names[taken]}, {int(wrong.max()):,} rows."
        if wrong.max() > 0
        else "No row is wrong."
    )
    return PngFigure.of(figure, f"Confusion matrix: {right:.1%} of the rows are right. {worst}")
