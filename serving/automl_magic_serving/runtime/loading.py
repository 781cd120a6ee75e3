"""Load a `Served` from a signed folder. Unsigned files are never parsed."""

from __future__ import annotations

from pathlib import Path

from automl_magic.store.signing import TrustedKeys
from automl_magic_serving.runtime.opening import opened
from automl_magic_serving.runtime.rehearsal import Limits, rehearse_once
from automl_magic_serving.runtime.sealed import unseal
from automl_magic_serving.runtime.served import Served


def load_model(
    folder: Path,
    trusted: TrustedKeys,
    *,
    model: str,
    version: int,
    home: Path,
    rehearsal: Limits | None = Limits(),  # noqa: B008 - frozen
) -> Served:
    """Load a model from its signed folder.

    Checks in this order: the approval's signature, the manifest's digest, the files' names and
    formats, and their digests. Then a child process parses the files, unless this machine has
    parsed the same bytes before, and finally this process does.

    Parameters
    ----------
    home : Path
        Home folder, which records the files that were parsed before.
    rehearsal : Limits or None
        Limits of the child process. None skips it.

    Raises
    ------
    NotApproved
        If the approval is missing, is for another model, or has no trusted signature.
    ModelRefused
        If a file's format isn't allowed, or the child process fails.
    ArtifactTampered
        If a file differs from the approved one.
    """
    files = unseal(folder, trusted, model=model, version=version)
    if rehearsal is not None:
        rehearse_once(files.contents, files.manifest_sha256, home, rehearsal)
    parsed = opened(files.contents)
    return Served(
        parsed.fitted,
        parsed.schema,
        reference=parsed.reference,
        model=model,
        version=version,
        manifest_sha256=files.manifest_sha256,
    )
