"""choose: the rows to look at one by one, each for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.explain.subject import Subject
from automl_magic.look.numbers import format_percent, format_value

SUREST, LEAST_SURE, MOST_WRONG, RANDOM = "surest", "least_sure", "most_wrong", "random"
HIGHEST, LOWEST = "highest", "lowest"
OF_EACH = 8


@dataclass(frozen=True)
class Chosen:
    """A row: its position, why it was taken, and what a model said that had not seen it."""

    position: int
    chosen_as: str
    why: str
    unseen: float


def chosen_rows(subject: Subject) -> list[Chosen]:
    """Return about 30 rows, each once: the surest, the least sure, the most wrong, and some others.

    They are chosen by predictions of models that had not seen them.
    """
    kinds = _of_classes(subject) if subject.recipe.task.has_classes else _of_values(subject)
    found: dict[int, Chosen] = {}
    for ranked in kinds:
        of_kind = 0
        for one in ranked:
            if of_kind == OF_EACH:
                break
            if one.position not in found:
                found[one.position] = one
                of_kind += 1
    return list(found.values())


def _of_classes(subject: Subject) -> list[Iterator[Chosen]]:
    unseen = subject.unseen
    places = np.arange(len(unseen.y))
    truth = unseen.predicted[places, unseen.y]
    said = subject.codes(unseen.predicted)
    surest = np.sort(unseen.predicted, axis=1)
    margin = surest[:, -1] - surest[:, -2]
    if subject.has_two_classes:
        margin = np.abs(unseen.predicted[:, 1] - subject.model.threshold)
    top = surest[:, -1]

    def taken(order: Any, kind: str, why: str, shows: Any) -> Iterator[Chosen]:
        for place in order[: 4 * OF_EACH]:
            sentence = why.format(format_percent(float(shows[place])))
            position = int(unseen.rows[place])
            yield Chosen(position, kind, sentence, float(truth[place]))

    wrong = np.argsort(truth, kind="stable")
    wrong = wrong[said[wrong] != unseen.y[wrong]]
    return [
        taken(wrong, MOST_WRONG, "The true class was given a probability of {} only.", truth),
        taken(
            np.argsort(margin, kind="stable"),
            LEAST_SURE,
            "Hardly surer of one class than of another: at most {}.",
            top,
        ),
        taken(
            _sure_of_each(unseen.predicted, said),
            SUREST,
            "One of the surest predictions of its class: {}.",
            top,
        ),
        taken(_shuffled(subject), RANDOM, "Drawn at random; its class was given {}.", truth),
    ]


def _sure_of_each(predicted: Any, said: Any) -> Any:
    """Return rows by how sure they are of the predicted class, the classes taking turns."""
    order = np.argsort(-predicted.max(axis=1), kind="stable")
    turn = np.empty(len(order), dtype=np.int64)
    for code in np.unique(said):
        of_class = order[said[order] == code]
        turn[of_class] = np.arange(len(of_class))
    return order[np.argsort(turn[order], kind="stable")]


def _of_values(subject: Subject) -> list[Iterator[Chosen]]:
    unseen = subject.unseen
    off = np.abs(unseen.y - unseen.predicted)

    def taken(order: Any, kind: str, why: str) -> Iterator[Chosen]:
        for place in order[: 4 * OF_EACH]:
            sentence = why.format(
                format_value(float(unseen.predicted[place])), format_value(float(unseen.y[place]))
            )
            yield Chosen(int(unseen.rows[place]), kind, sentence, float(unseen.predicted[place]))

    by_value = np.argsort(unseen.predicted, kind="stable")
    return [
        taken(np.argsort(-off, kind="stable"), MOST_WRONG, "Said {}, and it was {}."),
        taken(by_value[::-1], HIGHEST, "One of the highest predictions: {}, and it was {}."),
        taken(by_value, LOWEST, "One of the lowest predictions: {}, and it was {}."),
        taken(_shuffled(subject), RANDOM, "Drawn at random: said {}, and it was {}."),
    ]


def _shuffled(subject: Subject) -> Any:
    return np.random.default_rng((subject.recipe.seed, 3)).permutation(len(subject.unseen.y))
