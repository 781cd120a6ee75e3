"""hashed_levels: models store the levels of personal columns as keyed hashes.

A recipe is fitted on the values themselves, so the order of the levels, and with it every
prediction, doesn't depend on the key. `save_model` replaces each level by its hash. A loaded model
hashes the values of these columns before its feature steps look them up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from automl_magic.errors import ModelRefused, shorten
from automl_magic.personal.disclosure import NamedColumn, Purpose, disclose
from automl_magic.personal.keys import HashKey, levels_key_path
from automl_magic.recipe.table import ColumnArrays
from automl_magic.recipe.values import Array, Column, EncodedColumn, as_text, category_text
from automl_magic.records import StepSpec

# The steps that keep levels of their columns, but nothing else of the values.
HASHED_STEPS = ("category", "one_hot", "target_mean", "cross", "group", "missing")


def unhashed_columns(step: StepSpec) -> tuple[str, ...]:
    """Return the columns of a step whose values it keeps in another form than levels."""
    if step.kind == "group":
        by = step.params.get("by", ())
        return tuple(name for name in step.columns if name not in by)
    return () if step.kind in HASHED_STEPS else step.columns


@dataclass(frozen=True)
class HashedLevels:
    """The personal columns of a model, by kind of data, and the key of their hashes."""

    personal: Mapping[str, str]
    key: HashKey

    def hash_level(self, column: str, level: str) -> str:
        """Return what a model stores of a level. Levels of other columns stay as they are."""
        named = NamedColumn(column, self.personal.get(column))
        hashed: str = disclose(named, level, Purpose.MODEL, key=self.key)
        return hashed

    def hash_table(self, table: ColumnArrays) -> ColumnArrays:
        """Return a table with the hashes of its personal columns."""
        return {
            name: self._hash_column(name, values) if name in self.personal else values
            for name, values in table.items()
        }

    def hash_row(self, row: Mapping[str, object]) -> dict[str, object]:
        """Return one row with the hashes of its personal columns."""
        hashed = dict(row)
        for name in self.personal:
            if (text := category_text(row.get(name))) is not None:
                hashed[name] = self.hash_level(name, text)
        return hashed

    def _hash_column(self, name: str, values: Column) -> Any:  # as in `ColumnArrays`
        if isinstance(values, EncodedColumn):
            return EncodedColumn(values.codes, self._hash_texts(name, as_text(values.distinct)))
        return self._hash_texts(name, as_text(values))

    def _hash_texts(self, name: str, texts: Sequence[str | None]) -> Array:
        hashes: dict[str | None, str | None] = {
            text: self.hash_level(name, text) for text in set(texts) if text is not None
        }
        return np.fromiter((hashes.get(text) for text in texts), dtype=object, count=len(texts))


# Returns the key with an ID, for the personal columns of a model.
FindKey: TypeAlias = Callable[[str, Sequence[str]], HashKey]


def workspace_key(home: Path | None) -> FindKey:
    """Return the function that finds the key in the home folder of a workspace.

    Raises
    ------
    ModelRefused
        By the function, if there's no such key.
    """

    def find(key_id: str, columns: Sequence[str]) -> HashKey:
        if home is None:
            raise _no_key_error(columns, "It was loaded without a workspace.", None)
        path = levels_key_path(home)
        if not path.exists():
            raise _no_key_error(columns, f"{path} doesn't exist.", path)
        key = HashKey.load(path)
        if key.id != key_id:
            why = f"{path} is another key: {key.id}, not {key_id}."
            raise _no_key_error(columns, why, path)
        return key

    return find


def any_key(key_id: str, columns: Sequence[str]) -> HashKey:
    """Return a random key, for a model whose predictions don't have to be right."""
    del key_id, columns
    return HashKey.random()


def _no_key_error(columns: Sequence[str], why: str, path: Path | None) -> ModelRefused:
    return ModelRefused(
        f"Can't predict with the model: it has personal columns ({shorten(columns)}), and the key "
        "of their hashes is missing.",
        why=why,
        fix="Pass the home folder of the workspace that trained it."
        if path is None
        else "Copy keys/levels.key from the home folder of the workspace that trained the model to "
        f"{path}, with mode 600. Or train a model without these columns: omit --include.",
    )
