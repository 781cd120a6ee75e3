"""ROC and precision-recall curves of the positive class, or of each class against all others."""

from __future__ import annotations

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import (
    axis_label,
    format_cell,
    format_measure,
    round_number,
    round_numbers,
    to_json_value,
)
from automl_magic.explain.section import (
    ExplainPart,
    ExplainSection,
    TaskRequirement,
    unseen_metadata,
)
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.explanations.evaluation import (
    ClassCurves,
    Curves,
    Measure,
    PrecisionRecall,
    Roc,
)
from automl_magic.tasks import metrics
from automl_magic.tasks.splits import Rows

MAX_POINTS, MAX_CLASSES = 200, 8
METHOD = (
    "ROC and precision-recall curves by scikit-learn. ROC AUC and average precision with 95% "
    "bootstrap intervals."
)


SECTION = ExplainSection(
    record=Curves,
    part=ExplainPart.TRUST,
    position=1,
    requirements=(
        TaskRequirement("has_probabilities", "A regression has no probabilities to rank rows by."),
    ),
)


@SECTION.cell
def curves(explainer: Explainer, /) -> SectionResult:
    """Measure how well the probabilities rank the rows.

    For more than two classes, each of the eight most frequent is measured against all others.
    """
    unseen = explainer.unseen
    counts = np.bincount(unseen.y, minlength=explainer.recipe.n_classes)
    codes = [1] if explainer.has_two_classes else np.argsort(-counts, kind="stable")[:MAX_CLASSES]
    class_curves = []
    for code in map(int, codes):
        is_class = (unseen.y == code).astype(np.int64)
        if 0 < is_class.sum() < len(is_class):
            class_curves.append(
                _curves_of(code, is_class, unseen.predicted[:, code], explainer.recipe.seed)
            )
    if not class_curves:
        raise SectionSkipped("The rows have only one class. A curve needs two.")
    notes = []
    if len(class_curves) < len(counts) and not explainer.has_two_classes:
        notes.append(f"The {len(class_curves)} most frequent of {len(counts)} classes are shown.")
    section = Curves(
        **unseen_metadata(explainer, METHOD, notes),
        classes=tuple(class_curves),
    )
    names = {
        curve.output: format_cell(to_json_value(explainer.recipe.classes[curve.output]))
        for curve in class_curves
    }
    return section, CellOutput(
        figure=_draw(class_curves, names), tables=[_table(class_curves, names)]
    )


def _curves_of(code: int, is_class: Array, probability: Floats, seed: int) -> ClassCurves:
    from sklearn.metrics import precision_recall_curve, roc_curve

    fpr, tpr, cuts = roc_curve(is_class, probability, drop_intermediate=True)
    roc_points = _thinned(len(fpr))
    precision, recall, levels = precision_recall_curve(is_class, probability)
    # From the highest threshold to the lowest, as in the ROC curve. The end point (precision 1,
    # recall 0) has no threshold.
    precision, recall = precision[::-1], recall[::-1]
    levels = np.concatenate([[1.0], levels[::-1]])
    recall_points = _thinned(len(recall))
    return ClassCurves(
        output=code,
        rows=int(is_class.sum()),
        roc=Roc(
            fpr=round_numbers(fpr[roc_points]),
            tpr=round_numbers(tpr[roc_points]),
            thresholds=round_numbers(np.minimum(cuts[roc_points], 1.0)),
            auc=_area("roc_auc", is_class, probability, seed),
        ),
        precision_recall=PrecisionRecall(
            precision=round_numbers(precision[recall_points]),
            recall=round_numbers(recall[recall_points]),
            thresholds=round_numbers(levels[recall_points]),
            average_precision=_area("average_precision", is_class, probability, seed),
            share=round_number(float(is_class.mean())),
        ),
    )


def _area(name: str, is_class: Array, probability: Floats, seed: int) -> Measure:
    probabilities = np.column_stack([1.0 - probability, probability])
    low, high = metrics.interval(name, is_class, probabilities, seed=seed, repeats=100)
    value = metrics.score(name, is_class, probabilities)
    if low is None or high is None:
        return Measure(value=round_number(value))
    return Measure(value=round_number(value), low=round_number(low), high=round_number(high))


def _thinned(n: int) -> Rows:
    """Return at most 200 positions of n, with both ends."""
    return np.unique(np.linspace(0, n - 1, min(n, MAX_POINTS)).round().astype(int))


def _draw(class_curves: list[ClassCurves], names: dict[int, str]) -> PngFigure:
    figure, (roc_ax, recall_ax) = plotting.panels(2)
    for index, curve in enumerate(class_curves):
        label = axis_label(names[curve.output], 18)
        for ax, x, y in (
            (roc_ax, curve.roc.fpr, curve.roc.tpr),
            (recall_ax, curve.precision_recall.recall, curve.precision_recall.precision),
        ):
            ax.plot(
                x,
                y,
                color=plotting.COLOURS[index % len(plotting.COLOURS)],
                linestyle=plotting.PATTERNS[index % len(plotting.PATTERNS)],
                label=label,
            )
    roc_ax.plot([0, 1], [0, 1], color=plotting.FAINT, linewidth=0.8, linestyle=":")
    roc_ax.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC")
    recall_ax.set(xlabel="recall", ylabel="precision", title="Precision-recall", ylim=(0, 1.03))
    if len(class_curves) == 1:
        recall_ax.axhline(
            class_curves[0].precision_recall.share,
            color=plotting.FAINT,
            linewidth=0.8,
            linestyle=":",
        )
    else:
        recall_ax.legend(fontsize=7, loc="lower left")
    areas = [
        f"{names[curve.output]}: ROC AUC {curve.roc.auc.value:.4f}, "
        f"average precision {curve.precision_recall.average_precision.value:.4f}"
        for curve in class_curves
    ]
    dotted = "The dotted line is chance." if len(class_curves) == 1 else ""
    return PngFigure.of(figure, f"ROC and precision-recall curves. {'; '.join(areas)}. {dotted}")


def _table(class_curves: list[ClassCurves], names: dict[int, str]) -> TextTable:
    return TextTable(
        "Area under each curve, with its 95% interval",
        ("Class", "Rows", "ROC AUC", "Average precision", "Chance"),
        [
            (
                names[curve.output],
                f"{curve.rows:,}",
                format_measure(curve.roc.auc),
                format_measure(curve.precision_recall.average_precision),
                f"{curve.precision_recall.share:.3f}",
            )
            for curve in class_curves
        ],
        frozenset({1, 2, 3, 4}),
    )
