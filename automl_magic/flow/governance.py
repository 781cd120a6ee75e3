"""Governance of model versions: approve, revoke, promote, roll back, audit log and API keys."""

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
    """Return a version by its number or alias.

    Parameters
    ----------
    name : str
        Name of the registered model.
    version : int or str, optional
        Number or alias. Default: the champion, or the newest version if there's no champion.

    Raises
    ------
    ModelNotFound
    """
    from automl_magic.register.meant import version_meant
    from automl_magic.store.aliases import read_aliases

    here = workspace or default_workspace()
    return version_meant(registry(here), read_aliases(store(here), name), version)


def approve(name: str, version: int | str, *, workspace: Workspace | None = None) -> Approval:
    """Approve a version for serving: check its files, sign them and stage them for servers.

    Raises
    ------
    ModelNotFound, ArtifactTampered, NotApproved, StoreError, TrackingError
    """
    here = workspace or default_workspace()
    return approve_version(version_of(name, version, workspace=here), here).approval


def revoke(name: str, version: int, reason: str, *, workspace: Workspace | None = None) -> Changed:
    """Revoke an approval. Deployments of the version switch to the previous approved version.

    Raises
    ------
    NotApproved
        If the version isn't approved.
    DeploymentError
        If a deployment serves it and has no other approved version.
    """
    from automl_magic import govern

    here = workspace or default_workspace()
    change = govern.revoke(
        store(here),
        name,
        version,
        actor=here.actor,
        reason=reason,
        trusted=trusted_keys(here),
        policy=govern.policy_named(here.policy),
    )
    return told(name, change, here)


def promote(
    name: str,
    version: int | str,
    alias: str,
    reason: str = "",
    *,
    workspace: Workspace | None = None,
) -> Changed:
    """Point an alias to a version.

    Deployments that follow the champion serve a new one at once. The previous champion gets the
    alias `rollback`. If the store is a local file, promoting a version that has no approval also
    approves it.

    Raises
    ------
    ModelNotFound, ModelRefused, NotApproved, ArtifactTampered, RouteChanged, StoreError
    """
    from automl_magic import govern
    from automl_magic.register.registry import check_alias
    from automl_magic.store.aliases import read_aliases

    check_alias(alias)
    here = workspace or default_workspace()
    current = read_aliases(store(here), name)
    model_version = version_of(name, version, workspace=here)
    if alias == CHAMPION:
        staged_or_approved(model_version, here)
    change = govern.promote(
        store(here),
        model_version,
        alias,
        actor=here.actor,
        reason=reason,
        expected_epoch=current.epoch,
        trusted=trusted_keys(here),
        policy=govern.policy_named(here.policy),
    )
    return told(name, change, here)


def roll_back(name: str, reason: str = "", *, workspace: Workspace | None = None) -> Changed:
    """Make the `rollback` version the champion, and stop the canaries of its deployments.

    Raises
    ------
    ModelNotFound, NotApproved, DeploymentError, RouteChanged, StoreError
    """
    from automl_magic import govern
    from automl_magic.store.aliases import read_aliases

    here = workspace or default_workspace()
    current = read_aliases(store(here), name)
    if not current.epoch:
        registry(here).versions(name)  # raises an error with the existing names
    if (
        ROLLBACK in current.versions
    ):  # a version that was served is still staged, without the registry
        stage_again(name, current.versions[ROLLBACK], here)
    change = govern.roll_back(
        store(here),
        name,
        actor=here.actor,
        reason=reason,
        expected_epoch=current.epoch,
        trusted=trusted_keys(here),
        policy=govern.policy_named(here.policy),
    )
    return told(name, change, here)


def tell_mlflow(*, workspace: Workspace | None = None) -> Delivered:
    """Write all changed aliases to MLflow that aren't written yet."""
    return deliver(workspace or default_workspace())


def entries(
    subject: str | None = None, limit: int = 50, *, workspace: Workspace | None = None
) -> list[Entry]:
    """Return the newest entries of the audit log, newest first."""
    from automl_magic.store import audit

    return audit.entries(store(workspace or default_workspace()), limit=limit, subject=subject)


def verify(*, workspace: Workspace | None = None) -> Verdict:
    """Verify the hash chain of the audit log."""
    from automl_magic.store import audit

    return audit.verify(store(workspace or default_workspace()))


def keys(*, workspace: Workspace | None = None) -> list[ApiKey]:
    """Return all API keys, newest first."""
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
    """Create an API key.

    Parameters
    ----------
    name : str
        Name of the key, for people.
    deployments : sequence of str
        Deployments that the key gives access to. Default: all.
    requests_per_s : float, optional
        Maximum requests per second. Default: no limit.
    expires_at : float, seconds since 1970, optional
        Time when the key expires. Default: never.

    Returns
    -------
    key_id, secret : str
        The secret isn't stored, so it can't be shown again.

    Raises
    ------
    DeploymentNotFound
        If one of the deployments doesn't exist.
    """
    from automl_magic.store.keys import create_key as create
    from automl_magic.store.routes import read_route

    here = workspace or default_workspace()
    for deployment in deployments:
        read_route(store(here), deployment)
    return create(store(here), name, deployments, requests_per_s, expires_at, actor=here.actor)


def revoke_key(key_id: str, *, workspace: Workspace | None = None) -> ApiKey:
    """Revoke an API key. Raises DeploymentError if there's no key with this ID."""
    from automl_magic.store.keys import revoke_key as revoke

    here = workspace or default_workspace()
    return revoke(store(here), key_id, actor=here.actor)
