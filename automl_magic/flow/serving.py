"""Deployments: what shall serve, which versions answer, and what a server needs to begin."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import DeploymentError, DeploymentNotFound
from automl_magic.flow import governance
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.models.deployment import Deployment, Role, Route, StrategyKind, VersionId
from automl_magic.store.opened import store

if TYPE_CHECKING:
    from automl_magic.store.routes import RouteChange


@dataclass(frozen=True)
class Deployed:
    """A deployment that servers can begin with: every version of its route is approved and staged.

    `example` is a row that its stable version takes, where the model says what it takes. `notes`
    say what was done on the way.
    """

    deployment: Deployment
    route: Route
    example: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "deployment": self.deployment.to_json(),
            "route": self.route.to_json(),
            "example": self.example,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Shown:
    """A deployment as it is now: its route, who serves it, and how the route came to be."""

    deployment: Deployment
    route: Route
    workers: Mapping[str, int] = field(default_factory=dict)
    history: Sequence[RouteChange] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "deployment": self.deployment.to_json(),
            "route": self.route.to_json(),
            "workers": dict(self.workers),
            "history": [
                {**dataclasses.asdict(one), "route": one.route.to_json()} for one in self.history
            ],
        }


@dataclass(frozen=True)
class Routed:
    """A route that was changed, and the workers that do not follow it yet."""

    route: Route
    behind: Sequence[str] = ()
    untold: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "route": self.route.to_json(),
            "behind": list(self.behind),
            "untold": self.untold,
        }


def deploy(target: str) -> Deployed:
    """Make a deployment, or take one up again, and put its versions where servers load them.

    Parameters
    ----------
    target : str
        A model (`NAME`, `NAME@ALIAS`, `NAME/VERSION`), whose deployment has its name; the name of a
        deployment; or the path of a deployment file. A file's changes are applied to a deployment
        that exists; its route changes only where the file says something else than before.

    Raises
    ------
    SpecError
        If the file cannot be read.
    ModelNotFound
        If there is no such model or version.
    NotApproved
        If a version of the route may not serve.
    ArtifactTampered, DeploymentError, StoreError
    """
    from automl_magic.deploy import SUFFIXES, read_deployment_file
    from automl_magic.store.routes import change_deployment
    from automl_magic.workspace.actor import actor

    is_file = target.lower().endswith(SUFFIXES)
    asked = read_deployment_file(Path(target)) if is_file else _named(target)
    known = _find(asked.name)
    if known is None:
        return _created(asked)
    if not is_file:  # what a file once said about checks and limits holds on
        asked = dataclasses.replace(known.deployment, model_version_id=asked.model_version_id)
    wanted = _wanted(known, asked)
    example = _staged(wanted)
    change_deployment(store(), asked, actor(), seen=known.route, wanted=wanted)
    is_new = wanted != known.route
    notes = (f"The route of {asked.name} was changed as asked.",) if is_new else ()
    return Deployed(asked, show(asked.name).route, example, notes)


def any_key() -> bool:
    """Say whether an API key was ever made: from then on servers ask for one."""
    from automl_magic.store.keys import any_key_ever

    return any_key_ever(store())


def deployments() -> list[Shown]:
    """Return every deployment with its route and its live workers."""
    from automl_magic.store.routes import list_deployments
    from automl_magic.store.workers import live

    return [
        Shown(deployment, route, live(store(), deployment.name))
        for deployment, route in list_deployments(store())
    ]


def show(name: str) -> Shown:
    """Return a deployment, its live workers and the history of its route, the newest first.

    Raises
    ------
    DeploymentNotFound
    """
    from automl_magic.store.routes import history, read_deployment
    from automl_magic.store.workers import live

    deployment, route = read_deployment(store(), name)
    return Shown(deployment, route, live(store(), name), history(store(), name))


def remove(name: str) -> None:
    """Take a deployment away that nobody serves. Raises DeploymentNotFound, DeploymentError."""
    from automl_magic.store.routes import delete_deployment
    from automl_magic.workspace.actor import actor

    delete_deployment(store(), name, actor())


def canary(name: str, version: int, percent: float, reason: str = "") -> Routed:
    """Let a version answer a share of the requests; a guard compares it with the stable one.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, NotApproved, ArtifactTampered, DeploymentError, RouteChanged
    """
    return _rival(name, version, percent, StrategyKind.CANARY, reason)


def ab(name: str, version: int, percent: float, reason: str = "") -> Routed:
    """Let a version answer a fixed share, until outcomes tell which is better. As `canary`."""
    return _rival(name, version, percent, StrategyKind.AB, reason)


def shadow(name: str, version: int, reason: str = "") -> Routed:
    """Let a version answer too, for the log alone. Raises as `canary`."""
    return _changed(name, "shadow", reason, shadow=version)


def promote(name: str, reason: str = "") -> Routed:
    """Make the canary the stable version; where the champion is followed, it is that now.

    Raises
    ------
    DeploymentError
        If there is no canary.
    """
    route = show(name).route
    if route.canary is None:
        raise DeploymentError(
            f"{name} has no canary to promote.",
            why=f"Version {route.stable} answers every request.",
            fix=f"Start one: automl route {name} --canary VERSION --percent 10",
        )
    return _changed(name, "promote", reason, stable=route.canary, canary=None, percent=0.0)


def stop(name: str, reason: str = "") -> Routed:
    """Leave the stable version alone: no canary, no shadow.

    Raises
    ------
    DeploymentError
        If it is alone already.
    """
    return _changed(name, "stop", reason, canary=None, percent=0.0, shadow=None)


def _rival(name: str, version: int, percent: float, kind: StrategyKind, reason: str) -> Routed:
    return _changed(name, kind.value, reason, canary=version, percent=percent, kind=kind)


def _changed(name: str, action: str, reason: str, **fields: Any) -> Routed:
    from automl_magic.store.routes import change_route, read_route
    from automl_magic.workspace.actor import actor

    seen = read_route(store(), name)
    for role in Role:
        version = fields.get(role.value)
        if version not in (None, getattr(seen, role.value)):
            governance.make_ready_again(seen.model, version)
    route = change_route(store(), seen, action=action, actor=actor(), reason=reason, **fields)
    behind = governance.confirmed([route]).get(name, [])
    untold = governance.tell_mlflow().failed.get(seen.model) if "stable" in fields else None
    return Routed(route, behind, untold)


def _named(target: str) -> Deployment:
    """Return what the name of a deployment, or of a version of a model, asks for."""
    asked = VersionId.of(target)
    if asked is None:
        raise DeploymentError(
            f"{target[:80]!r} cannot be served.",
            why="It is neither a model (NAME, NAME@ALIAS, NAME/VERSION), nor the name of a "
            "deployment, nor a deployment file (.yaml).",
            fix="See what is registered: automl models",
        )
    if asked.alias is None and asked.version is None and (known := _find(target)) is not None:
        return known.deployment
    return Deployment(name=asked.name, model_version_id=target)


def _find(name: str) -> Deployed | None:
    from automl_magic.store.routes import read_deployment

    try:
        return Deployed(*read_deployment(store(), name))
    except DeploymentNotFound:
        return None


def _created(asked: Deployment) -> Deployed:
    from automl_magic.store.routes import create_deployment
    from automl_magic.workspace.actor import actor

    route = Route(
        deployment=asked.name,
        model=_model(asked),
        epoch=1,
        stable=_stable(asked),
        kind=asked.strategy.kind,
        sticky=asked.strategy.sticky,
        **_second(asked),
    )
    notes = _first_of_all(route)
    example = _staged(route)
    if asked.follows_champion:
        notes += _crowned(route)
    route = create_deployment(store(), asked, route, actor())
    return Deployed(asked, route, example, (*notes, f"Deployment {asked.name} is new."))


def _first_of_all(route: Route) -> tuple[str, ...]:
    """Let the first version of a model that ever serves be approved by whoever serves it.

    As a promotion may be, where the policy allows that: in a store that is a file.
    """
    from automl_magic.records.models.model import CHAMPION
    from automl_magic.store.aliases import read_aliases
    from automl_magic.store.approvals import approval_of

    has_served = CHAMPION in read_aliases(store(), route.model).versions
    if has_served or approval_of(store(), route.model, route.stable) is not None:
        return ()
    version = governance.version_of(route.model, route.stable)
    governance.make_ready(version, is_implied=True)
    return (f"{route.model} version {route.stable} is approved by you, who serve it first.",)


def _wanted(known: Deployed, asked: Deployment) -> Route:
    """Return the route of a deployment after what is asked for anew has been applied to it."""
    before = known.deployment
    fields: dict[str, Any] = {}
    if _model(asked) != known.route.model:
        raise DeploymentError(
            f"{asked.name} serves {known.route.model}, and not {_model(asked)}.",
            why="A deployment keeps its model: its history and its outcomes are about it.",
            fix=f"Choose another metadata.name, or: automl deployments --remove {asked.name}",
        )
    if asked.model_version_id != before.model_version_id:
        fields["stable"] = _stable(asked)
        if fields["stable"] != known.route.stable:
            fields["previous"] = known.route.stable
    if (asked.strategy, asked.canary_version_id) != (before.strategy, before.canary_version_id):
        fields |= _second(asked)
        fields |= {"kind": asked.strategy.kind, "sticky": asked.strategy.sticky}
    return dataclasses.replace(known.route, **fields)


def _stable(asked: Deployment) -> int:
    found = VersionId.of(asked.model_version_id)
    assert found is not None  # the record has checked it
    return governance.version_of(found.name, found.version or found.alias).version


def _second(asked: Deployment) -> dict[str, Any]:
    """Return the part of a route that the version beside the stable one plays."""
    if asked.canary_version_id is None:
        return {"canary": None, "shadow": None, "percent": 0.0}
    found = VersionId.of(asked.canary_version_id)
    assert found is not None
    if found.name != _model(asked):
        raise DeploymentError(
            f"{asked.canary_version_id} cannot be the canary of {asked.name}.",
            why=f"It is a version of another model than {_model(asked)}.",
            fix=f"Name a version of {_model(asked)}: {_model(asked)}/VERSION",
        )
    version = governance.version_of(found.name, found.version or found.alias).version
    if asked.strategy.kind is StrategyKind.SHADOW:
        return {"canary": None, "shadow": version, "percent": 0.0}
    return {"canary": version, "shadow": None, "percent": asked.strategy.canary_pct}


def _crowned(route: Route) -> tuple[str, ...]:
    """Make what serves the champion, where there is none: followers serve the champion."""
    from automl_magic.records.models.model import CHAMPION
    from automl_magic.store.aliases import read_aliases

    if CHAMPION in read_aliases(store(), route.model).versions:
        return ()
    governance.promote(route.model, route.stable, CHAMPION, "the first that serves")
    return (f"{route.model} version {route.stable} is the champion now.",)


def _staged(route: Route) -> dict[str, Any] | None:
    """Make every version of a route ready, and return a row that the stable one takes."""
    folders = {
        version: governance.make_ready_again(route.model, version) for version in route.versions
    }
    if route.previous is not None:
        _kept_warm(route.model, route.previous)
    return _example(folders[route.stable])


def _kept_warm(model: str, version: int) -> None:
    """Make the version before ready too, if it may serve: a rollback then waits for nothing."""
    from automl_magic.errors import ModelRefused

    try:
        governance.make_ready_again(model, version)
    except ModelRefused:
        return


def _example(folder: Path) -> dict[str, Any] | None:
    path = folder / SCHEMA_NAME
    if not path.exists():
        return None
    schema = InputSchema.from_json(json.loads(path.read_text("utf-8")))
    return {column.name: column.example for column in schema.columns}


def _model(asked: Deployment) -> str:
    found = VersionId.of(asked.model_version_id)
    assert found is not None
    return found.name
