"""Members whose fitted model is a dictionary of NumPy arrays: small files, fast predictions."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from automl_magic.recipe.members.common.base import FittedEstimator, Member, unreadable_error
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import TaskKind

Arrays = dict[str, Array]

BROKEN_ZIP = (zipfile.BadZipFile, zlib.error)


class ArrayMember(Member):
    """A member with files in NumPy's format (`.npz`), without pickle.

    `required_arrays` are the names of its required arrays.
    """

    suffix: ClassVar[str] = ".npz"
    required_arrays: ClassVar[tuple[str, ...]]

    def to_bytes(self, model: FittedEstimator) -> bytes:
        file = io.BytesIO()
        np.savez(file, **model.native)
        return file.getvalue()

    def from_bytes(
        self, content: bytes, task: TaskKind, n_classes: int, categorical: Sequence[int] = ()
    ) -> FittedEstimator:
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                arrays: Arrays = dict(file)
        except (AttributeError, TypeError, ValueError, EOFError, OSError, *BROKEN_ZIP) as error:
            raise unreadable_error(self.name, error) from error
        if missing := set(self.required_arrays) - arrays.keys():
            raise unreadable_error(self.name, ValueError(f"it has no {min(missing)}"))
        return FittedEstimator(arrays, task, n_classes, tuple(categorical))


def softmax(scores: Floats) -> Floats:
    """Return the softmax of scores along the last axis, of the same shape."""
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: Floats = shares / shares.sum(axis=-1, keepdims=True)
    return probabilities
