"""Notebooks as JSON, read, checked and compared without nbformat: its import takes a second."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automl_magic.errors import RunError
from automl_magic.records import digest_of


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook file as JSON.

    Raises
    ------
    RunError
        If the file is missing or is not a notebook.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        _check_shape(document)
    except FileNotFoundError as error:
        raise RunError(
            f"There is no notebook {str(path)!r}.",
            why="The file does not exist.",
            fix="Check the path, or make one with `automl plan`.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise RunError(
            f"{str(path)!r} is not a notebook.",
            why=f"It could not be read as nbformat 4 JSON: {str(said)[:200]}.",
            fix="Give a .ipynb file, an *.automl.yaml file, or the folder of a plan.",
        ) from error
    return document


def kind_of(notebook: Mapping[str, Any]) -> str:
    """Return what a notebook says it is: search, explore, model; `notebook` for any other."""
    return str(notebook.get("metadata", {}).get("automl", {}).get("kind", "notebook"))


def code_digest(notebook: Mapping[str, Any]) -> str:
    """Return the digest of a notebook's code: ids and sources of its code cells, in order."""
    cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    return digest_of([[cell.get("id"), "".join(cell.get("source", ""))] for cell in cells])


def _check_shape(document: Any) -> None:
    # nbformat's own validation would take a second to import.
    cells = document["cells"] if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise TypeError("it has no list of cells")
    for part in (document, *cells):
        if not isinstance(part, dict) or not isinstance(part.get("metadata", {}), dict):
            raise TypeError("a cell, or the metadata, is no mapping")
        tags, source = part.get("metadata", {}).get("tags", []), part.get("source", "")
        texts = (tags, source if isinstance(source, list) else [source])
        if any(not isinstance(t, list) or not all(isinstance(x, str) for x in t) for t in texts):
            raise TypeError("a cell's source or its tags are no text")
    for name in ("automl", "kernelspec"):
        if not isinstance(document.get("metadata", {}).get(name, {}), dict):
            raise TypeError(f"{name} in the metadata is no mapping")
