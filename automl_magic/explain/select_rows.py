"""Select the rows that are explained one by one, each with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from automl_magic.display.numbers import format_percent, format_value
from automl_magic.explain.explainer import Explainer
from automl_magic.recipe.values import Floats
from automl_magic.tasks.splits import Rows

SUREST, LEAST_SURE, MOST_WRONG, RANDOM = "surest", "least_sure", "most_wrong", "random"
HIGHEST, LOWEST = "highest", "lowest"
OF_EACH = 8


@dataclass(frozen=True)
class SelectedRow:
    """A selected row: its position, the reason, and its out-of-fold or holdout prediction."""

    position: int
    reason_kind: str
    why: str
    unseen: float


def select_rows(explainer: Explainer) -> list[SelectedRow]:
    """Select about 30 rows: those with high or low confidence, large errors, and random ones.

    They're selected by predictions of models not trained on them.
    """
    kinds = _of_classes(explainer) if explainer.recipe.task.has_classes else _of_values(explainer)
    selected: dict[int, SelectedRow] = {}
    for ranked in kinds:
        n_selected = 0
        for row in ranked:
            if n_selected == OF_EACH:
                break
            if row.position not in selected:
                selected[row.position] = row
                n_selected += 1
    return list(selected.values())


def _of_classes(explainer: Explainer) -> list[Iterator[SelectedRow]]:
    unseen = explainer.unseen
    indices = np.arange(len(unseen.y))
    true_probability = unseen.predicted[indices, unseen.y]
    predicted_codes = explainer.codes(unseen.predicted)
    sorted_probabilities = np.sort(unseen.predicted, axis=1)
    margin = sorted_probabilities[:, -1] - sorted_probabilities[:, -2]
    if explainer.has_two_classes:
        margin = np.abs(unseen.predicted[:, 1] - explainer.model.threshold)
    top = sorted_probabilities[:, -1]

    def select_in_order(
        order: Rows, kind: str, template: str, probabilities: Floats
    ) -> Iterator[SelectedRow]:
        for index in order[: 4 * OF_EACH]:
            sentence = template.format(format_percent(float(probabilities[index])))
            position = int(unseen.rows[index])
            yield SelectedRow(position, kind, sentence, float(true_probability[index]))

    errors = np.argsort(true_probability, kind="stable")
    errors = errors[predicted_codes[errors] != unseen.y[errors]]
    return [
        select_in_order(
            errors,
            MOST_WRONG,
            "The true class has a probability of only {}.",
            true_probability,
        ),
        select_in_order(
            np.argsort(margin, kind="stable"),
            LEAST_SURE,
            "Low confidence: the most probable class has {}.",
            top,
        ),
        select_in_order(
            _sure_of_each(unseen.predicted, predicted_codes),
            SUREST,
            "One of the most confident predictions of its class: {}.",
            top,
        ),
        select_in_order(
            _shuffled(explainer),
            RANDOM,
            "Random row. Its true class has a probability of {}.",
            true_probability,
        ),
    ]


def _sure_of_each(predicted: Floats, predicted_codes: Rows) -> Rows:
    """Return rows by descending confidence, alternating between predicted classes."""
    order = np.argsort(-predicted.max(axis=1), kind="stable")
    turn = np.empty(len(order), dtype=np.int64)
    for code in np.unique(predicted_codes):
        of_class = order[predicted_codes[order] == code]
        turn[of_class] = np.arange(len(of_class))
    return order[np.argsort(turn[order], kind="stable")]


def _of_values(explainer: Explainer) -> list[Iterator[SelectedRow]]:
    unseen = explainer.unseen
    errors = np.abs(unseen.y - unseen.predicted)

    def select_in_order(order: Rows, kind: str, template: str) -> Iterator[SelectedRow]:
        for index in order[: 4 * OF_EACH]:
            sentence = template.format(
                format_value(float(unseen.predicted[index])), format_value(float(unseen.y[index]))
            )
            yield SelectedRow(
                int(unseen.rows[index]), kind, sentence, float(unseen.predicted[index])
            )

    by_value = np.argsort(unseen.predicted, kind="stable")
    return [
        select_in_order(
            np.argsort(-errors, kind="stable"),
            MOST_WRONG,
            "Large error: predicted {}, actually {}.",
        ),
        select_in_order(
            by_value[::-1], HIGHEST, "One of the highest predictions: {}, actually {}."
        ),
        select_in_order(by_value, LOWEST, "One of the lowest predictions: {}, actually {}."),
        select_in_order(_shuffled(explainer), RANDOM, "Random row: predicted {}, actually {}."),
    ]


def _shuffled(explainer: Explainer) -> Rows:
    return np.random.default_rng((explainer.recipe.seed, 3)).permutation(len(explainer.unseen.y))
