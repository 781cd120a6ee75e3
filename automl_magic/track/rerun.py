"""Compare the inputs and the scores of two runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INPUTS = ("plan", "data", "notebook", "code", "environment", "threads", "parameters")
# Times differ between runs, and so does the number of trials in a replay.
_SCORES = ("metric", "cv", "holdout", "best", "metrics")


def differing_inputs(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Return the names of the different inputs, in the order of `INPUTS`."""
    return list(input_changes(before, after))


def input_changes(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, dict[str, object]]:
    """Return `{"before", "after"}` for each input that differs.

    An input that only one of the two has is different. In a full description of the environment,
    only the parts that can affect results are compared, and only the differences are returned.
    """
    changes = {}
    for name in INPUTS:
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            old, new = _differing(_comparable(name, old), _comparable(name, new))
        if old != new:
            changes[name] = {"before": old, "after": new}
    return changes


def same_metrics(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Return whether two results have exactly the same scores."""
    return not metric_changes(before, after)


def metric_changes(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, dict[str, object]]:
    """Return `{"before", "after"}` for each score that differs between two results.

    Scores of trials are only compared if both results have them: a replay only repeats the trials
    of the recipe.
    """
    pairs = {name: (before.get(name), after.get(name)) for name in _SCORES}
    old, new = before.get("trial_scores") or {}, after.get("trial_scores") or {}
    for number in sorted(old.keys() & new.keys(), key=str):
        pairs[f"trial {number}"] = (old[number], new[number])
    return {
        name: {"before": old_score, "after": new_score}
        for name, (old_score, new_score) in pairs.items()
        if old_score != new_score
    }


def _comparable(name: str, value: Mapping[str, object]) -> dict[str, object]:
    if name != "environment":
        return dict(value)
    return {key: value[key] for key in ("python", "platform", "packages") if key in value}


def _differing(
    old: Mapping[str, object], new: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    pairs: tuple[dict[str, object], dict[str, object]] = ({}, {})
    for name in names:
        old_value, new_value = old.get(name), new.get(name)
        if isinstance(old_value, Mapping) and isinstance(new_value, Mapping):
            old_value, new_value = _differing(old_value, new_value)
        pairs[0][name], pairs[1][name] = old_value, new_value
    return pairs
