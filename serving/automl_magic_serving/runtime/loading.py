"""Load a `ServedModel` from a signed folder. Unsigned files are never parsed."""

from __future__ import annotations

from pathlib import Path

from automl_magic.recipe.hashed_levels import workspace_key
from automl_magic.store.signing import TrustedKeys
from automl_magic_serving.runtime.parsing import parse_model
from automl_magic_serving.runtime.served_model import ServedModel
from automl_magic_serving.runtime.smoke_test import SandboxLimits, run_smoke_test_once
from automl_magic_serving.runtime.verified_files import read_verified_files


def load_model(
    folder: Path,
    trusted: TrustedKeys,
    *,
    model: str,
    version: int,
    home: Path,
    rehearsal: SandboxLimits | None = SandboxLimits(),  # noqa: B008 - frozen
) -> ServedModel:
    """Load a model from its signed folder.

    Checks in this order: the approval's signature, the manifest's digest, the files' names and
    formats, and their digests. Then a child process parses the files, unless this machine has
    parsed the same bytes before, and finally this process does.

    Parameters
    ----------
    home : Path
        Home folder, with the key of personal columns. It records the files that were parsed before.
    rehearsal : Limits or None
        Limits of the child process. None skips it.

    Raises
    ------
    NotApproved
        If the approval is missing, is for another model, or has no trusted signature.
    ModelRefused
        If a file's format isn't allowed, the child process fails, or the model has personal
        columns and their key isn't in the home folder.
    ArtifactTampered
        If a file differs from the approved one.
    """
    files = read_verified_files(folder, trusted, model=model, version=version)
    if rehearsal is not None:
        run_smoke_test_once(files.contents, files.manifest_sha256, home, rehearsal)
    parsed = parse_model(files.contents, workspace_key(home))
    return ServedModel(
        parsed.fitted,
        parsed.schema,
        reference=parsed.reference,
        model=model,
        version=version,
        manifest_sha256=files.manifest_sha256,
    )
