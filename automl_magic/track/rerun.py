"""Whether two runs had the same inputs, and whether they came to the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INPUTS = ("plan", "data", "notebook", "code", "environment", "threads", "parameters")
# The times of a run differ from run to run, and so does the number of trials of a replay.
_SCORES = ("metric", "cv", "holdout", "best", "metrics")


def same_inputs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs that differ, in the order of `INPUTS`."""
    return list(input_changes(before, after))


def input_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return `{"before", "after"}` of each input that differs.

    An input that only one of the two names differs. Of an environment that was described and not
    only digested, what may change a number is compared, and only what differs is returned.
    """
    changes = {}
    for name in INPUTS:
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            old, new = _differing(_comparable(name, old), _comparable(name, new))
        if old != new:
            changes[name] = {"before": old, "after": new}
    return changes


def same_metrics(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Say whether two results hold the same scores, to the last digit."""
    return not metric_changes(before, after)


def metric_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return `{"before", "after"}` of each score that differs between two results.

    Of the scores of single trials those are compared that both results have: a replay repeats
    only the trials that made it into the recipe.
    """
    pairs = {name: (before.get(name), after.get(name)) for name in _SCORES}
    old, new = before.get("trial_scores") or {}, after.get("trial_scores") or {}
    for number in sorted(old.keys() & new.keys(), key=str):
        pairs[f"trial {number}"] = (old[number], new[number])
    return {
        name: {"before": one, "after": other}
        for name, (one, other) in pairs.items()
        if one != other
    }


def _comparable(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    if name != "environment":
        return dict(value)
    return {key: value[key] for key in ("python", "platform", "packages") if key in value}


def _differing(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    pairs: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name in names:
        one, other = old.get(name), new.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            one, other = _differing(one, other)
        pairs[0][name], pairs[1][name] = one, other
    return pairs
