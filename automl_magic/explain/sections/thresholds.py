"""Decision thresholds: the counts and costs of errors by threshold."""

from __future__ import annotations

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.section_cell import SectionResult
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import axis_label, round_number, round_numbers, to_json_value
from automl_magic.explain.section import (
    ExplainPart,
    ExplainSection,
    TaskRequirement,
    unseen_metadata,
)
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Plan
from automl_magic.records.explanations.evaluation import ThresholdCurve
from automl_magic.tasks.splits import Rows

STEPS = 101
METHOD = (
    "Correct and wrong predictions at each threshold, weighted by the costs of errors "
    "(Elkan, The Foundations of Cost-Sensitive Learning, 2001)."
)


def _values(plan: Plan) -> dict[str, object]:
    business = plan.experiment.business
    return {
        "cost_false_positive": business.cost_false_positive,
        "cost_false_negative": business.cost_false_negative,
    }


SECTION = ExplainSection(
    record=ThresholdCurve,
    part=ExplainPart.TRUST,
    position=2,
    requirements=(TaskRequirement("has_threshold", "Only binary classification has a threshold."),),
    values=_values,
)


@SECTION.cell
def thresholds(
    explainer: Explainer,
    /,
    *,
    cost_false_positive: float | None = None,
    cost_false_negative: float | None = None,
) -> SectionResult:
    """Count correct and wrong predictions for every threshold, and weight them by cost.

    Parameters
    ----------
    cost_false_positive, cost_false_negative : float, default 1
        The costs of errors, in the same unit.
    """
    unseen, chosen = explainer.unseen, explainer.model.threshold
    costs_given = cost_false_positive is not None and cost_false_negative is not None
    costs = np.array([cost_false_positive or 1.0, cost_false_negative or 1.0])
    counts = _Counts(unseen.y, unseen.predicted[:, 1])
    cheapest = counts.cheapest(costs)
    cuts = np.unique(np.concatenate([np.linspace(0, 1, STEPS), [chosen, cheapest]]))
    true_positives, false_positives = counts.at(cuts)
    false_negatives = counts.positives - true_positives
    true_negatives = counts.rows - counts.positives - false_positives
    per_row = (costs[0] * false_positives + costs[1] * false_negatives) / counts.rows
    section = ThresholdCurve(
        **unseen_metadata(explainer, METHOD, _notes(explainer, costs_given=costs_given)),
        positive=to_json_value(explainer.recipe.classes[1]),
        thresholds=round_numbers(cuts),
        true_positives=tuple(true_positives.tolist()),
        false_positives=tuple(false_positives.tolist()),
        false_negatives=tuple(false_negatives.tolist()),
        true_negatives=tuple(true_negatives.tolist()),
        cost_false_positive=float(costs[0]),
        cost_false_negative=float(costs[1]),
        costs_were_given=costs_given,
        cost_per_row=round_numbers(per_row),
        chosen=round_number(chosen),
        chosen_cost_per_row=round_number(per_row[np.searchsorted(cuts, chosen)]),
        cheapest=round_number(cheapest),
        cheapest_cost_per_row=round_number(per_row[np.searchsorted(cuts, cheapest)]),
    )
    return section, CellOutput(figure=_draw(section), tables=[_table(section)])


class _Counts:
    """True and false positives by threshold, from sorted rows."""

    def __init__(self, y: Array, probability: Floats) -> None:
        order = np.argsort(-probability, kind="stable")
        self._ranked = probability[order]
        self._hits = np.concatenate([[0], np.cumsum(y[order] == 1)])
        self.rows, self.positives = len(y), int(self._hits[-1])

    def at(self, cuts: Floats) -> tuple[Rows, Rows]:
        """Return the true and false positives at each threshold in `cuts`."""
        n_above = np.searchsorted(-self._ranked, -cuts, side="right")
        return self._hits[n_above], n_above - self._hits[n_above]

    def cheapest(self, costs: Floats) -> float:
        """Return the threshold with the lowest cost on these rows, between two probabilities."""
        ends = np.flatnonzero(self._ranked[1:] < self._ranked[:-1]) + 1
        ends = np.concatenate([[0], ends, [self.rows]])
        hits = self._hits[ends]
        best = int(np.argmin(costs[0] * (ends - hits) + costs[1] * (self.positives - hits)))
        if ends[best] == 0:
            return 1.0
        if ends[best] == self.rows:
            return 0.0
        return float((self._ranked[ends[best] - 1] + self._ranked[ends[best]]) / 2)


def _notes(explainer: Explainer, *, costs_given: bool) -> tuple[str, ...]:
    notes = []
    if not costs_given:
        notes.append(
            "The experiment sets no costs, so both errors cost 1. To change that, set "
            "cost_false_positive and cost_false_negative under business in the experiment file."
        )
    if explainer.recipe.threshold is None:
        notes.append("The model uses the default threshold of 0.5: its metric needs no other.")
    notes.append("The cheapest threshold was chosen on these rows, so it's slightly optimistic.")
    return tuple(notes)


def _draw(section: ThresholdCurve) -> PngFigure:
    figure, (error_ax, cost_ax) = plotting.panels(2)
    rows = section.rows
    curves = {
        "false positives": section.false_positives,
        "false negatives": section.false_negatives,
    }
    for index, (name, counts) in enumerate(curves.items()):
        error_ax.plot(
            section.thresholds,
            [count / rows for count in counts],
            color=plotting.COLOURS[index],
            linestyle=plotting.PATTERNS[index],
            label=name,
        )
    error_ax.set(xlabel="threshold", ylabel="share of rows", title="Errors")
    error_ax.legend(fontsize=8)
    cost_ax.plot(section.thresholds, section.cost_per_row, color=plotting.COLOURS[0])
    for threshold, cost, mark, name in (
        (section.chosen, section.chosen_cost_per_row, "o", "the model's"),
        (section.cheapest, section.cheapest_cost_per_row, "D", "cheapest here"),
    ):
        cost_ax.plot(
            [threshold], [cost], mark, color=plotting.COLOURS[1], label=f"{name}: {threshold:.3g}"
        )
    cost_ax.set(xlabel="threshold", ylabel="cost per row", title="Cost of errors")
    cost_ax.legend(fontsize=8)
    figure.suptitle(f"Positive: {axis_label(section.positive)}", fontsize=9)
    return PngFigure.of(
        figure,
        "Errors and their cost by threshold. The model's threshold of "
        f"{section.chosen:.3g} costs {section.chosen_cost_per_row:.4g} per row. The cheapest on "
        f"these rows, {section.cheapest:.3g}, costs {section.cheapest_cost_per_row:.4g}.",
    )


def _table(section: ThresholdCurve) -> TextTable:
    rows = []
    for name, threshold in (("the model's", section.chosen), ("cheapest here", section.cheapest)):
        i = section.thresholds.index(threshold)
        rows.append(
            (
                name,
                f"{threshold:.4g}",
                f"{section.true_positives[i]:,}",
                f"{section.false_positives[i]:,}",
                f"{section.false_negatives[i]:,}",
                f"{section.true_negatives[i]:,}",
                f"{section.cost_per_row[i]:.4g}",
            )
        )
    costs = f"{section.cost_false_positive:g} and {section.cost_false_negative:g}"
    return TextTable(
        f"Counts by threshold, with costs of {costs} for false positives and false negatives",
        (
            "Threshold",
            "At",
            "True pos.",
            "False pos.",
            "False neg.",
            "True neg.",
            "Cost per row",
        ),
        rows,
        frozenset(range(1, 7)),
    )
