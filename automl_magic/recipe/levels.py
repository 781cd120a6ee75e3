"""levels: the levels of each column that the fitted steps of a model know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl_magic.recipe.view import FittedView


def column_levels(views: Mapping[str, FittedView]) -> dict[str, set[str]]:
    """Return the levels of each column that the steps of the views learned."""
    levels: dict[str, set[str]] = {}
    for view in views.values():
        for step in view.steps:
            document = step.to_state()[0]
            names = document.get("columns", ())
            levels_by_column: Any = document.get("levels", ())
            if "true" in document:
                texts = [text for text in (document["true"], document["false"]) if text]
                levels_by_column = [texts] * len(names)
            pairs = (
                levels_by_column.items()
                if isinstance(levels_by_column, Mapping)
                else zip(names, levels_by_column, strict=False)
            )
            for name, known in pairs:
                levels.setdefault(name, set()).update(known)
    return levels
