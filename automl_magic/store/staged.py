"""staged: where the signed folder of a version lies."""

from __future__ import annotations

from pathlib import Path

from automl_magic.records.models.approval import Statement


def staged_folder(statement: Statement, home: Path) -> Path:
    """Return the folder of a home that holds what a statement is about, for servers to load.

    The same bytes may be versions of two models, each with an approval of its own, so the digest
    alone would not tell them apart.
    """
    digest = statement.manifest_sha256.removeprefix("sha256:")
    return home / "serving" / "models" / f"{statement.model}-{statement.version}-{digest[:16]}"
