"""Data checks, each with its own file and documentation page. Codes are never reused."""

from __future__ import annotations

from automl_magic.data.checks import (
    ambiguous_dates,
    ambiguous_numbers,
    constant_column,
    duplicate_column,
    duplicate_rows,
    encoding,
    hidden_dates,
    hidden_numbers,
    id_column,
    infinite_values,
    leakage,
    missing_codes,
    mostly_missing,
    personal_data,
    rare_classes,
    read_as_missing,
    target_missing,
    too_few_rows,
)
from automl_magic.data.checks.context import Check, CheckContext

CHECKS: tuple[Check, ...] = (
    target_missing,
    leakage,
    constant_column,
    duplicate_column,
    id_column,
    rare_classes,
    duplicate_rows,
    too_few_rows,
    mostly_missing,
    infinite_values,
    hidden_numbers,
    hidden_dates,
    ambiguous_dates,
    ambiguous_numbers,
    personal_data,
    read_as_missing,
    missing_codes,
    encoding,
)

__all__ = ["CHECKS", "Check", "CheckContext"]
