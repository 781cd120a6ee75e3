"""Notebook properties that the supervisor needs, read with only `json`."""

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


class InvalidNotebook(ValueError):
    """A JSON document that isn't a notebook."""


def read_notebook(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return a notebook's bytes and its document.

    Raises
    ------
    RunError
        If the file is missing, isn't a notebook, or isn't in format 4.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunError(
            f"Can't read the notebook {str(path)!r}.",
            why=f"System error: {error.strerror}.",
            fix="Check the path: ls " + str(path.parent),
        ) from error
    try:
        document = json.loads(data)
        if not (isinstance(document, dict) and isinstance(document.get("cells"), list)):
            raise InvalidNotebook("it has no list of cells")
        for part in (document, *document["cells"]):
            if not (isinstance(part, dict) and isinstance(part.get("metadata", {}), dict)):
                raise InvalidNotebook("a cell or its metadata isn't a mapping")
        if document.get("nbformat") != 4:
            raise InvalidNotebook(f"its nbformat is {document.get('nbformat')}, not 4")
    except (ValueError, RecursionError) as error:
        raise RunError(
            f"{str(path)!r} isn't a notebook.",
            why=f"Parsing it failed: {error}.",
            fix="Use an .ipynb file in format 4. To convert: jupyter nbconvert --to notebook FILE",
        ) from error
    return data, document


def source_of(cell: Mapping[str, Any]) -> str:
    """Return a cell's source as one string. Files can have it as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: Mapping[str, Any]) -> list[str]:
    """Return a cell's tags."""
    return list(cell.get("metadata", {}).get("tags", []))


def is_executed(cell: Mapping[str, Any]) -> bool:
    """Return whether a cell is executed: code, not blank, not tagged `skip-execution`."""
    return (
        cell.get("cell_type") == "code"
        and bool(source_of(cell).strip())
        and "skip-execution" not in tags_of(cell)
    )


def kind_of(document: Mapping[str, Any]) -> str | None:
    """Return `metadata.automl.kind`, or None."""
    automl_metadata = document.get("metadata", {}).get("automl", {})
    return automl_metadata.get("kind") if isinstance(automl_metadata, Mapping) else None


def kernel_of(document: Mapping[str, Any]) -> str:
    """Return the name of the notebook's kernel, by default `python3`."""
    return document.get("metadata", {}).get("kernelspec", {}).get("name") or DEFAULT_KERNEL


def is_python(document: Mapping[str, Any]) -> bool:
    """Return whether the notebook's language is Python, according to its metadata."""
    metadata = document.get("metadata", {})
    language = metadata.get("language_info", {}).get("name") or metadata.get("kernelspec", {}).get(
        "language", "python"
    )
    return str(language).lower() == "python"


def is_search_cell(cell_id: str | None) -> bool:
    """Return whether this is the search cell, which keeps its best result when interrupted."""
    return cell_id == SEARCH_STEP


def has_search_cell(document: Mapping[str, Any]) -> bool:
    """Return whether the notebook has a search cell."""
    return any(is_search_cell(cell.get("id")) for cell in document["cells"])
