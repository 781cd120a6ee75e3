"""Read and compare notebooks as JSON without nbformat, whose import takes a second."""

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
        If the file is missing or isn't a notebook.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        _check_shape(document)
    except FileNotFoundError as error:
        raise RunError(
            f"There's no notebook {str(path)!r}.",
            why="The file doesn't exist.",
            fix="Check the path, or create a notebook with `automl plan`.",
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise RunError(
            f"{str(path)!r} isn't a notebook.",
            why=f"Reading it as nbformat 4 JSON failed: {str(reason)[:200]}.",
            fix="Use an .ipynb file, an *.automl.yaml file or a plan folder.",
        ) from error
    return document


def kind_of(notebook: Mapping[str, Any]) -> str:
    """Return the kind of a notebook: search, explore, model, …, or `notebook` for any other."""
    return str(notebook.get("metadata", {}).get("automl", {}).get("kind", "notebook"))


def code_digest(notebook: Mapping[str, Any]) -> str:
    """Return the digest of a notebook's code: the ids and sources of its code cells, in order."""
    cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    return digest_of([[cell.get("id"), "".join(cell.get("source", ""))] for cell in cells])


def _check_shape(document: Any) -> None:
    # Importing nbformat for its validation would take a second.
    cells = document["cells"] if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise TypeError("it has no list of cells")
    for part in (document, *cells):
        if not isinstance(part, dict) or not isinstance(part.get("metadata", {}), dict):
            raise TypeError("a cell or its metadata isn't a mapping")
        tags, source = part.get("metadata", {}).get("tags", []), part.get("source", "")
        texts = (tags, source if isinstance(source, list) else [source])
        if any(not isinstance(t, list) or not all(isinstance(x, str) for x in t) for t in texts):
            raise TypeError("a cell's source or tags aren't text")
    for name in ("automl", "kernelspec"):
        if not isinstance(document.get("metadata", {}).get(name, {}), dict):
            raise TypeError(f"{name} in the metadata isn't a mapping")
