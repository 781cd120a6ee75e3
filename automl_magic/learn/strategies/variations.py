"""Variations: the best trials of the candidates, some of their parameters drawn anew.

Most stay near their parent: its settings are proven, and what is drawn from the whole range mostly
loses. Some do not, or what nobody thought of would never be found.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from automl_magic.learn.candidate import Candidate, Proposal
from automl_magic.learn.strategies import sampling
from automl_magic.learn.strategies.parents import distinct, in_turn, loss_of
from automl_magic.learn.strategies.spaces import learning_rates, place, space_of
from automl_magic.recipe import Range
from automl_magic.records import Metric, Trial

# Near is within this share of each range; there, this share of the parameters is changed.
NEAR_SHARE, REACH, CHANGED_SHARE = 0.85, 0.3, 0.5
# Fewer results do not tell TPE where to look: near a parent, and in the whole range.
FEWEST_NEAR, FEWEST = 5, 8
ATTEMPTS = 20
MOST_NAMED = 4


class Variations:
    """Proposes variations for as long as there is something new to propose.

    With `learns`, TPE draws them where there are results enough; else they are drawn evenly.
    """

    def __init__(
        self, candidates: Mapping[str, Candidate], metric: Metric, seed: int, *, learns: bool
    ) -> None:
        self._rates = learning_rates(candidates.values())
        self._metric, self._seed, self._learns = metric, seed, learns

    def propose(self, history: Sequence[Trial], usable_s: float) -> Proposal | None:
        """Return a variation of the trial whose turn it is, or None if there is nothing new."""
        tried = {_key(trial, trial.params) for trial in history}
        random = np.random.default_rng([self._seed, len(history)])
        for parent in in_turn(history, self._metric):
            if parent.fit_s > usable_s:
                continue
            for how, params in self._draws(parent, history, random):
                if _key(parent, params) not in tried:
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
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield parameters, and how they were drawn."""
        whole = space_of(parent.estimator, parent.params, self._rates)
        results = self._results(parent.estimator, whole, history)
        middle = place(parent.params, whole)
        for _ in range(ATTEMPTS if whole else 0):
            if random.uniform() < NEAR_SHARE:
                where, fewest = f"near trial {parent.number}'s settings", FEWEST_NEAR
                space = {name: values.near(middle[name], REACH) for name, values in whole.items()}
                names = _some(list(whole), random)
            else:
                where, fewest = f"over the whole range, from trial {parent.number}", FEWEST
                space, names = whole, list(whole)
            inside = [result for result in results if result.lies_in(space)]
            knows = self._learns and len(inside) >= fewest
            seed = int(random.integers(2**31))
            sampler = sampling.by_tpe(seed) if knows else sampling.at_random(seed)
            drawn = sampling.draw(sampler, space, inside if knows else ())
            yield (
                f"{'TPE' if knows else 'Random'}: {where}",
                {**parent.params, **{name: drawn[name] for name in names}},
            )

    def _results(
        self, estimator: str, space: Mapping[str, Range], history: Sequence[Trial]
    ) -> list[sampling.Result]:
        return [
            sampling.Result(place(trial.params, space), loss_of(trial, self._metric))
            for trial in distinct(history)
            if trial.estimator == estimator
        ]


def _some(names: Sequence[str], random: np.random.Generator) -> list[str]:
    """Return about half of the names, two at the least: one alone may have no effect here."""
    order = [str(name) for name in random.permutation(names)]
    return order[: max(2, int(random.binomial(len(names), CHANGED_SHARE)))]


def _key(trial: Trial, params: Mapping[str, Any]) -> str:
    return json.dumps([trial.estimator, trial.view, params], sort_keys=True)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    changed = [
        f"{name} {before[name]} → {value}" if name in before else f"{name} = {value}"
        for name, value in after.items()
        if before.get(name) != value
    ]
    more = len(changed) - MOST_NAMED
    return ", ".join(changed[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
