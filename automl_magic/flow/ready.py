"""Shared steps of governance and serving: approve, stage and promote a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.records import ModelVersion
from automl_magic.runs.opened import registry
from automl_magic.store.opened import store
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.deploy.ready import StagedVersion
    from automl_magic.govern import Delivered
    from automl_magic.govern.results import Changed
    from automl_magic.store.champion import Moved
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
    from automl_magic.deploy.ready import StagedVersion
    from automl_magic.store.signing import PrivateKey, private_key_path

    files = registry(here).fetch(version)  # compares every file with the registered one
    approval = govern.approve(
        store(here),
        version,
        actor=here.actor,
        key=PrivateKey.load_or_make(private_key_path(here.home)),
        policy=govern.policy_named(here.policy),
        is_implied=is_implied,
    )
    return StagedVersion(approval, stage(files, approval, here.home))


def trusted_keys(here: Workspace) -> TrustedKeys:
    """Return the keys whose approvals are trusted in a workspace."""
    from automl_magic.store.signing import TrustedKeys, trusted_folder

    return TrustedKeys(trusted_folder(here.home))


def stage_again(model: str, version: int, here: Workspace) -> StagedVersion:
    """Stage a version for servers, unless it's already staged and intact.

    Raises
    ------
    NotApproved
        If there's no valid approval.
    ArtifactTampered
        If a file isn't the approved one.
    """
    from automl_magic.deploy import ready

    return ready.stage_again(
        store(here), registry(here), model, version, trusted=trusted_keys(here), home=here.home
    )


def staged_or_approved(version: ModelVersion, here: Workspace) -> StagedVersion:
    """Stage a version. Approve it first if it was never approved or revoked."""
    from automl_magic.deploy.ready import stage_version
    from automl_magic.store.approvals import approval_of

    if approval_of(store(here), version.name, version.version) is None:
        return approve_version(version, here, is_implied=True)
    return stage_version(
        store(here), registry(here), version, trusted=trusted_keys(here), home=here.home
    )


def crown_first(staged: StagedVersion, reason: str, here: Workspace) -> Changed | None:
    """Make a staged version the champion if the model has none. Otherwise return None.

    Raises
    ------
    NotApproved, StoreError
    """
    from automl_magic import govern

    change = govern.crown_first(
        store(here),
        staged.approval,
        actor=here.actor,
        reason=reason,
        policy=govern.policy_named(here.policy),
        trusted=trusted_keys(here),
    )
    return None if change is None else told(change.aliases.model, change, here)


def told(model: str, change: Moved, here: Workspace) -> Changed:
    """Wait until the workers follow a change, and write the aliases to MLflow."""
    from automl_magic.govern.results import Changed
    from automl_magic.store.workers import not_following

    lagging = not_following(store(here), change.routes)
    failed = deliver(here).failed
    return Changed(model, change.aliases.versions, change.routes, lagging, failed.get(model))


def deliver(here: Workspace) -> Delivered:
    """Write all changed aliases to MLflow that aren't written yet."""
    from automl_magic import govern

    return govern.deliver(store(here), registry(here))
