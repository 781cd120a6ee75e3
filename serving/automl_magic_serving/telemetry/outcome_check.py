"""Check reported outcomes: each must be a class of its model, or a number for a regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automl_magic.errors import DataError
from automl_magic.recipe.column_rules import short_value
from automl_magic.recipe.outcomes import OutcomeReader
from automl_magic.recipe.reading import UNREAD

MAX_PROBLEMS = 20


@dataclass(frozen=True)
class OutcomeProblem:
    """An outcome that can't be read: its position in the report, and the valid values."""

    index: int
    expected: str
    actual: str


class InvalidOutcomes(DataError):
    """Reported outcomes that aren't classes of their model, or numbers.

    Attributes
    ----------
    problems : list of OutcomeProblem
        At most 20.
    """

    def __init__(self, problems: Sequence[OutcomeProblem]) -> None:
        self.problems = list(problems[:MAX_PROBLEMS])
        first = self.problems[0]
        super().__init__(
            "The outcomes don't match the model.",
            why=f"Expected {first.expected}, found {first.actual}.",
            fix="Send the labels or numbers of the target column.",
        )


def check_outcomes(
    outcomes: Sequence[tuple[str, object]],
    deployments: Mapping[str, str],
    readers: Mapping[str, OutcomeReader],
) -> None:
    """Check that every outcome can be read.

    Parameters
    ----------
    outcomes : sequence of (str, object)
        Pairs of a prediction id and a label or number.
    deployments : mapping of str to str
        The deployment of each logged prediction. Others aren't logged, or not yet: their outcomes
        must be valid for any of the readers.
    readers : mapping of str to OutcomeReader
        By deployment. The outcomes of other deployments aren't checked.

    Raises
    ------
    InvalidOutcomes
    """
    problems = []
    for index, (prediction_id, value) in enumerate(outcomes):
        deployment = deployments.get(prediction_id)
        if deployment is None:
            candidates = list(readers.values())
        else:
            candidates = [readers[deployment]] if deployment in readers else []
        if candidates and all(reader.read(value) is UNREAD for reader in candidates):
            expected = " or ".join(dict.fromkeys(reader.expected for reader in candidates))
            problems.append(OutcomeProblem(index, expected, short_value(value)))
    if problems:
        raise InvalidOutcomes(problems)
