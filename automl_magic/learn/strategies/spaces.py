"""The parameters that a variation may change, and how far: an estimator's own space and its rate.

The learning rate stays near those of the cells: the plan chose it by the budget. An estimator that
has no space is not varied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from automl_magic.learn.candidate import Candidate
from automl_magic.recipe import Range, member

LEARNING_RATE = "learning_rate"
LEARNING_RATE_FACTOR = 1.5


def space_of(
    estimator: str, params: Mapping[str, Any], rates: Mapping[str, tuple[float, float]]
) -> dict[str, Range]:
    """Return what may be varied of an estimator with these parameters.

    Parameters
    ----------
    rates
        From `learning_rates`.
    """
    space = {
        name: values
        for name, values in member(estimator).space.items()
        if values.usual is not None or is_number(params.get(name))
    }
    if space and estimator in rates and is_number(params.get(LEARNING_RATE)):
        low, high = rates[estimator]
        space[LEARNING_RATE] = Range(
            float(f"{low / LEARNING_RATE_FACTOR:.3g}"),
            float(f"{high * LEARNING_RATE_FACTOR:.3g}"),
            log=True,
        )
    return space


def learning_rates(candidates: Iterable[Candidate]) -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest learning rate of each estimator's cells."""
    rates: dict[str, list[float]] = {}
    for offered in candidates:
        rate = offered.params.get(LEARNING_RATE)
        if is_number(rate):
            rates.setdefault(offered.estimator, []).append(rate)
    return {estimator: (min(found), max(found)) for estimator, found in rates.items()}


def place(params: Mapping[str, Any], space: Mapping[str, Range]) -> dict[str, float]:
    """Return where parameters lie in a space; what they leave out is the library's usual value."""
    found = {}
    for name, values in space.items():
        value = params.get(name)
        known = value if is_number(value) else values.usual
        if known is not None:
            found[name] = values.inside(known)
    return found


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
