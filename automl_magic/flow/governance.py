"""Governance of model versions: approve, revoke, promote, roll back, audit log and API keys."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl_magic.flow.replacement import (
    check_requests,
    deployments_of,
    followers,
    is_untried,
    stable_change_notes,
)
from automl_magic.flow.staging import (
    approve_version,
    propagate_change,
    restage_version,
    stage_or_approve,
    sync_aliases,
    trusted_keys,
)
from automl_magic.records import ModelVersion
from automl_magic.records.models.approval import Approval
from automl_magic.records.models.model import CHAMPION, ROLLBACK
from automl_magic.runs.backends import open_registry
from automl_magic.store.opened import store_engine
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.govern import SyncResult
    from automl_magic.govern.results import AliasChangeResult
    from automl_magic.store.audit import AuditEntry, ChainVerification
    from automl_magic.store.keys import ApiKey


def resolve_version(
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
    from automl_magic.register.resolution import resolve_version
    from automl_magic.store.aliases import read_aliases

    here = workspace or default_workspace()
    return resolve_version(open_registry(here), read_aliases(store_engine(here), name), version)


def approve(name: str, version: int | str, *, workspace: Workspace | None = None) -> Approval:
    """Approve a version for serving: check its files, sign them and stage them for servers.

    Raises
    ------
    ModelNotFound, ArtifactTampered, NotApproved, StoreError, TrackingError
    """
    here = workspace or default_workspace()
    return approve_version(resolve_version(name, version, workspace=here), here).approval


def revoke(
    name: str, version: int, reason: str, *, workspace: Workspace | None = None
) -> AliasChangeResult:
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
    before = deployments_of(name, here)
    change = govern.revoke(
        store_engine(here),
        name,
        version,
        actor=here.actor,
        reason=reason,
        trusted=trusted_keys(here),
        policy=govern.get_policy(here.policy),
    )
    notes = stable_change_notes(before, change.routes, here)
    return propagate_change(name, change, here, notes=notes)


def promote(
    name: str,
    version: int | str,
    alias: str,
    reason: str = "",
    *,
    allow_schema_change: bool = False,
    workspace: Workspace | None = None,
) -> AliasChangeResult:
    """Point an alias to a version.

    Deployments that follow the champion serve a new one at once. The previous champion gets the
    alias `rollback`. If the store is a local file, promoting a version that has no approval also
    approves it.

    Parameters
    ----------
    allow_schema_change : bool
        Whether deployments may switch to a version that doesn't accept all requests that they
        accept now.

    Raises
    ------
    IncompatibleSchema
        If a deployment would switch to such a version.
    ModelNotFound, ModelRefused, NotApproved, ArtifactTampered, RouteChanged, StoreError
    """
    from automl_magic import govern
    from automl_magic.deploy.staged_version import read_schema
    from automl_magic.register.registry import check_alias
    from automl_magic.store.aliases import read_aliases

    check_alias(alias)
    here = workspace or default_workspace()
    current = read_aliases(store_engine(here), name)
    model_version = resolve_version(name, version, workspace=here)
    notes: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
    if alias == CHAMPION:
        switching = [
            deployed
            for deployed in followers(name, here)
            if deployed.route.stable != model_version.version
        ]
        # Before an approval is implied, so that a refused promotion leaves nothing behind.
        notes = check_requests(
            switching,
            model_version.version,
            read_schema(open_registry(here).fetch(model_version)) if switching else None,
            command=f"automl promote {shlex.quote(name)} {model_version.version} {alias}",
            allow_schema_change=allow_schema_change,
        )
        untried = tuple(
            deployed.deployment.name
            for deployed in switching
            if is_untried(deployed.deployment, model_version.version, here)
        )
        stage_or_approve(model_version, here)
    change = govern.promote(
        store_engine(here),
        model_version,
        alias,
        actor=here.actor,
        reason=reason,
        expected_epoch=current.epoch,
        trusted=trusted_keys(here),
        policy=govern.get_policy(here.policy),
    )
    return propagate_change(name, change, here, notes=notes, untried=untried)


def roll_back(
    name: str, reason: str = "", *, workspace: Workspace | None = None
) -> AliasChangeResult:
    """Make the `rollback` version the champion, and stop the canaries of its deployments.

    If that version doesn't accept the same requests, the result says so. It blocks no rollback.

    Raises
    ------
    ModelNotFound, NotApproved, DeploymentError, RouteChanged, StoreError
    """
    from automl_magic import govern
    from automl_magic.store.aliases import read_aliases

    here = workspace or default_workspace()
    current = read_aliases(store_engine(here), name)
    if not current.epoch:
        open_registry(here).versions(name)  # raises an error with the existing names
    if (
        ROLLBACK in current.versions
    ):  # a version that was served is still staged, without the registry
        restage_version(name, current.versions[ROLLBACK], here)
    before = followers(name, here)
    change = govern.roll_back(
        store_engine(here),
        name,
        actor=here.actor,
        reason=reason,
        expected_epoch=current.epoch,
        trusted=trusted_keys(here),
        policy=govern.get_policy(here.policy),
    )
    notes = stable_change_notes(before, change.routes, here)
    return propagate_change(name, change, here, notes=notes)


def sync_mlflow(*, workspace: Workspace | None = None) -> SyncResult:
    """Write all changed aliases to MLflow that aren't written yet."""
    return sync_aliases(workspace or default_workspace())


def audit_entries(
    subject: str | None = None, limit: int = 50, *, workspace: Workspace | None = None
) -> list[AuditEntry]:
    """Return the newest entries of the audit log, newest first."""
    from automl_magic.store import audit

    return audit.entries(
        store_engine(workspace or default_workspace()), limit=limit, subject=subject
    )


def verify_audit_log(*, workspace: Workspace | None = None) -> ChainVerification:
    """Verify the hash chain of the audit log."""
    from automl_magic.store import audit

    return audit.verify(store_engine(workspace or default_workspace()))


def api_keys(*, workspace: Workspace | None = None) -> list[ApiKey]:
    """Return all API keys, newest first."""
    from automl_magic.store.keys import list_keys

    return list_keys(store_engine(workspace or default_workspace()))


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
        read_route(store_engine(here), deployment)
    return create(
        store_engine(here), name, deployments, requests_per_s, expires_at, actor=here.actor
    )


def revoke_key(key_id: str, *, workspace: Workspace | None = None) -> ApiKey:
    """Revoke an API key. Raises DeploymentError if there's no key with this ID."""
    from automl_magic.store.keys import revoke_key as revoke

    here = workspace or default_workspace()
    return revoke(store_engine(here), key_id, actor=here.actor)
