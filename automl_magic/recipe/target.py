"""target: encode the target as class codes, or as float values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from automl_magic.errors import TargetNotUsable, shorten
from automl_magic.recipe.values import (
    Array,
    Floats,
    as_numbers,
    as_text,
    category_text,
    missing_mask,
)
from automl_magic.records import Answer, TaskKind
from automl_magic.records.families import family_of


def has_target(values: Array, parse: Mapping[str, str] | None = None) -> NDArray[np.bool_]:
    """Return the mask of the rows that have a target, of shape (n_rows,).

    With `parse`, the rule to read numbers from text, other text counts as missing.
    """
    is_missing = missing_mask(values)
    if parse:
        is_missing |= np.isnan(as_numbers(values, parse))
    return ~is_missing


def encode_target(
    values: Array,
    task: TaskKind,
    classes: Sequence[object] = (),
    parse: Mapping[str, str] | None = None,
) -> Floats | Array:
    """Return the target as class codes (int64, 0 to k-1) or as float64 values, of shape (n_rows,).

    Labels are matched as text, so 1, 1.0 and "1" are the same label. `parse` is the rule to read
    the numbers of a regression from text.

    Raises
    ------
    TargetNotUsable
        If a value is missing, not one of the classes, or (for a regression) not a finite number.
    """
    if task.answer is Answer.NUMBER:
        numbers = as_numbers(values, parse)
        if np.isnan(numbers).any():
            position = int(np.flatnonzero(np.isnan(numbers))[0])
            raise TargetNotUsable(
                "The target contains values that aren't numbers.",
                why=f"Row {position} contains {_format_label(values[position])}. A regression "
                "needs finite numbers.",
                fix=f"Remove those rows{_as_classes(task)}.",
            )
        return numbers
    codes = {category_text(label): code for code, label in enumerate(classes)}
    encoded = [codes.get(text, -1) for text in as_text(values)]
    if -1 in encoded:
        position = encoded.index(-1)
        raise TargetNotUsable(
            "The target contains a label that isn't a class of the model.",
            why=f"Row {position} contains {_format_label(values[position])}. The classes are "
            f"{shorten([str(label) for label in classes])}.",
            fix="Remove those rows, or make a new plan with all the data.",
        )
    return np.array(encoded, dtype=np.int64)


def _as_classes(task: TaskKind) -> str:
    """Return the hint to treat the target as classes, if the task's family supports it."""
    names = [kind for kind in family_of(task).kinds if kind.answer is Answer.CLASSES]
    return f", or treat the target as classes with --task {names[0]}" if names else ""


def label_array(classes: Sequence[object]) -> Array:
    """Return the classes as an array of shape (n_classes,) that keeps the type of each label."""
    kinds = {type(label) for label in classes}
    if kinds == {int}:
        # NumPy would make floats of integers that are partly negative and partly above 2^63.
        for dtype in (np.int64, np.uint64):
            limits = np.iinfo(dtype)
            if all(limits.min <= label <= limits.max for label in classes):  # type: ignore[operator]
                return np.array(classes, dtype=dtype)
    elif len(kinds) == 1 and kinds <= {bool, float}:
        return np.array(classes)
    return np.fromiter(classes, dtype=object, count=len(classes))


def _format_label(value: object) -> str:
    plain = value.item() if isinstance(value, np.generic) else value
    text = "a missing value" if category_text(value) is None else ascii(plain)
    return text if len(text) <= 60 else text[:59] + "…"
