"""The desired deployment, and the route that implements it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Engine

from automl_magic.deploy.file import SUFFIXES, read_deployment_file
from automl_magic.errors import DeploymentError
from automl_magic.records.models.deployment import Deployment, Route, StrategyKind, VersionId
from automl_magic.store.routes import find_deployment

# Resolves NAME, NAME@ALIAS or NAME/VERSION to a version number. Raises ModelNotFound.
NumberOf: TypeAlias = Callable[[VersionId], int]
Known: TypeAlias = tuple[Deployment, Route]


def asked_for(engine: Engine, target: str) -> tuple[Deployment, Known | None]:
    """Return the desired deployment, and the existing one with this name, if any.

    Parameters
    ----------
    target : str
        A model, the name of a deployment, or the path of a deployment file.

    Raises
    ------
    SpecError
        If the file can't be read.
    DeploymentError
        If `target` is none of the three.
    """
    if target.lower().endswith(SUFFIXES):
        asked = read_deployment_file(Path(target))
        return asked, find_deployment(engine, asked.name)
    named = VersionId.of(target)
    if named is None:
        raise DeploymentError(
            f"Can't serve {target[:80]!r}.",
            why="It isn't a model (NAME, NAME@ALIAS, NAME/VERSION), the name of a deployment or a "
            "deployment file (.yaml).",
            fix="List registered models: automl models",
        )
    known = find_deployment(engine, named.name)
    if known is None:
        return Deployment(name=named.name, model_version_id=target), None
    if named.alias is None and named.version is None:
        return known[0], known
    # Keep the checks and limits that a file set earlier.
    return dataclasses.replace(known[0], model_version_id=target), known


def first_route(asked: Deployment, number_of: NumberOf) -> Route:
    """Return the first route of a new deployment.

    Raises
    ------
    ModelNotFound, DeploymentError
        If a version doesn't exist, or the canary is a version of another model.
    """
    return Route(
        deployment=asked.name,
        model=_meant(asked).name,
        epoch=1,
        stable=number_of(_meant(asked)),
        kind=asked.strategy.kind,
        sticky=asked.strategy.sticky,
        **_second(asked, number_of),
    )


def changed_route(asked: Deployment, known: Known, number_of: NumberOf) -> Route:
    """Return the route of an existing deployment for a changed specification.

    Raises
    ------
    ModelNotFound, DeploymentError
        As in `first_route`, or if the deployment serves another model.
    """
    before, route = known
    fields: dict[str, Any] = {}
    if _meant(asked).name != route.model:
        raise DeploymentError(
            f"{asked.name} serves {route.model}, not {_meant(asked).name}.",
            why="A deployment can't change its model: its history and outcomes belong to it.",
            fix="Choose another metadata.name, or remove the deployment: "
            f"automl deployments --remove {asked.name}",
        )
    if asked.model_version_id != before.model_version_id:
        fields["stable"] = number_of(_meant(asked))
        if fields["stable"] != route.stable:
            fields["previous"] = route.stable
    if (asked.strategy, asked.canary_version_id) != (before.strategy, before.canary_version_id):
        fields |= _second(asked, number_of)
        fields |= {"kind": asked.strategy.kind, "sticky": asked.strategy.sticky}
    return dataclasses.replace(route, **fields)


def canary_of(route: Route) -> int:
    """Return the canary of a route. Raises DeploymentError if there's none."""
    if route.canary is None:
        raise DeploymentError(
            f"{route.deployment} has no canary to promote.",
            why=f"Version {route.stable} serves all requests.",
            fix=f"Start a canary: automl route {route.deployment} --canary VERSION --percent 10",
        )
    return route.canary


def _second(asked: Deployment, number_of: NumberOf) -> dict[str, Any]:
    """Return the route's fields for the canary or shadow version."""
    if asked.canary_version_id is None:
        return {"canary": None, "shadow": None, "percent": 0.0}
    found, model = VersionId.of(asked.canary_version_id), _meant(asked).name
    assert found is not None  # checked by the record
    if found.name != model:
        raise DeploymentError(
            f"{asked.canary_version_id} can't be the canary of {asked.name}.",
            why=f"It's a version of {found.name}, but {asked.name} serves {model}.",
            fix=f"Use a version of {model}: {model}/VERSION",
        )
    version = number_of(found)
    if asked.strategy.kind is StrategyKind.SHADOW:
        return {"canary": None, "shadow": version, "percent": 0.0}
    return {"canary": version, "shadow": None, "percent": asked.strategy.canary_pct}


def _meant(asked: Deployment) -> VersionId:
    found = VersionId.of(asked.model_version_id)
    assert found is not None  # checked by the record
    return found
