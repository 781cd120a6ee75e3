"""The search space of a variation: an estimator's own space and its learning rate.

The learning rate stays close to those of the cells, because the plan chose it for the budget. An
estimator without a space isn't varied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeGuard

from automl_magic.learn.candidate import CandidateSpec
from automl_magic.recipe import Range, member

LEARNING_RATE = "learning_rate"
LEARNING_RATE_FACTOR = 1.5


def space_of(
    estimator: str, params: Mapping[str, object], rates: Mapping[str, tuple[float, float]]
) -> dict[str, Range]:
    """Return the search space of an estimator with these parameters.

    Parameters
    ----------
    rates : mapping of estimator to (low, high)
        From `learning_rates`.
    """
    space = {
        name: values
        for name, values in member(estimator).space.items()
        if values.default is not None or is_number(params.get(name))
    }
    if space and estimator in rates and is_number(params.get(LEARNING_RATE)):
        low, high = rates[estimator]
        space[LEARNING_RATE] = Range(
            float(f"{low / LEARNING_RATE_FACTOR:.3g}"),
            float(f"{high * LEARNING_RATE_FACTOR:.3g}"),
            log=True,
        )
    return space


def learning_rates(candidates: Iterable[CandidateSpec]) -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest learning rate of each estimator's cells."""
    rates: dict[str, list[float]] = {}
    for candidate in candidates:
        rate = candidate.params.get(LEARNING_RATE)
        if is_number(rate):
            rates.setdefault(candidate.estimator, []).append(rate)
    return {estimator: (min(values), max(values)) for estimator, values in rates.items()}


def position_of(params: Mapping[str, object], space: Mapping[str, Range]) -> dict[str, float]:
    """Return the position of parameters in a space. Omitted ones have the library's default."""
    position = {}
    for name, values in space.items():
        value = params.get(name)
        number = value if is_number(value) else values.default
        if number is not None:
            position[name] = values.clip(number)
    return position


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
