"""curves: ROC and precision-recall, of the positive class or of each class against all others."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.section import ExplainSection, Need, Part, on_unseen
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import all_rounded, measured, on_axis, plain, rounded, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.section_cell import SectionResult, SectionSkipped
from automl_magic.look.text_table import TextTable
from automl_magic.records.explanations.measured import (
    ClassCurves,
    Curves,
    Measure,
    PrecisionRecall,
    Roc,
)
from automl_magic.tasks import metrics

MOST_POINTS, MOST_CLASSES = 200, 8
METHOD = (
    "ROC and precision-recall curves by scikit-learn; the areas (ROC AUC, average precision) with "
    "95 % bootstrap intervals."
)


SECTION = ExplainSection(
    record=Curves,
    part=Part.TRUST,
    place=1,
    needs=(Need("has_probabilities", "A regression has no probabilities to rank rows by."),),
)


@SECTION.cell
def curves(subject: Subject, /) -> SectionResult:
    """Measure how well the probabilities rank the rows.

    More than two classes are measured one against all others, the most frequent eight of them.
    """
    unseen = subject.unseen
    counts = np.bincount(unseen.y, minlength=subject.recipe.n_classes)
    wanted = [1] if subject.has_two_classes else np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    found = []
    for code in map(int, wanted):
        is_it = (unseen.y == code).astype(np.int64)
        if 0 < is_it.sum() < len(is_it):
            found.append(_curves_of(code, is_it, unseen.predicted[:, code], subject.recipe.seed))
    if not found:
        raise SectionSkipped("The rows hold one class only, and a curve needs two.")
    notes = []
    if len(found) < len(counts) and not subject.has_two_classes:
        notes.append(f"The {len(found)} most frequent of {len(counts)} classes are shown.")
    section = Curves(
        **on_unseen(subject, METHOD, notes),
        classes=tuple(found),
    )
    names = {one.output: shown(plain(subject.recipe.classes[one.output])) for one in found}
    return section, CellOutput(picture=_drawn(found, names), tables=[_table(found, names)])


def _curves_of(code: int, is_it: Any, probability: Any, seed: int) -> ClassCurves:
    from sklearn.metrics import precision_recall_curve, roc_curve

    fpr, tpr, cuts = roc_curve(is_it, probability, drop_intermediate=True)
    kept = _thinned(len(fpr))
    precision, recall, levels = precision_recall_curve(is_it, probability)
    # From the highest threshold to the lowest, as in the ROC curve. The end point without a row
    # (precision 1 at recall 0) has no threshold of its own.
    precision, recall = precision[::-1], recall[::-1]
    levels = np.concatenate([[1.0], levels[::-1]])
    of_recall = _thinned(len(recall))
    return ClassCurves(
        output=code,
        rows=int(is_it.sum()),
        roc=Roc(
            fpr=all_rounded(fpr[kept]),
            tpr=all_rounded(tpr[kept]),
            thresholds=all_rounded(np.minimum(cuts[kept], 1.0)),
            auc=_area("roc_auc", is_it, probability, seed),
        ),
        precision_recall=PrecisionRecall(
            precision=all_rounded(precision[of_recall]),
            recall=all_rounded(recall[of_recall]),
            thresholds=all_rounded(levels[of_recall]),
            average_precision=_area("average_precision", is_it, probability, seed),
            share=rounded(float(is_it.mean())),
        ),
    )


def _area(name: str, is_it: Any, probability: Any, seed: int) -> Measure:
    both = np.column_stack([1.0 - probability, probability])
    low, high = metrics.interval(name, is_it, both, seed=seed, repeats=100)
    value = metrics.score(name, is_it, both)
    if low is None or high is None:
        return Measure(value=rounded(value))
    return Measure(value=rounded(value), low=rounded(low), high=rounded(high))


def _thinned(n: int) -> Any:
    """Return at most 200 positions of n, the ends among them."""
    return np.unique(np.linspace(0, n - 1, min(n, MOST_POINTS)).round().astype(int))


def _drawn(found: list[ClassCurves], names: dict[int, str]) -> PngFigure:
    figure, (left, right) = draw.panels(2)
    for place, one in enumerate(found):
        style: dict[str, Any] = {
            "color": draw.COLOURS[place % len(draw.COLOURS)],
            "linestyle": draw.PATTERNS[place % len(draw.PATTERNS)],
            "label": on_axis(names[one.output], 18),
        }
        left.plot(one.roc.fpr, one.roc.tpr, **style)
        right.plot(one.precision_recall.recall, one.precision_recall.precision, **style)
    left.plot([0, 1], [0, 1], color=draw.FAINT, linewidth=0.8, linestyle=":")
    left.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC")
    right.set(xlabel="recall", ylabel="precision", title="Precision and recall", ylim=(0, 1.03))
    if len(found) == 1:
        right.axhline(
            found[0].precision_recall.share, color=draw.FAINT, linewidth=0.8, linestyle=":"
        )
    else:
        right.legend(fontsize=7, loc="lower left")
    areas = [
        f"{names[one.output]}: ROC AUC {one.roc.auc.value:.4f}, "
        f"average precision {one.precision_recall.average_precision.value:.4f}"
        for one in found
    ]
    dotted = "Dotted: what chance alone would give." if len(found) == 1 else ""
    return PngFigure.of(figure, f"ROC and precision-recall curves. {'; '.join(areas)}. {dotted}")


def _table(found: list[ClassCurves], names: dict[int, str]) -> TextTable:
    return TextTable(
        "The area under each curve, with its 95 % interval",
        ("Class", "Rows", "ROC AUC", "Average precision", "By chance"),
        [
            (
                names[one.output],
                f"{one.rows:,}",
                measured(one.roc.auc),
                measured(one.precision_recall.average_precision),
                f"{one.precision_recall.share:.3f}",
            )
            for one in found
        ],
        frozenset({1, 2, 3, 4}),
    )
