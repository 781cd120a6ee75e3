"""levels: the levels of each column that the fitted steps of a model know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from automl_magic.recipe.hashed_levels import HashedLevels
from automl_magic.recipe.view import FittedView


@dataclass(frozen=True)
class HashedColumnLevels(AbstractSet[str]):
    """The levels of a personal column, of which only the hashes are known."""

    column: str
    hashes: frozenset[str]
    hashed: HashedLevels

    def __contains__(self, level: object) -> bool:
        return isinstance(level, str) and self.hashed.hash_level(self.column, level) in self.hashes

    def __iter__(self) -> Iterator[str]:
        return iter(self.hashes)

    def __len__(self) -> int:
        return len(self.hashes)


def column_levels(views: Mapping[str, FittedView]) -> dict[str, Collection[str]]:
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
            for name, column_texts in pairs:
                levels.setdefault(name, set()).update(column_texts)
    hashed = next((view.hashed for view in views.values() if view.hashed is not None), None)
    return {
        name: HashedColumnLevels(name, frozenset(texts), hashed)
        if hashed is not None and name in hashed.personal
        else texts
        for name, texts in levels.items()
    }
