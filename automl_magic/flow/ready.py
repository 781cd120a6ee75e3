"""A version on its way to servers: approved, staged, crowned, and followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.records import ModelVersion
from automl_magic.store.opened import store
from automl_magic.workspace.actor import actor

if TYPE_CHECKING:
    from automl_magic.deploy.ready import StagedVersion
    from automl_magic.govern import Delivered
    from automl_magic.govern.results import Changed
    from automl_magic.register import MlflowRegistry
    from automl_magic.store.champion import Moved


def registry() -> MlflowRegistry:
    """Return the registry of models."""
    from automl_magic.register.opened import registry_on
    from automl_magic.workspace.mlflow import default_tracking_uri

    return registry_on(default_tracking_uri())


def approve_version(version: ModelVersion, *, is_implied: bool = False) -> StagedVersion:
    """Approve a version and put it where servers load it; as `approve`.

    Parameters
    ----------
    is_implied : bool
        Whether the approval comes along with a promotion, or with the start of a server.
    """
    from automl_magic import govern
    from automl_magic.deploy import stage
    from automl_magic.deploy.ready import StagedVersion

    files = registry().fetch(version)  # every byte is compared with what was registered
    approval = govern.approve(store(), version, actor=actor(), is_implied=is_implied)
    return StagedVersion(approval, stage(files, approval))


def stage_again(model: str, version: int) -> StagedVersion:
    """Put a version where servers load it, if it does not lie there whole.

    Raises
    ------
    NotApproved
        If there is no approval that holds.
    ArtifactTampered
        If a file is not what was approved.
    """
    from automl_magic.deploy import ready

    return ready.stage_again(store(), registry(), model, version)


def staged_or_approved(version: ModelVersion) -> StagedVersion:
    """Make a version ready; approve it where nobody has spoken of it."""
    from automl_magic.deploy.ready import stage_version
    from automl_magic.store.approvals import approval_of

    if approval_of(store(), version.name, version.version) is None:
        return approve_version(version, is_implied=True)
    return stage_version(store(), registry(), version)


def crown_first(staged: StagedVersion, reason: str) -> Changed | None:
    """Make a version that is ready the champion where there is none; return None where there is.

    Raises
    ------
    NotApproved, StoreError
    """
    from automl_magic import govern

    moved = govern.crown_first(store(), staged.approval, actor=actor(), reason=reason)
    return None if moved is None else told(moved.aliases.model, moved)


def told(model: str, moved: Moved) -> Changed:
    """Wait until servers follow, and tell MLflow."""
    from automl_magic.govern.results import Changed
    from automl_magic.store.workers import not_following

    behind = not_following(store(), moved.routes)
    failed = deliver().failed
    return Changed(model, moved.aliases.versions, moved.routes, behind, failed.get(model))


def deliver() -> Delivered:
    """Write to MLflow what aliases have come to mean, of every model where that is not done."""
    from automl_magic import govern

    return govern.deliver(store(), registry())
