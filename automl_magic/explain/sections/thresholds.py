"""thresholds: from which probability on a row counts as positive, and what the mistakes cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.section import ExplainSection, Need, Part, on_unseen
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import all_rounded, on_axis, plain, rounded
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text_table import TextTable
from automl_magic.records import Plan
from automl_magic.records.explanations.measured import Thresholds

STEPS = 101
METHOD = (
    "The counts of right and wrong answers at each threshold, weighed by what a mistake costs "
    "(Elkan, The Foundations of Cost-Sensitive Learning, 2001)."
)


def _values(plan: Plan) -> dict[str, object]:
    business = plan.experiment.business
    return {
        "cost_false_positive": business.cost_false_positive,
        "cost_false_negative": business.cost_false_negative,
    }


SECTION = ExplainSection(
    record=Thresholds,
    part=Part.TRUST,
    place=2,
    needs=(Need("has_threshold", "Only two classes have a threshold."),),
    values=_values,
)


@SECTION.cell
def thresholds(
    subject: Subject,
    /,
    *,
    cost_false_positive: float | None = None,
    cost_false_negative: float | None = None,
) -> SectionResult:
    """Count right and wrong answers for every threshold, and weigh them.

    Parameters
    ----------
    cost_false_positive, cost_false_negative : float, optional
        What a wrong yes and a wrong no cost, in one unit; 1 where it is not said.
    """
    unseen, chosen = subject.unseen, subject.model.threshold
    given = cost_false_positive is not None and cost_false_negative is not None
    costs = np.array([cost_false_positive or 1.0, cost_false_negative or 1.0])
    counts = _Counts(unseen.y, unseen.predicted[:, 1])
    cheapest = counts.cheapest(costs)
    cuts = np.unique(np.concatenate([np.linspace(0, 1, STEPS), [chosen, cheapest]]))
    true_positives, false_positives = counts.at(cuts)
    false_negatives = counts.positives - true_positives
    true_negatives = counts.rows - counts.positives - false_positives
    per_row = (costs[0] * false_positives + costs[1] * false_negatives) / counts.rows
    section = Thresholds(
        **on_unseen(subject, METHOD, _notes(subject, given=given)),
        positive=plain(subject.recipe.classes[1]),
        thresholds=all_rounded(cuts),
        true_positives=tuple(true_positives.tolist()),
        false_positives=tuple(false_positives.tolist()),
        false_negatives=tuple(false_negatives.tolist()),
        true_negatives=tuple(true_negatives.tolist()),
        cost_false_positive=float(costs[0]),
        cost_false_negative=float(costs[1]),
        costs_were_given=given,
        cost_per_row=all_rounded(per_row),
        chosen=rounded(chosen),
        chosen_cost_per_row=rounded(per_row[np.searchsorted(cuts, chosen)]),
        cheapest=rounded(cheapest),
        cheapest_cost_per_row=rounded(per_row[np.searchsorted(cuts, cheapest)]),
    )
    return section, CellOutput(picture=_drawn(section), tables=[_table(section)])


class _Counts:
    """True and false positives by threshold, from one sorting of the rows."""

    def __init__(self, y: Any, probability: Any) -> None:
        order = np.argsort(-probability, kind="stable")
        self._ranked = probability[order]
        self._hits = np.concatenate([[0], np.cumsum(y[order] == 1)])
        self.rows, self.positives = len(y), int(self._hits[-1])

    def at(self, cuts: Any) -> tuple[Any, Any]:
        """Return the true and the false positives of rows with a probability of `cuts` or more."""
        above = np.searchsorted(-self._ranked, -cuts, side="right")
        return self._hits[above], above - self._hits[above]

    def cheapest(self, costs: Any) -> float:
        """Return the threshold with the least cost on these rows, between two of them."""
        ends = np.flatnonzero(self._ranked[1:] < self._ranked[:-1]) + 1
        ends = np.concatenate([[0], ends, [self.rows]])
        hits = self._hits[ends]
        least = int(np.argmin(costs[0] * (ends - hits) + costs[1] * (self.positives - hits)))
        if ends[least] == 0:
            return 1.0
        if ends[least] == self.rows:
            return 0.0
        return float((self._ranked[ends[least] - 1] + self._ranked[ends[least]]) / 2)


def _notes(subject: Subject, *, given: bool) -> tuple[str, ...]:
    notes = []
    if not given:
        notes.append(
            "The experiment names no costs, so both mistakes cost 1: set cost_false_positive and "
            "cost_false_negative under business in the experiment file."
        )
    if subject.recipe.threshold is None:
        notes.append("The model keeps the usual threshold of 0.5: its metric asks for no other.")
    notes.append("The cheapest threshold was found on these rows, which flatters it a little.")
    return tuple(notes)


def _drawn(found: Thresholds) -> PngFigure:
    figure, (left, right) = draw.panels(2)
    rows = found.rows
    curves = {
        "false positives": found.false_positives,
        "false negatives": found.false_negatives,
    }
    for place, (name, counts) in enumerate(curves.items()):
        left.plot(
            found.thresholds,
            [count / rows for count in counts],
            color=draw.COLOURS[place],
            linestyle=draw.PATTERNS[place],
            label=name,
        )
    left.set(xlabel="threshold", ylabel="share of the rows", title="Mistakes")
    left.legend(fontsize=8)
    right.plot(found.thresholds, found.cost_per_row, color=draw.COLOURS[0])
    for at, cost, mark, name in (
        (found.chosen, found.chosen_cost_per_row, "o", "the model's"),
        (found.cheapest, found.cheapest_cost_per_row, "D", "cheapest here"),
    ):
        right.plot([at], [cost], mark, color=draw.COLOURS[1], label=f"{name}: {at:.3g}")
    right.set(xlabel="threshold", ylabel="cost per row", title="What mistakes cost")
    right.legend(fontsize=8)
    figure.suptitle(f"Positive: {on_axis(found.positive)}", fontsize=9)
    return PngFigure.of(
        figure,
        "Mistakes and their cost by threshold. The model's threshold of "
        f"{found.chosen:.3g} costs {found.chosen_cost_per_row:.4g} a row; the cheapest on these "
        f"rows, {found.cheapest:.3g}, costs {found.cheapest_cost_per_row:.4g}.",
    )


def _table(found: Thresholds) -> TextTable:
    rows = []
    for name, at in (("the model's", found.chosen), ("cheapest here", found.cheapest)):
        i = found.thresholds.index(at)
        rows.append(
            (
                name,
                f"{at:.4g}",
                f"{found.true_positives[i]:,}",
                f"{found.false_positives[i]:,}",
                f"{found.false_negatives[i]:,}",
                f"{found.true_negatives[i]:,}",
                f"{found.cost_per_row[i]:.4g}",
            )
        )
    costs = f"{found.cost_false_positive:g} and {found.cost_false_negative:g}"
    return TextTable(
        f"Rows by answer, where a wrong yes and a wrong no cost {costs}",
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
