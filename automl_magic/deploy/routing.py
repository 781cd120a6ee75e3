"""Routing: what is asked for, as a deployment, and as the route that does it."""

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

# Looks up which version is meant: NAME, NAME@ALIAS or NAME/VERSION. Raises ModelNotFound.
NumberOf: TypeAlias = Callable[[VersionId], int]
Known: TypeAlias = tuple[Deployment, Route]


def asked_for(engine: Engine, target: str) -> tuple[Deployment, Known | None]:
    """Return the deployment that is asked for, and what there is of this name already.

    Parameters
    ----------
    target : str
        A model, the name of a deployment, or the path of a deployment file.

    Raises
    ------
    SpecError
        If the file cannot be read.
    DeploymentError
        If it is none of the three.
    """
    if target.lower().endswith(SUFFIXES):
        asked = read_deployment_file(Path(target))
        return asked, find_deployment(engine, asked.name)
    named = VersionId.of(target)
    if named is None:
        raise DeploymentError(
            f"{target[:80]!r} cannot be served.",
            why="It is neither a model (NAME, NAME@ALIAS, NAME/VERSION), nor the name of a "
            "deployment, nor a deployment file (.yaml).",
            fix="See what is registered: automl models",
        )
    known = find_deployment(engine, named.name)
    if known is None:
        return Deployment(name=named.name, model_version_id=target), None
    if named.alias is None and named.version is None:
        return known[0], known
    # What a file once said about checks and limits holds on.
    return dataclasses.replace(known[0], model_version_id=target), known


def first_route(asked: Deployment, number_of: NumberOf) -> Route:
    """Return the route that a new deployment begins with.

    Raises
    ------
    ModelNotFound, DeploymentError
        If there is no such version, or the canary is of another model.
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
    """Return the route of a deployment after what is asked for anew has been applied to it.

    Raises
    ------
    ModelNotFound, DeploymentError
        As `first_route`; also where it is a deployment of another model.
    """
    before, route = known
    fields: dict[str, Any] = {}
    if _meant(asked).name != route.model:
        raise DeploymentError(
            f"{asked.name} serves {route.model}, and not {_meant(asked).name}.",
            why="A deployment keeps its model: its history and its outcomes are about it.",
            fix=f"Choose another metadata.name, or: automl deployments --remove {asked.name}",
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
    """Return the canary of a route. Raises DeploymentError where there is none."""
    if route.canary is None:
        raise DeploymentError(
            f"{route.deployment} has no canary to promote.",
            why=f"Version {route.stable} answers every request.",
            fix=f"Start one: automl route {route.deployment} --canary VERSION --percent 10",
        )
    return route.canary


def _second(asked: Deployment, number_of: NumberOf) -> dict[str, Any]:
    """Return the part of a route that the version beside the stable one plays."""
    if asked.canary_version_id is None:
        return {"canary": None, "shadow": None, "percent": 0.0}
    found, model = VersionId.of(asked.canary_version_id), _meant(asked).name
    assert found is not None  # the record has checked it
    if found.name != model:
        raise DeploymentError(
            f"{asked.canary_version_id} cannot be the canary of {asked.name}.",
            why=f"It is a version of another model than {model}.",
            fix=f"Name a version of {model}: {model}/VERSION",
        )
    version = number_of(found)
    if asked.strategy.kind is StrategyKind.SHADOW:
        return {"canary": None, "shadow": version, "percent": 0.0}
    return {"canary": version, "shadow": None, "percent": asked.strategy.canary_pct}


def _meant(asked: Deployment) -> VersionId:
    found = VersionId.of(asked.model_version_id)
    assert found is not None  # the record has checked it
    return found
