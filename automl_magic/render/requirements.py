"""requirements: pip requirements with exact versions for a standalone notebook."""

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
    """Return `name==version` for each package that the sources import, in alphabetical order.

    Parameters
    ----------
    recipe : Recipe
        Has the package versions with which it was made. Packages that it doesn't list (the library
        of a trial outside its blend, the reader of a file) get the version installed here.
    sources : iterable of str
        Python code, such as the code cells of a notebook.
    more : iterable of str
        Packages that the code needs but doesn't import.

    Raises
    ------
    RenderError
        If a version is unknown or invalid.
    """
    modules = {module for source in sources for module in imported_modules(source)}
    return sorted({_requirement(recipe, module) for module in {*modules, *more}})


def imported_modules(source: str) -> set[str]:
    """Return the top-level modules that the code imports, without the standard library."""
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
            return f"{name}=={_check_version(name, recipe.versions[name])}"
    for name in names:
        try:
            return f"{name}=={metadata.version(name).partition('+')[0]}"
        except metadata.PackageNotFoundError:
            continue
    if (package := _installed_package(module)) is not None:
        return f"{package}=={metadata.version(package).partition('+')[0]}"
    raise RenderError(
        f"The version of {names[-1]} is unknown.",
        why="The recipe doesn't list it, and it isn't installed here.",
        fix=f"Install it: pip install {names[-1]}",
    )


def _installed_package(module: str) -> str | None:
    """Return the package of a module if there's exactly one, such as PyYAML for `yaml`."""
    packages = {*metadata.packages_distributions().get(module, ())}
    return packages.pop() if len(packages) == 1 else None


def _distributions() -> dict[str, tuple[str, ...]]:
    """Return the packages that can provide a module, by module name, in order of preference."""
    packages: dict[str, tuple[str, ...]] = {"sklearn": ("scikit-learn",)}
    for name in estimators():
        kind = member(name)
        if kind.library is not None and kind.distributions:
            packages[kind.library] = kind.distributions
    return packages


def _check_version(name: str, version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise RenderError(
            f"The recipe's version of {name} isn't valid.",
            why=f"It's {ascii(version)[:80]}, so the recipe was changed after the search.",
            fix="Run the search again.",
        )
    return version
