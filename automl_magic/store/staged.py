"""staged: the path of the signed folder of a version."""

from __future__ import annotations

from pathlib import Path

from automl_magic.records.models.approval import Statement


def staged_folder(statement: Statement, home: Path) -> Path:
    """Return the folder in a home with the approved model files, for servers to load.

    The same files can be versions of two models, each with its own approval, so the path contains
    more than the digest.
    """
    digest = statement.manifest_sha256.removeprefix("sha256:")
    return home / "serving" / "models" / f"{statement.model}-{statement.version}-{digest[:16]}"
