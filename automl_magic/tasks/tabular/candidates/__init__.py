"""candidates: Context → Candidates. One file per estimator with its settings, in order of trying.

The settings are those of published portfolios (TabArena, AutoGluon, pytabkit), rounded, with the
learning rate raised where the budget is short.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from automl_magic.records import Candidate
from automl_magic.tasks.candidates import chosen
from automl_magic.tasks.tabular.candidates import (
    catboost,
    catboost_deep,
    extra_trees,
    kernel,
    lightgbm,
    lightgbm_deep,
    lightgbm_extra,
    lightgbm_rich,
    lightgbm_shallow,
    linear,
    mlp,
    random_forest,
    realmlp,
    tabm,
    xgboost,
)
from automl_magic.tasks.tabular.candidates.context import Context

__all__ = ["CANDIDATES", "Context", "propose_all", "rejected"]

# Cheap and different first: a run that is stopped early has then seen every family.
_ORDER = (
    linear,
    lightgbm,
    catboost,
    mlp,
    lightgbm_extra,
    xgboost,
    lightgbm_rich,
    kernel,
    lightgbm_shallow,
    extra_trees,
    lightgbm_deep,
    realmlp,
    tabm,
    random_forest,
    catboost_deep,
)
# On few rows the smooth and the simple win more often than deep trees.
_ORDER_OF_SMALL_TABLES = (
    linear,
    catboost,
    mlp,
    lightgbm_shallow,
    kernel,
    extra_trees,
    lightgbm_extra,
    realmlp,
    tabm,
    random_forest,
    xgboost,
    lightgbm_rich,
    lightgbm,
    lightgbm_deep,
    catboost_deep,
)
SMALL_TABLE_ROWS = 2_000
CANDIDATES = tuple(_name.__name__.rsplit(".", 1)[-1] for _name in _ORDER)


def propose_all(context: Context, names: Sequence[str] | None = None) -> tuple[Candidate, ...]:
    """Return the candidates for a table, in the order in which they are to be tried.

    `names` restricts and reorders them; one that is named is proposed even where it would not
    have proposed itself.

    Raises
    ------
    PlanError
        If a name is unknown, named twice, or none is named.
    """
    if names is None:
        proposed = (module.propose(context) for module in _order(context))
        return tuple(candidate for candidate in proposed if candidate is not None)
    by_name = dict(zip(CANDIDATES, _ORDER, strict=True))
    return tuple(by_name[name].make(context) for name in chosen(names, CANDIDATES))


def rejected(context: Context) -> tuple[str, ...]:
    """Return the candidates that do not propose themselves, each with its condition."""
    return tuple(
        f"{name}: {module.WHEN}"
        for name, module in zip(CANDIDATES, _ORDER, strict=True)
        if module.propose(context) is None
    )


def _order(context: Context) -> tuple[ModuleType, ...]:
    return _ORDER_OF_SMALL_TABLES if context.n_rows < SMALL_TABLE_ROWS else _ORDER
