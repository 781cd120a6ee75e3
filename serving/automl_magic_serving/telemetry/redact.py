"""Redact logged rows: undeclared fields are dropped, personal values hashed."""

from __future__ import annotations

import math
from collections.abc import Mapping

from automl_magic.records.data.schema import InputSchema
from automl_magic.records.models.deployment import PredictionLog
from automl_magic.store.pseudonyms import LogKey

_MAX_TEXT = 1_000


class Redactor:
    """Redacts instances for the prediction log.

    Parameters
    ----------
    schema : InputSchema
        Schema of the version. Fields that it doesn't contain are dropped.
    """

    def __init__(self, schema: InputSchema, log: PredictionLog, key: LogKey) -> None:
        personal = {column.name for column in schema.columns if column.personal}
        self._hashed = frozenset({*log.hash, *(personal if log.protect else ())})
        self._kept = tuple(column.name for column in schema.columns if column.name not in log.drop)
        self._key = key

    def features(self, instance: Mapping[str, object]) -> dict[str, object]:
        """Return the values to log by column. Columns missing from the instance are omitted."""
        return {
            name: self._key.token(name, instance[name])
            if name in self._hashed
            else _plain(instance[name])
            for name in self._kept
            if name in instance
        }


def _plain(value: object) -> object:
    """Return a JSON-compatible value. Long texts are cut; NaN and infinity become None."""
    if isinstance(value, str):
        return value if len(value) <= _MAX_TEXT else value[: _MAX_TEXT - 1] + "…"
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if hasattr(value, "item"):  # a NumPy scalar
        return _plain(value.item())
    return _plain(str(value))
