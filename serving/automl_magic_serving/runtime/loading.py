"""loading: a signed folder becomes a `Served`, and nothing unsigned is ever parsed."""

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

    In this order: the approval's signature, the manifest's digest, the names and formats of the
    files, their digests, a reading in a child process (of bytes that this machine has not read
    before), and the reading here, of the same bytes.

    Parameters
    ----------
    home : Path
        Where it is noted which bytes have been read before.
    rehearsal : Limits or None
        What the child may take. None leaves it out.

    Raises
    ------
    NotApproved
        If the approval is missing, is of something else, or no trusted key signed it.
    ModelRefused
        If a file is of a format that is not allowed, or its parser does not survive it.
    ArtifactTampered
        If a file is not the one that was approved.
    """
    sealed = unseal(folder, trusted, model=model, version=version)
    if rehearsal is not None:
        rehearse_once(sealed.contents, sealed.manifest_sha256, home, rehearsal)
    found = opened(sealed.contents)
    return Served(
        found.fitted,
        found.schema,
        reference=found.reference,
        model=model,
        version=version,
        manifest_sha256=sealed.manifest_sha256,
    )
