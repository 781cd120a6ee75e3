"""Before a version replaces another: does it accept the same requests, and was it ever tried?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl_magic.errors import AutomlMagicError, StoreError, shorten
from automl_magic.flow.staging import restage_version
from automl_magic.records.models.deployment import Deployment, Role, Route
from automl_magic.store.opened import predictions_engine, store_engine
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.deploy.schema_changes import SchemaChanges
    from automl_magic.records.data.schema import InputSchema

ALLOW_SCHEMA_CHANGE = "--allow-schema-change"


@dataclass(frozen=True)
class Served:
    """A deployment with its route, and the input schema of the stable version if it's known."""

    deployment: Deployment
    route: Route
    schema: InputSchema | None


def served_deployment(deployment: Deployment, route: Route, here: Workspace) -> Served:
    """Return a deployment with the schema that its callers write requests for."""
    return Served(deployment, route, _staged_schema(route.model, route.stable, here))


def deployments_of(model: str, here: Workspace) -> list[Served]:
    """Return the deployments of a model."""
    from automl_magic.store.routes import list_deployments

    return [
        served_deployment(deployment, route, here)
        for deployment, route in list_deployments(store_engine(here), model)
    ]


def followers(model: str, here: Workspace) -> list[Served]:
    """Return the deployments that follow the champion of a model."""
    return [
        deployed for deployed in deployments_of(model, here) if deployed.deployment.follows_champion
    ]


def new_versions(before: Route, after: Route) -> list[int]:
    """Return the versions that get a new role in a route, without its present stable version."""
    return sorted(
        {
            version
            for role in Role
            if (version := getattr(after, role.value)) is not None
            and version not in (before.stable, getattr(before, role.value))
        }
    )


def check_requests(
    deployments: Iterable[Served],
    version: int,
    schema: InputSchema | None,
    *,
    command: str,
    allow_schema_change: bool,
) -> tuple[str, ...]:
    """Check that a version accepts the requests that some deployments of its model accept now.

    Parameters
    ----------
    schema : InputSchema or None
        The schema of the version.
    command : str
        The command that was typed, for the error.
    allow_schema_change : bool
        Whether a breaking change is only noted.

    Returns
    -------
    tuple of str
        Sentences about the differences for callers.

    Raises
    ------
    IncompatibleSchema
        If it would refuse valid requests, or answer them differently.
    """
    from automl_magic.deploy.schema_changes import compare_schemas, incompatible_schema_error

    notes: tuple[str, ...] = ()
    for deployed in deployments:
        if deployed.route.stable == version or deployed.schema is None or schema is None:
            continue
        changes = compare_schemas(deployed.schema, schema, deployed.deployment.checks)
        if changes.breaking and not allow_schema_change:
            raise incompatible_schema_error(
                deployed.route, version, changes, f"{command} {ALLOW_SCHEMA_CHANGE}"
            )
        notes += _notes(deployed.route, version, changes)
    return notes


def stable_change_notes(
    before: Iterable[Served], after: Iterable[Route], here: Workspace
) -> tuple[str, ...]:
    """Return sentences about changed routes whose new stable version isn't compatible.

    For rollbacks and revocations, which an incompatible schema must not block.
    """
    from automl_magic.deploy.schema_changes import compare_schemas

    routes = {route.deployment: route for route in after}
    notes: tuple[str, ...] = ()
    for deployed in before:
        route = routes.get(deployed.deployment.name, deployed.route)
        if route.stable == deployed.route.stable or deployed.schema is None:
            continue
        if (schema := _staged_schema(route.model, route.stable, here)) is not None:
            changes = compare_schemas(deployed.schema, schema, deployed.deployment.checks)
            notes += _notes(deployed.route, route.stable, changes)
    return notes


def is_untried(deployment: Deployment, version: int, here: Workspace) -> bool:
    """Return whether a version has never predicted anything for a deployment, in any role.

    If the deployment's predictions aren't logged, a version that had a role counts as tried.
    """
    from automl_magic.store.predictions import has_predicted
    from automl_magic.store.routes import first_routed_at

    since = first_routed_at(store_engine(here), deployment.name, version)
    if since is None:
        return True
    if not deployment.log.enabled or deployment.log.sample == 0:
        return False
    try:
        return not has_predicted(predictions_engine(here), deployment.name, version, since)
    except StoreError:
        return False


def untried_note(version: int, deployments: Sequence[str]) -> str:
    """Return the warning that a version serves deployments which it never predicted for."""
    return (
        f"Warning: version {version} had no requests of {shorten(deployments)} before: no canary "
        f"or shadow tested it. To test one first: automl route {deployments[0]} --canary VERSION "
        "--percent 10"
    )


def _staged_schema(model: str, version: int, here: Workspace) -> InputSchema | None:
    try:
        return restage_version(model, version, here).schema()
    except AutomlMagicError:  # revoked or damaged: there's nothing to compare with
        return None


def _notes(route: Route, version: int, changes: SchemaChanges) -> tuple[str, ...]:
    from automl_magic.deploy.schema_changes import list_changes

    notes = []
    if changes.breaking:
        notes.append(
            f"Warning: version {version} doesn't accept all requests to {route.deployment} that "
            f"version {route.stable} accepts: {list_changes(changes.breaking)}."
        )
    if changes.compatible:
        notes.append(
            f"Version {version} differs from version {route.stable} for the callers of "
            f"{route.deployment}: {list_changes(changes.compatible)}."
        )
    return tuple(notes)
