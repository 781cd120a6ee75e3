"""requirements: what a standalone notebook imports, as pip requirements with exact versions."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from importlib import metadata

from automl_magic.errors import RenderError
from automl_magic.recipe import Recipe, estimators, member

_VERSION = re.compile(r"[A-Za-z0-9.+!_-]{1,64}")


def requirements_for(recipe: Recipe, sources: Iterable[str], more: Iterable[str] = ()) -> list[str]:
    """Return `name==version` for each package that some sources import, in alphabetical order.

    Parameters
    ----------
    recipe
        Knows the versions that made it. A package that it does not name (the library of a trial
        outside its blend, the reader of a file) is taken as it is installed here.
    sources
        Python code, such as the code cells of a notebook.
    more
        Packages that the code needs without importing them.

    Raises
    ------
    RenderError
        If a version is unknown, or is no version.
    """
    modules = {module for source in sources for module in imports_of(source)}
    return sorted({_requirement(recipe, module) for module in {*modules, *more}})


def imports_of(source: str) -> set[str]:
    """Return the top-level modules that some code imports, Python's own left out."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module).split(".")[0])
    return modules - sys.stdlib_module_names


def _requirement(recipe: Recipe, module: str) -> str:
    names = _distributions().get(module, (module,))
    for name in names:
        if name in recipe.versions:
            return f"{name}=={_checked(name, recipe.versions[name])}"
    for name in names:
        try:
            return f"{name}=={metadata.version(name).partition('+')[0]}"
        except metadata.PackageNotFoundError:
            continue
    if (package := _installed_as(module)) is not None:
        return f"{package}=={metadata.version(package).partition('+')[0]}"
    raise RenderError(
        f"The version of {names[-1]} is not known.",
        why="The recipe does not name it, and it is not installed here.",
        fix=f"pip install {names[-1]}",
    )


def _installed_as(module: str) -> str | None:
    """Return the package that a module came with, where it is one alone: `yaml` is PyYAML's."""
    found = {*metadata.packages_distributions().get(module, ())}
    return found.pop() if len(found) == 1 else None


def _distributions() -> dict[str, tuple[str, ...]]:
    """Return what brings a module, by its name; the first that the recipe knows is taken."""
    found: dict[str, tuple[str, ...]] = {"sklearn": ("scikit-learn",)}
    for name in estimators():
        kind = member(name)
        if kind.library is not None and kind.distributions:
            found[kind.library] = kind.distributions
    return found


def _checked(name: str, version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise RenderError(
            f"The recipe's version of {name} is no version.",
            why=f"It is {ascii(version)[:80]}.",
            fix="Run the search again: the recipe was changed after it was written.",
        )
    return version
