"""The source columns of each feature, to sum tree SHAP values of features by column.

A feature step can turn one column into many features, and two columns into one. If a feature has
several source columns, each gets an equal share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe import ColumnArrays, FittedView, take_rows
from automl_magic.recipe.steps.select import SELECT
from automl_magic.recipe.values import Array, Floats
from automl_magic.recipe.view import order_steps
from automl_magic.records import StepSpec

PROBE_ROWS = 200


def column_shares(
    view: FittedView,
    specs: Sequence[StepSpec],
    table: ColumnArrays,
    columns: Sequence[str],
    seed: int,
) -> Floats:
    """Return each column's share in each feature, of shape (n_features, n_columns); rows sum to 1.

    Parameters
    ----------
    view : FittedView
    specs : sequence of StepSpec
        The steps that the view was fitted from.
    table : mapping of arrays
        Rows for probing steps that don't declare their sources: a feature depends on a column if
        it changes when the column is shuffled. If none changes, its name's prefix decides.
    """
    steps = [spec for spec in order_steps(specs) if spec.kind != SELECT]
    random = np.random.default_rng(seed)
    rows = random.permutation(len(next(iter(table.values()))))[:PROBE_ROWS]
    probe = take_rows(table, rows)
    blocks = []
    for spec, step in zip(steps, view.steps, strict=True):
        block = np.zeros((len(step.names), len(columns)))
        blocks.append(block)
        if step.sources is not None:
            block[np.arange(len(block)), [columns.index(name) for name in step.sources]] = 1.0
            continue
        original = step.transform(probe)
        for name in spec.columns:
            order = random.permutation(len(rows))
            changed = {**probe, name: probe[name][order]}
            changed_outputs = _differs(original, step.transform(changed))
            block[changed_outputs, columns.index(name)] = 1.0
        for index, output in enumerate(step.names):
            if not block[index].any():
                block[index] = _by_name(output, spec.columns, columns)
    shares = np.vstack(blocks)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares if view.selected is None else shares[list(view.selected)]


def _differs(before: Array, after: Array) -> NDArray[np.bool_]:
    """Return a mask of the columns that differ between two matrices. Missing equals missing."""
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    return ~same.all(axis=0)


def _by_name(output: str, of_step: Sequence[str], columns: Sequence[str]) -> Floats:
    matching = [name for name in of_step if output.startswith(name)]
    sources = [max(matching, key=len)] if matching else list(of_step)
    row = np.zeros(len(columns))
    row[[columns.index(name) for name in sources]] = 1.0
    return row
