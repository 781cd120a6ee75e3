"""Sample parameters from a space with Optuna's samplers, given the results of earlier trials.

Each sample uses a new study, which takes about ten milliseconds and can't get out of sync with the
trials. Optuna is imported on first use.
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
class ObservedTrial:
    """The position of an earlier trial in the space, and its loss, or None if it was pruned."""

    position: Mapping[str, float]
    loss: float | None

    def is_in(self, space: Mapping[str, Range]) -> bool:
        """Return whether the trial is inside the space in each parameter."""
        return all(
            name in self.position and self.position[name] in values
            for name, values in space.items()
        )


def random_sampler(seed: int) -> BaseSampler:
    """Return a sampler that draws uniformly."""
    from optuna.samplers import RandomSampler

    return RandomSampler(seed=seed)


def tpe_sampler(seed: int) -> BaseSampler:
    """Return a TPE sampler, which favors regions with good results.

    The tree-structured Parzen estimator over all parameters at once (Watanabe, 2023,
    arXiv:2304.11127). It needs earlier results: it never starts at random.
    """
    from optuna.samplers import TPESampler

    # Trials run one after another, so a constant liar isn't needed.
    return TPESampler(seed=seed, multivariate=True, constant_liar=False, n_startup_trials=1)


def draw(
    sampler: BaseSampler, space: Mapping[str, Range], results: Sequence[ObservedTrial] = ()
) -> dict[str, float | int]:
    """Return a value for each parameter of a space.

    All results must be inside the space. A pruned one counts as worse than all others.
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
                params={name: result.position[name] for name in space},
                distributions=distributions,
            )
            for result in results
        )
        params = study.ask(distributions).params
    return {name: space[name].clip(value) for name, value in params.items()}


def _distribution(values: Range) -> BaseDistribution:
    from optuna.distributions import FloatDistribution, IntDistribution

    if values.integer:
        return IntDistribution(int(values.low), int(values.high), log=values.log)
    return FloatDistribution(values.low, values.high, log=values.log)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from logging each study, then restore the user's log level."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
