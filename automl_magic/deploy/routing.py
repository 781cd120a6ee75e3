"""The desired deployment, and the route that implements it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Engine

from automl_magic.deploy.deployment_file import SUFFIXES, read_deployment_file
from automl_magic.errors import DeploymentError
from automl_magic.records.models.deployment import Deployment, Route, StrategyKind, VersionId
from automl_magic.store.routes import find_deployment

# Resolves NAME, NAME@ALIAS or NAME/VERSION to a version number. Raises ModelNotFound.
NumberOf: TypeAlias = Callable[[VersionId], int]
Existing: TypeAlias = tuple[Deployment, Route]


def desired_deployment(engine: Engine, target: str) -> tuple[Deployment, Existing | None]:
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
        desired = read_deployment_file(Path(target))
        return desired, find_deployment(engine, desired.name)
    version_id = VersionId.of(target)
    if version_id is None:
        raise DeploymentError(
            f"Can't serve {target[:80]!r}.",
            why="It isn't a model (NAME, NAME@ALIAS, NAME/VERSION), the name of a deployment or a "
            "deployment file (.yaml).",
            fix="List registered models: automl models",
        )
    existing = find_deployment(engine, version_id.name)
    if existing is None:
        return Deployment(name=version_id.name, model_version_id=target), None
    if version_id.alias is None and version_id.version is None:
        return existing[0], existing
    # Keep the checks and limits that a file set earlier.
    return dataclasses.replace(existing[0], model_version_id=target), existing


def first_route(desired: Deployment, number_of: NumberOf) -> Route:
    """Return the first route of a new deployment.

    Raises
    ------
    ModelNotFound, DeploymentError
        If a version doesn't exist, or the canary is a version of another model.
    """
    return Route(
        deployment=desired.name,
        model=_stable_version_id(desired).name,
        epoch=1,
        stable=number_of(_stable_version_id(desired)),
        kind=desired.strategy.kind,
        sticky=desired.strategy.sticky,
        **_second_version_fields(desired, number_of),
    )


def changed_route(desired: Deployment, existing: Existing, number_of: NumberOf) -> Route:
    """Return the route of an existing deployment for a changed specification.

    Raises
    ------
    ModelNotFound, DeploymentError
        As in `first_route`, or if the deployment serves another model.
    """
    before, route = existing
    fields: dict[str, Any] = {}
    if _stable_version_id(desired).name != route.model:
        raise DeploymentError(
            f"{desired.name} serves {route.model}, not {_stable_version_id(desired).name}.",
            why="A deployment can't change its model: its history and outcomes belong to it.",
            fix="Choose another metadata.name, or remove the deployment: "
            f"automl deployments --remove {desired.name}",
        )
    if desired.model_version_id != before.model_version_id:
        fields["stable"] = number_of(_stable_version_id(desired))
        if fields["stable"] != route.stable:
            fields["previous"] = route.stable
    if (desired.strategy, desired.canary_version_id) != (before.strategy, before.canary_version_id):
        fields |= _second_version_fields(desired, number_of)
        fields |= {"kind": desired.strategy.kind, "sticky": desired.strategy.sticky}
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


def _second_version_fields(desired: Deployment, number_of: NumberOf) -> dict[str, Any]:
    """Return the route's fields for the canary or shadow version."""
    if desired.canary_version_id is None:
        return {"canary": None, "shadow": None, "percent": 0.0}
    version_id, model = VersionId.of(desired.canary_version_id), _stable_version_id(desired).name
    assert version_id is not None  # checked by the record
    if version_id.name != model:
        raise DeploymentError(
            f"{desired.canary_version_id} can't be the canary of {desired.name}.",
            why=f"It's a version of {version_id.name}, but {desired.name} serves {model}.",
            fix=f"Use a version of {model}: {model}/VERSION",
        )
    version = number_of(version_id)
    if desired.strategy.kind is StrategyKind.SHADOW:
        return {"canary": None, "shadow": version, "percent": 0.0}
    return {"canary": version, "shadow": None, "percent": desired.strategy.canary_pct}


def _stable_version_id(desired: Deployment) -> VersionId:
    version_id = VersionId.of(desired.model_version_id)
    assert version_id is not None  # checked by the record
    return version_id
