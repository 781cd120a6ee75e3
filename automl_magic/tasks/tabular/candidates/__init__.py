"""candidates: Context → Candidates. One file per candidate: an estimator with its settings.

The settings come from published portfolios (TabArena, AutoGluon, pytabkit), rounded, with a higher
learning rate for short budgets. A file that defines WHEN (its condition) is a candidate. Candidates
not listed below are tried last.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType

from automl_magic.records import Candidate
from automl_magic.tasks.candidates import select_names
from automl_magic.tasks.tabular.candidates.context import TabularContext

__all__ = ["TabularContext", "candidate_names", "propose_all", "rejected"]

# Cheap and diverse candidates first, so a run stopped early has tried every model family.
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
# With few rows, smooth and simple models win more often than deep trees.
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
    """Return the names of all candidates, in the default order."""
    return tuple(_modules())


def propose_all(
    context: TabularContext, names: Sequence[str] | None = None
) -> tuple[Candidate, ...]:
    """Return the candidates for a table, in the order of trying.

    `names` selects and orders them, even those whose condition isn't met.

    Raises
    ------
    PlanError
        If a name is unknown or repeated, or there is no name.
    """
    if names is None:
        proposed = (module.propose(context) for module in _in_order(context))
        return tuple(candidate for candidate in proposed if candidate is not None)
    return tuple(_modules()[name].make(context) for name in select_names(names, candidate_names()))


def rejected(context: TabularContext) -> tuple[str, ...]:
    """Return the candidates whose condition isn't met, each with its condition."""
    return tuple(
        f"{name}: {module.WHEN}"
        for name, module in _modules().items()
        if module.propose(context) is None
    )


def _in_order(context: TabularContext) -> Iterator[ModuleType]:
    modules = _modules()
    first = _ORDER_OF_SMALL_TABLES if context.n_rows < SMALL_TABLE_ROWS else _ORDER
    for name in dict.fromkeys([*first, *modules]):
        yield modules[name]


@cache
def _modules() -> dict[str, ModuleType]:
    """Return the module of each candidate by name, in the default order."""
    files = [module_info.name for module_info in pkgutil.iter_modules(__path__)]
    modules = {name: import_module(f"{__name__}.{name}") for name in (*_ORDER, *sorted(files))}
    return {name: module for name, module in modules.items() if hasattr(module, "WHEN")}
