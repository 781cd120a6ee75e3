"""parsing: how the steps of a recipe parse each column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from automl_magic.recipe.steps.base import step_class, step_params
from automl_magic.records import StepSpec


def parse_rules(steps: Iterable[StepSpec]) -> dict[str, dict[str, str]]:
    """Return how the steps parse each column: `parse` of `InputColumn`."""
    rules: dict[str, dict[str, str]] = {}
    for step in steps:
        for column in step.columns:
            rules.setdefault(column, {}).update(_rule(step, column))
    return rules


def _rule(step: StepSpec, column: str) -> dict[str, str]:
    if step.kind == "boolean":
        params = step_params(step, step_class(step.kind).defaults)
        return {word: params[word] for word in ("true", "false") if params[word] is not None}
    if step.kind == "date":
        date_format = step.params.get("date_format")
    else:
        date_format = step.params.get("date_formats", {}).get(column)
    if date_format is not None:
        return {"date_format": date_format}
    parse: Mapping[str, Any] = step.params.get("parse") or {}
    return dict(parse if step.kind == "number" else parse.get(column) or {})
