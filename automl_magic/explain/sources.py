"""sources: which column each output of a view came from, so that what trees say can be summed back.

A feature step may turn one column into many outputs, and two columns into one. Where an output
reads several columns, each gets an equal part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from automl_magic.recipe import FittedView, Table, take
from automl_magic.recipe.steps.select import SELECT
from automl_magic.recipe.values import Floats
from automl_magic.recipe.view import in_order
from automl_magic.records import StepSpec

PROBE_ROWS = 200


def shares_of_columns(
    view: FittedView, specs: Sequence[StepSpec], table: Table, columns: Sequence[str], seed: int
) -> Floats:
    """Return the share of each column in each output: (n_outputs, n_columns), rows sum to 1.

    Parameters
    ----------
    view : FittedView
    specs : sequence of StepSpec
        The steps that the view was fitted from.
    table : mapping of arrays
        Rows to find out with, where a step does not say so itself: an output reads a column if it
        changes when the column is shuffled, or is missing. Where nothing changes, its name begins
        with that of its column.
    """
    steps = [spec for spec in in_order(specs) if spec.kind != SELECT]
    random = np.random.default_rng(seed)
    rows = random.permutation(len(next(iter(table.values()))))[:PROBE_ROWS]
    probe = take(table, rows)
    blocks = []
    for spec, step in zip(steps, view.steps, strict=True):
        block = np.zeros((len(step.names), len(columns)))
        blocks.append(block)
        if step.sources is not None:
            block[np.arange(len(block)), [columns.index(name) for name in step.sources]] = 1.0
            continue
        usual = step.transform(probe)
        for name in spec.columns:
            order = random.permutation(len(rows))
            changed = {**probe, name: probe[name][order]}
            moved = _differs(usual, step.transform(changed))
            block[moved, columns.index(name)] = 1.0
        for place, output in enumerate(step.names):
            if not block[place].any():
                block[place] = _by_name(output, spec.columns, columns)
    shares = np.vstack(blocks)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares if view.kept is None else shares[list(view.kept)]


def _differs(one: Any, other: Any) -> Any:
    """Return which columns of two matrices differ anywhere; a missing cell equals a missing one."""
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return ~same.all(axis=0)


def _by_name(output: str, of_step: Sequence[str], columns: Sequence[str]) -> Floats:
    named = [name for name in of_step if output.startswith(name)]
    chosen = [max(named, key=len)] if named else list(of_step)
    row = np.zeros(len(columns))
    row[[columns.index(name) for name in chosen]] = 1.0
    return row
