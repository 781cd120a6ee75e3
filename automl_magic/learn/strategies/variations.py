"""Variations: the best trials of the candidates, with some parameters resampled.

Most variations stay close to their parent, because its settings are proven and samples from the
full range mostly score worse. Some use the full range, so that the search can find new settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from automl_magic.learn.candidate import CandidateSpec, Proposal
from automl_magic.learn.strategies import sampling
from automl_magic.learn.strategies.parents import distinct, loss_of, next_parents
from automl_magic.learn.strategies.spaces import learning_rates, position_of, space_of
from automl_magic.recipe import Range
from automl_magic.records import Metric, Trial
from automl_magic.records.codec import json_text

# This share of variations stays within `REACH` of each range, changing this share of parameters.
NEAR_SHARE, REACH, CHANGED_SHARE = 0.85, 0.3, 0.5
# The number of results that TPE needs: near a parent, and in the full range.
MIN_NEARBY_RESULTS, MIN_RESULTS = 5, 8
ATTEMPTS = 20
MAX_NAMED = 4


class Variations:
    """Proposes variations until there are no new ones.

    With `learns`, TPE samples them once there are enough results. Otherwise they are random.
    """

    def __init__(
        self, candidates: Mapping[str, CandidateSpec], metric: Metric, seed: int, *, learns: bool
    ) -> None:
        self._rates = learning_rates(candidates.values())
        self._metric, self._seed, self._learns = metric, seed, learns

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None:
        """Return a variation of the next parent trial, or None if there is nothing new."""
        tried_keys = {_key(trial, trial.params) for trial in history}
        random = np.random.default_rng([self._seed, len(history)])
        for parent in next_parents(history, self._metric):
            if parent.fit_s > usable_s:
                continue
            for how, params in self._draws(parent, history, random):
                if _key(parent, params) not in tried_keys:
                    return Proposal(
                        parent.candidate,
                        parent.estimator,
                        parent.view,
                        params,
                        f"{how}: {_changes(parent.params, params)}.",
                        parent.number,
                    )
        return None

    def _draws(
        self, parent: Trial, history: Sequence[Trial], random: np.random.Generator
    ) -> Iterator[tuple[str, dict[str, object]]]:
        """Yield parameters, and how they were sampled."""
        full_space = space_of(parent.estimator, parent.params, self._rates)
        results = self._results(parent.estimator, full_space, history)
        center = position_of(parent.params, full_space)
        for _ in range(ATTEMPTS if full_space else 0):
            if random.uniform() < NEAR_SHARE:
                where, min_results = (
                    f"near the settings of trial {parent.number}",
                    MIN_NEARBY_RESULTS,
                )
                space = {
                    name: values.narrow(center[name], REACH) for name, values in full_space.items()
                }
                names = _sample_names(list(full_space), random)
            else:
                where, min_results = f"over the full range, from trial {parent.number}", MIN_RESULTS
                space, names = full_space, list(full_space)
            inside = [result for result in results if result.is_in(space)]
            uses_tpe = self._learns and len(inside) >= min_results
            seed = int(random.integers(2**31))
            sampler = sampling.tpe_sampler(seed) if uses_tpe else sampling.random_sampler(seed)
            sampled = sampling.draw(sampler, space, inside if uses_tpe else ())
            yield (
                f"{'TPE' if uses_tpe else 'Random'} variation {where}",
                {**parent.params, **{name: sampled[name] for name in names}},
            )

    def _results(
        self, estimator: str, space: Mapping[str, Range], history: Sequence[Trial]
    ) -> list[sampling.ObservedTrial]:
        return [
            sampling.ObservedTrial(position_of(trial.params, space), loss_of(trial, self._metric))
            for trial in distinct(history)
            if trial.estimator == estimator
        ]


def _sample_names(names: Sequence[str], random: np.random.Generator) -> list[str]:
    """Return about half of the names, at least two, because one may have no effect here."""
    order = [str(name) for name in random.permutation(names)]
    return order[: max(2, int(random.binomial(len(names), CHANGED_SHARE)))]


def _key(trial: Trial, params: Mapping[str, object]) -> str:
    return json_text([trial.estimator, trial.view, params], sort_keys=True)


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    changed = [
        f"{name} {before[name]} → {value}" if name in before else f"{name} = {value}"
        for name, value in after.items()
        if before.get(name) != value
    ]
    more = len(changed) - MAX_NAMED
    return ", ".join(changed[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
