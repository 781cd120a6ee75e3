"""Who lets which version serve, and what an alias means: approve, revoke, promote, roll back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl_magic.flow.ready import (
    approve_version,
    deliver,
    stage_again,
    staged_or_approved,
    told,
    trusted_keys,
)
from automl_magic.records import ModelVersion
from automl_magic.records.models.approval import Approval
from automl_magic.records.models.model import CHAMPION, ROLLBACK
from automl_magic.runs.opened import registry
from automl_magic.store.opened import store
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.govern import Delivered
    from automl_magic.govern.results import Changed
    from automl_magic.store.audit import Entry, Verdict
    from automl_magic.store.keys import ApiKey


def version_of(
    name: str, version: int | str | None = None, *, workspace: Workspace | None = None
) -> ModelVersion:
    """Return a version by its number or by what an alias means in the store.

    Parameters
    ----------
    version : int or str, optional
        By default the champion, or the newest registration where there is no champion yet.

    Raises
    ------
    ModelNotFound
    """
    from automl_magic.register.meant import version_meant
    from automl_magic.store.aliases import read_aliases

    here = workspace or default_workspace()
    return version_meant(registry(here), read_aliases(store(here), name), version)


def approve(name: str, version: int | str, *, workspace: Workspace | None = None) -> Approval:
    """Sign that the bytes of a version may serve, after checking every one of them.

    They are put where servers of this machine load them.

    Raises
    ------
    ModelNotFound, ArtifactTampered, NotApproved, StoreError, TrackingError
    """
    here = workspace or default_workspace()
    return approve_version(version_of(name, version, workspace=here), here).approval


def revoke(name: str, version: int, reason: str, *, workspace: Workspace | None = None) -> Changed:
    """Take an approval back. Where the version serves, the one before it takes its place.

    Raises
    ------
    NotApproved
        If the version has no approval.
    DeploymentError
        If it serves, and nothing can take its place.
    """
    from automl_magic import govern

    here = workspace or default_workspace()
    moved = govern.revoke(
        store(here),
        name,
        version,
        actor=here.actor,
        reason=reason,
        trusted=trusted_keys(here),
        policy=govern.policy_named(here.policy),
    )
    return told(name, moved, here)


def promote(
    name: str,
    version: int | str,
    alias: str,
    reason: str = "",
    *,
    workspace: Workspace | None = None,
) -> Changed:
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

    check_alias(alias)
    here = workspace or default_workspace()
    seen = read_aliases(store(here), name)
    chosen = version_of(name, version, workspace=here)
    if alias == CHAMPION:
        staged_or_approved(chosen, here)
    moved = govern.promote(
        store(here),
        chosen,
        alias,
        actor=here.actor,
        reason=reason,
        expected_epoch=seen.epoch,
        trusted=trusted_keys(here),
        policy=govern.policy_named(here.policy),
    )
    return told(name, moved, here)


def roll_back(name: str, reason: str = "", *, workspace: Workspace | None = None) -> Changed:
    """Make the champion what `rollback` means, wherever it is followed; end every canary.

    Raises
    ------
    ModelNotFound, NotApproved, DeploymentError, RouteChanged, StoreError
    """
    from automl_magic import govern
    from automl_magic.store.aliases import read_aliases

    here = workspace or default_workspace()
    seen = read_aliases(store(here), name)
    if not seen.epoch:
        registry(here).versions(name)  # raises with the names that there are
    if ROLLBACK in seen.versions:  # what has served lies here still, and the registry is not asked
        stage_again(name, seen.versions[ROLLBACK], here)
    moved = govern.roll_back(
        store(here),
        name,
        actor=here.actor,
        reason=reason,
        expected_epoch=seen.epoch,
        trusted=trusted_keys(here),
        policy=govern.policy_named(here.policy),
    )
    return told(name, moved, here)


def tell_mlflow(*, workspace: Workspace | None = None) -> Delivered:
    """Write to MLflow what aliases have come to mean, of every model where that is not done."""
    return deliver(workspace or default_workspace())


def entries(
    subject: str | None = None, limit: int = 50, *, workspace: Workspace | None = None
) -> list[Entry]:
    """Return the newest entries of the audit log, the newest first."""
    from automl_magic.store import audit

    return audit.entries(store(workspace or default_workspace()), limit=limit, subject=subject)


def verify(*, workspace: Workspace | None = None) -> Verdict:
    """Check the chain of the audit log."""
    from automl_magic.store import audit

    return audit.verify(store(workspace or default_workspace()))


def keys(*, workspace: Workspace | None = None) -> list[ApiKey]:
    """Return every API key, the newest first."""
    from automl_magic.store.keys import list_keys

    return list_keys(store(workspace or default_workspace()))


def create_key(
    name: str,
    deployments: Sequence[str] = (),
    requests_per_s: float | None = None,
    expires_at: float | None = None,
    *,
    workspace: Workspace | None = None,
) -> tuple[str, str]:
    """Make an API key; return its id and its secret, which is nowhere else.

    Raises
    ------
    DeploymentNotFound
        If it shall open a deployment that does not exist.
    """
    from automl_magic.store.keys import create_key as create
    from automl_magic.store.routes import read_route

    here = workspace or default_workspace()
    for deployment in deployments:
        read_route(store(here), deployment)
    return create(store(here), name, deployments, requests_per_s, expires_at, actor=here.actor)


def revoke_key(key_id: str, *, workspace: Workspace | None = None) -> ApiKey:
    """End an API key. Raises DeploymentError where there is none of this id."""
    from automl_magic.store.keys import revoke_key as revoke

    here = workspace or default_workspace()
    return revoke(store(here), key_id, actor=here.actor)
