"""What the supervisor has to know of a notebook, read with `json` alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automl_magic.errors import RunError

DEFAULT_KERNEL = "python3"
SEARCH_STEP = "search"
PARAMETERS_TAG = "parameters"
INJECTED_TAG = "injected-parameters"


class NotNotebook(ValueError):
    """A JSON document that is no notebook."""


def read_notebook(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return a notebook's bytes and its document.

    Raises
    ------
    RunError
        If the file is missing, is not a notebook, or has a format older than version 4.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunError(
            f"The notebook {str(path)!r} cannot be read.",
            why=f"The system says: {error.strerror}.",
            fix="Check the path: ls " + str(path.parent),
        ) from error
    try:
        document = json.loads(data)
        if not (isinstance(document, dict) and isinstance(document.get("cells"), list)):
            raise NotNotebook("it has no list of cells")
        for part in (document, *document["cells"]):
            if not (isinstance(part, dict) and isinstance(part.get("metadata", {}), dict)):
                raise NotNotebook("a cell, or the metadata, is no mapping")
        if document.get("nbformat") != 4:
            raise NotNotebook(f"its nbformat is {document.get('nbformat')}, not 4")
    except (ValueError, RecursionError) as error:
        raise RunError(
            f"{str(path)!r} is not a notebook.",
            why=f"Reading it as one failed: {error}.",
            fix="Give an .ipynb file of format 4: jupyter nbconvert --to notebook converts others.",
        ) from error
    return data, document


def source_of(cell: Mapping[str, Any]) -> str:
    """Return a cell's source as one text; a file may hold it as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: Mapping[str, Any]) -> list[str]:
    """Return a cell's tags."""
    return list(cell.get("metadata", {}).get("tags", []))


def runs(cell: Mapping[str, Any]) -> bool:
    """Say whether a cell is executed: code, not blank, not tagged to be skipped."""
    return (
        cell.get("cell_type") == "code"
        and bool(source_of(cell).strip())
        and "skip-execution" not in tags_of(cell)
    )


def kind_of(document: Mapping[str, Any]) -> str | None:
    """Return what `metadata.automl.kind` says, or None."""
    ours = document.get("metadata", {}).get("automl", {})
    return ours.get("kind") if isinstance(ours, Mapping) else None


def kernel_of(document: Mapping[str, Any]) -> str:
    """Return the name of the kernel that the notebook asks for; `python3` if it names none."""
    return document.get("metadata", {}).get("kernelspec", {}).get("name") or DEFAULT_KERNEL


def is_python(document: Mapping[str, Any]) -> bool:
    """Say whether the cells are Python, as far as the notebook's metadata tells."""
    metadata = document.get("metadata", {})
    language = metadata.get("language_info", {}).get("name") or metadata.get("kernelspec", {}).get(
        "language", "python"
    )
    return str(language).lower() == "python"


def is_search_cell(cell_id: str | None) -> bool:
    """Say whether this is the cell that keeps what it has when it is interrupted."""
    return cell_id == SEARCH_STEP


def has_search_cell(document: Mapping[str, Any]) -> bool:
    """Say whether the notebook has such a cell."""
    return any(is_search_cell(cell.get("id")) for cell in document["cells"])
