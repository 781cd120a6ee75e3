"""Who lets which version serve, and what an alias means: approve, revoke, promote, roll back."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.records import ModelVersion
from automl_magic.records.models.approval import Approval
from automl_magic.records.models.deployment import Route
from automl_magic.records.models.model import CANDIDATE, CHAMPION
from automl_magic.store.opened import store

if TYPE_CHECKING:
    from automl_magic.govern import Delivered
    from automl_magic.register import MlflowRegistry
    from automl_magic.store.audit import Entry, Verdict
    from automl_magic.store.champion import Moved
    from automl_magic.store.keys import ApiKey

# A worker loads a version before it follows a route to it, and some versions are large.
CONFIRM_S = 60.0


@dataclass(frozen=True)
class Changed:
    """What a change came to.

    `aliases` is what the model's aliases mean now, `routes` every route that moved. `behind` names,
    by deployment, the workers that had not taken it up when we stopped waiting; `untold` says why
    MLflow could not be told, in which case the next command tries again.
    """

    model: str
    aliases: Mapping[str, int]
    routes: tuple[Route, ...] = ()
    behind: Mapping[str, Sequence[str]] = field(default_factory=dict)
    untold: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "model": self.model,
            "aliases": dict(self.aliases),
            "routes": [route.to_json() for route in self.routes],
            "behind": {name: list(workers) for name, workers in self.behind.items()},
            "untold": self.untold,
        }


def version_of(name: str, version: int | str | None = None) -> ModelVersion:
    """Return a version by its number or by what an alias means in the store.

    Parameters
    ----------
    version : int or str, optional
        By default the champion, or the newest registration where there is no champion yet.

    Raises
    ------
    ModelNotFound
    """
    from automl_magic.store.aliases import read_aliases

    known = read_aliases(store(), name).versions
    if version is None:
        version = known.get(CHAMPION, CANDIDATE)
    if isinstance(version, str):
        version = known.get(version, version)
    return _registry().get(name, version)


def approve(name: str, version: int | str) -> Approval:
    """Sign that the bytes of a version may serve, after checking every one of them.

    They are put where servers of this machine load them.

    Raises
    ------
    ModelNotFound, ArtifactTampered, NotApproved, StoreError, TrackingError
    """
    return _approve(version_of(name, version))


def revoke(name: str, version: int, reason: str) -> Changed:
    """Take an approval back. Where the version serves, the one before it takes its place.

    Raises
    ------
    NotApproved
        If the version has no approval.
    DeploymentError
        If it serves, and nothing can take its place.
    """
    from automl_magic import govern
    from automl_magic.workspace.actor import actor

    return _changed(name, govern.revoke(store(), name, version, actor=actor(), reason=reason))


def promote(name: str, version: int | str, alias: str, reason: str = "") -> Changed:
    """Make an alias mean a version.

    As champion it serves wherever the champion is followed; the one that gives way becomes
    `rollback`. In a store that is a file, a version that nobody has approved yet is approved by
    whoever promotes it.

    Raises
    ------
    ModelNotFound, ModelRefused, NotApproved, ArtifactTampered, RouteChanged, StoreError
    """
    from automl_magic import govern
    from automl_magic.register.registry import check_alias
    from automl_magic.store.aliases import read_aliases
    from automl_magic.workspace.actor import actor

    check_alias(alias)
    seen = read_aliases(store(), name)
    chosen = version_of(name, version)
    if alias == CHAMPION:
        make_ready(chosen, is_implied=True)
    moved = govern.promote(
        store(), chosen, alias, actor=actor(), reason=reason, seen_epoch=seen.epoch
    )
    return _changed(name, moved)


def roll_back(name: str, reason: str = "") -> Changed:
    """Make the champion what `rollback` means, wherever it is followed; end every canary.

    Raises
    ------
    ModelNotFound, NotApproved, DeploymentError, RouteChanged, StoreError
    """
    from automl_magic import govern
    from automl_magic.records.models.model import ROLLBACK
    from automl_magic.store.aliases import read_aliases
    from automl_magic.workspace.actor import actor

    seen = read_aliases(store(), name)
    if not seen.epoch:
        _registry().versions(name)  # raises with the names that there are
    if ROLLBACK in seen.versions:  # what has served lies here still, and the registry is not asked
        make_ready_again(name, seen.versions[ROLLBACK])
    moved = govern.roll_back(store(), name, actor=actor(), reason=reason, seen_epoch=seen.epoch)
    return _changed(name, moved)


def make_ready(version: ModelVersion, *, is_implied: bool = False) -> Path:
    """Put a version where servers load it, and return the folder.

    Parameters
    ----------
    is_implied : bool
        Whether what is going on would be an approval of a version that nobody has spoken of.

    Raises
    ------
    NotApproved
        If there is no approval that holds.
    ArtifactTampered
        If a file is not what was approved.
    """
    from automl_magic.deploy import stage
    from automl_magic.store.approvals import approval_of, check_approved
    from automl_magic.store.engine import reading

    if is_implied and approval_of(store(), version.name, version.version) is None:
        _approve(version, is_implied=True)
    with reading(store()) as connection:
        approval = check_approved(
            connection, version.name, version.version, manifest_sha256=version.manifest_sha256
        )
    return stage(_registry().fetch(version), approval)


def make_ready_again(model: str, version: int) -> Path:
    """Return the folder that servers load a version from; as `make_ready`, for one that served.

    Where the folder is there and whole, the registry is not asked: servers start again without it.
    """
    from automl_magic.deploy import staged
    from automl_magic.store.approvals import check_approved
    from automl_magic.store.engine import reading

    with reading(store()) as connection:
        approval = check_approved(connection, model, version)
    return staged(approval) or make_ready(version_of(model, version))


def tell_mlflow() -> Delivered:
    """Write to MLflow what aliases have come to mean, of every model where that is not done."""
    from automl_magic import govern

    return govern.deliver(store(), _registry())


def entries(subject: str | None = None, limit: int = 50) -> list[Entry]:
    """Return the newest entries of the audit log, the newest first."""
    from automl_magic.store import audit

    return audit.entries(store(), limit=limit, subject=subject)


def verify() -> Verdict:
    """Check the chain of the audit log."""
    from automl_magic.store import audit

    return audit.verify(store())


def keys() -> list[ApiKey]:
    """Return every API key, the newest first."""
    from automl_magic.store.keys import list_keys

    return list_keys(store())


def create_key(
    name: str,
    deployments: Sequence[str] = (),
    requests_per_s: float | None = None,
    expires_at: float | None = None,
) -> tuple[str, str]:
    """Make an API key; return its id and its secret, which is nowhere else.

    Raises
    ------
    DeploymentNotFound
        If it shall open a deployment that does not exist.
    """
    from automl_magic.store.keys import create_key as create
    from automl_magic.store.routes import read_route

    for deployment in deployments:
        read_route(store(), deployment)
    return create(store(), name, deployments, requests_per_s, expires_at)


def revoke_key(key_id: str) -> ApiKey:
    """End an API key. Raises DeploymentError where there is none of this id."""
    from automl_magic.store.keys import revoke_key as revoke

    return revoke(store(), key_id)


def confirmed(routes: Sequence[Route]) -> dict[str, list[str]]:
    """Wait until live workers follow these routes; return those that do not, by deployment."""
    from automl_magic.store.workers import wait_until_seen

    behind = {
        route.deployment: wait_until_seen(store(), route.deployment, route.epoch, CONFIRM_S)
        for route in routes
    }
    return {name: workers for name, workers in behind.items() if workers}


def _approve(version: ModelVersion, *, is_implied: bool = False) -> Approval:
    from automl_magic import govern
    from automl_magic.deploy import stage
    from automl_magic.workspace.actor import actor

    files = _registry().fetch(version)  # every byte is compared with what was registered
    approval = govern.approve(store(), version, actor=actor(), is_implied=is_implied)
    stage(files, approval)
    return approval


def _changed(model: str, moved: Moved) -> Changed:
    behind = confirmed(moved.routes)
    failed = tell_mlflow().failed
    return Changed(model, moved.aliases.versions, moved.routes, behind, failed.get(model))


def _registry() -> MlflowRegistry:
    from automl_magic.workspace.mlflow import default_tracking_uri

    return _registry_on(default_tracking_uri())


@functools.lru_cache(maxsize=4)
def _registry_on(tracking_uri: str) -> MlflowRegistry:
    from automl_magic.register import MlflowRegistry

    return MlflowRegistry(tracking_uri)
