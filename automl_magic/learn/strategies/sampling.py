"""Sampling: what Optuna's samplers draw from a space, from the results of earlier trials.

A study is made anew for each draw: it holds no state that could differ from the trials, and takes
some ten milliseconds. Optuna itself is imported with the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl_magic.recipe import Range

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler


@dataclass(frozen=True)
class Result:
    """Where an earlier trial lies in the space, and its loss; None if it was given up."""

    place: Mapping[str, float]
    loss: float | None

    def lies_in(self, space: Mapping[str, Range]) -> bool:
        """Say whether the space has a place for it, in each of its parameters."""
        return all(
            name in self.place and self.place[name] in values for name, values in space.items()
        )


def at_random(seed: int) -> BaseSampler:
    """Return a sampler that draws evenly."""
    from optuna.samplers import RandomSampler

    return RandomSampler(seed=seed)


def by_tpe(seed: int) -> BaseSampler:
    """Return a sampler that draws where results were good and not where they were bad.

    The tree-structured Parzen estimator, over all parameters at once (Watanabe, 2023,
    arXiv:2304.11127). Whoever calls it has earlier results, so it never starts at random.
    """
    from optuna.samplers import TPESampler

    # Trials run one after another: there are none to lie about.
    return TPESampler(seed=seed, multivariate=True, constant_liar=False, n_startup_trials=1)


def draw(
    sampler: BaseSampler, space: Mapping[str, Range], results: Sequence[Result] = ()
) -> dict[str, float | int]:
    """Return a value for each parameter of a space.

    The results lie in the space. One that was given up counts as worse than all that were not.
    """
    from optuna import create_study
    from optuna.trial import TrialState, create_trial

    distributions = {name: _distribution(values) for name, values in space.items()}
    with _quiet():
        study = create_study(sampler=sampler)
        study.add_trials(
            create_trial(
                state=TrialState.PRUNED if result.loss is None else TrialState.COMPLETE,
                value=result.loss,
                params={name: result.place[name] for name in space},
                distributions=distributions,
            )
            for result in results
        )
        drawn = study.ask(distributions).params
    return {name: space[name].inside(value) for name, value in drawn.items()}


def _distribution(values: Range) -> BaseDistribution:
    from optuna.distributions import FloatDistribution, IntDistribution

    if values.whole:
        return IntDistribution(int(values.low), int(values.high), log=values.log)
    return FloatDistribution(values.low, values.high, log=values.log)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from logging each study, without changing what a user has asked of it."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
