"""Shared steps of governance and serving: approve, stage and promote a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.records import ModelVersion
from automl_magic.runs.backends import open_registry
from automl_magic.store.opened import store_engine
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.deploy.staged_version import StagedVersion
    from automl_magic.govern import SyncResult
    from automl_magic.govern.results import AliasChangeResult
    from automl_magic.store.champion import AliasUpdate
    from automl_magic.store.signing import TrustedKeys


def approve_version(
    version: ModelVersion, here: Workspace, *, is_implied: bool = False
) -> StagedVersion:
    """Approve a version and stage it for servers.

    Parameters
    ----------
    is_implied : bool
        Whether a promotion or the start of a server implies the approval.
    """
    from automl_magic import govern
    from automl_magic.deploy import stage
    from automl_magic.deploy.staged_version import StagedVersion
    from automl_magic.store.signing import PrivateKey, private_key_path

    files = open_registry(here).fetch(version)  # compares every file with the registered one
    approval = govern.approve(
        store_engine(here),
        version,
        actor=here.actor,
        key=PrivateKey.load_or_make(private_key_path(here.home)),
        policy=govern.get_policy(here.policy),
        is_implied=is_implied,
    )
    return StagedVersion(approval, stage(files, approval, here.home))


def trusted_keys(here: Workspace) -> TrustedKeys:
    """Return the keys whose approvals are trusted in a workspace."""
    from automl_magic.store.signing import TrustedKeys, trusted_folder

    return TrustedKeys(trusted_folder(here.home))


def restage_version(model: str, version: int, here: Workspace) -> StagedVersion:
    """Stage a version for servers, unless it's already staged and intact.

    Raises
    ------
    NotApproved
        If there's no valid approval.
    ArtifactTampered
        If a file isn't the approved one.
    """
    from automl_magic.deploy import staged_version

    return staged_version.restage_version(
        store_engine(here),
        open_registry(here),
        model,
        version,
        trusted=trusted_keys(here),
        home=here.home,
    )


def stage_or_approve(version: ModelVersion, here: Workspace) -> StagedVersion:
    """Stage a version. Approve it first if it was never approved or revoked."""
    from automl_magic.deploy.staged_version import stage_version
    from automl_magic.store.approvals import approval_of

    if approval_of(store_engine(here), version.name, version.version) is None:
        return approve_version(version, here, is_implied=True)
    return stage_version(
        store_engine(here), open_registry(here), version, trusted=trusted_keys(here), home=here.home
    )


def promote_first_champion(
    staged: StagedVersion, reason: str, here: Workspace
) -> AliasChangeResult | None:
    """Make a staged version the champion if the model has none. Otherwise return None.

    Raises
    ------
    NotApproved, StoreError
    """
    from automl_magic import govern

    change = govern.promote_first(
        store_engine(here),
        staged.approval,
        actor=here.actor,
        reason=reason,
        policy=govern.get_policy(here.policy),
        trusted=trusted_keys(here),
    )
    return None if change is None else propagate_change(change.aliases.model, change, here)


def propagate_change(
    model: str,
    change: AliasUpdate,
    here: Workspace,
    *,
    notes: tuple[str, ...] = (),
    untried: tuple[str, ...] = (),
) -> AliasChangeResult:
    """Wait until the workers follow a change, and write the aliases to MLflow.

    `notes` and `untried` are as in the result.
    """
    from automl_magic.govern.results import AliasChangeResult
    from automl_magic.store.workers import wait_for_routes

    lagging = wait_for_routes(store_engine(here), change.routes)
    failed = sync_aliases(here).failed
    return AliasChangeResult(
        model,
        change.aliases.versions,
        change.routes,
        lagging,
        failed.get(model),
        notes,
        untried,
    )


def sync_aliases(here: Workspace) -> SyncResult:
    """Write all changed aliases to MLflow that aren't written yet."""
    from automl_magic import govern

    return govern.sync_aliases(store_engine(here), open_registry(here))
