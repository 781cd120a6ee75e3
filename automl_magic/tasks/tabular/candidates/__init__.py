"""candidates: Context → Candidates. One file per estimator with its settings, in order of trying.

The settings are those of published portfolios (TabArena, AutoGluon, pytabkit), rounded, with the
learning rate raised where the budget is short. A file is a candidate where it says WHEN it proposes
itself; one that no list below names is tried last.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType

from automl_magic.records import Candidate
from automl_magic.tasks.candidates import chosen
from automl_magic.tasks.tabular.candidates.context import Context

__all__ = ["Context", "candidate_names", "propose_all", "rejected"]

# Cheap and different first: a run that is stopped early has then seen every family.
_ORDER = (
    "linear",
    "lightgbm",
    "catboost",
    "mlp",
    "lightgbm_extra",
    "xgboost",
    "lightgbm_rich",
    "kernel",
    "lightgbm_shallow",
    "extra_trees",
    "lightgbm_deep",
    "realmlp",
    "tabm",
    "random_forest",
    "catboost_deep",
)
# On few rows the smooth and the simple win more often than deep trees.
_ORDER_OF_SMALL_TABLES = (
    "linear",
    "catboost",
    "mlp",
    "lightgbm_shallow",
    "kernel",
    "extra_trees",
    "lightgbm_extra",
    "realmlp",
    "tabm",
    "random_forest",
    "xgboost",
    "lightgbm_rich",
    "lightgbm",
    "lightgbm_deep",
    "catboost_deep",
)
SMALL_TABLE_ROWS = 2_000


def candidate_names() -> tuple[str, ...]:
    """Return the names of all candidates, in the usual order."""
    return tuple(_modules())


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
        proposed = (module.propose(context) for module in _in_order(context))
        return tuple(candidate for candidate in proposed if candidate is not None)
    return tuple(_modules()[name].make(context) for name in chosen(names, candidate_names()))


def rejected(context: Context) -> tuple[str, ...]:
    """Return the candidates that do not propose themselves, each with its condition."""
    return tuple(
        f"{name}: {module.WHEN}"
        for name, module in _modules().items()
        if module.propose(context) is None
    )


def _in_order(context: Context) -> Iterator[ModuleType]:
    modules = _modules()
    first = _ORDER_OF_SMALL_TABLES if context.n_rows < SMALL_TABLE_ROWS else _ORDER
    for name in dict.fromkeys([*first, *modules]):
        yield modules[name]


@cache
def _modules() -> dict[str, ModuleType]:
    """Return the file of each candidate by its name, in the usual order."""
    files = [found.name for found in pkgutil.iter_modules(__path__)]
    modules = {name: import_module(f"{__name__}.{name}") for name in (*_ORDER, *sorted(files))}
    return {name: module for name, module in modules.items() if hasattr(module, "WHEN")}
