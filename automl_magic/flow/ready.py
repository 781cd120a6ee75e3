"""A version on its way to servers: approved, staged, crowned, and followed."""

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
    """Approve a version and put it where servers load it; as `approve`.

    Parameters
    ----------
    is_implied : bool
        Whether the approval comes along with a promotion, or with the start of a server.
    """
    from automl_magic import govern
    from automl_magic.deploy import stage
    from automl_magic.deploy.ready import StagedVersion
    from automl_magic.store.signing import PrivateKey, private_key_path

    files = registry(here).fetch(version)  # every byte is compared with what was registered
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
    """Return whose approvals are believed in a workspace."""
    from automl_magic.store.signing import TrustedKeys, trusted_folder

    return TrustedKeys(trusted_folder(here.home))


def stage_again(model: str, version: int, here: Workspace) -> StagedVersion:
    """Put a version where servers load it, if it does not lie there whole.

    Raises
    ------
    NotApproved
        If there is no approval that holds.
    ArtifactTampered
        If a file is not what was approved.
    """
    from automl_magic.deploy import ready

    return ready.stage_again(
        store(here), registry(here), model, version, trusted=trusted_keys(here), home=here.home
    )


def staged_or_approved(version: ModelVersion, here: Workspace) -> StagedVersion:
    """Make a version ready; approve it where nobody has spoken of it."""
    from automl_magic.deploy.ready import stage_version
    from automl_magic.store.approvals import approval_of

    if approval_of(store(here), version.name, version.version) is None:
        return approve_version(version, here, is_implied=True)
    return stage_version(
        store(here), registry(here), version, trusted=trusted_keys(here), home=here.home
    )


def crown_first(staged: StagedVersion, reason: str, here: Workspace) -> Changed | None:
    """Make a version that is ready the champion where there is none; return None where there is.

    Raises
    ------
    NotApproved, StoreError
    """
    from automl_magic import govern

    moved = govern.crown_first(
        store(here),
        staged.approval,
        actor=here.actor,
        reason=reason,
        policy=govern.policy_named(here.policy),
        trusted=trusted_keys(here),
    )
    return None if moved is None else told(moved.aliases.model, moved, here)


def told(model: str, moved: Moved, here: Workspace) -> Changed:
    """Wait until servers follow, and tell MLflow."""
    from automl_magic.govern.results import Changed
    from automl_magic.store.workers import not_following

    behind = not_following(store(here), moved.routes)
    failed = deliver(here).failed
    return Changed(model, moved.aliases.versions, moved.routes, behind, failed.get(model))


def deliver(here: Workspace) -> Delivered:
    """Write to MLflow what aliases have come to mean, of every model where that is not done."""
    from automl_magic import govern

    return govern.deliver(store(here), registry(here))
