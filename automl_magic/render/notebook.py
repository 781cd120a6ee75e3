"""notebook: cells → a document, as JSON for Jupyter and as a script for reading and comparing.

No date, version, path of ours or random id enters it: two renders of a plan are equal byte by byte.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from automl_magic.errors import RenderError


def assemble(cells: Sequence[NotebookNode], *, kind: str, **more: Any) -> NotebookNode:
    """Return a notebook for the kernel `python3`.

    Parameters
    ----------
    kind : {"search", "explore", "model"}
    more
        Further entries of the notebook's `automl` metadata.

    Raises
    ------
    RenderError
        If two cells have one id, or the document is no valid notebook.
    """
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "automl": {"kind": kind, **more},
    }
    # Before nbformat sees them: it would give the second one a random id.
    ids = [cell["id"] for cell in cells]
    twice = sorted({step for step in ids if ids.count(step) > 1})
    if twice:
        raise RenderError(
            "Two cells of a notebook have the same id.",
            why=f"Repeated: {', '.join(twice)}.",
            fix="Give every view and every candidate its own name.",
        )
    made: NotebookNode = v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=list(cells), metadata=metadata
    )
    try:
        nbformat.validate(made)
    except nbformat.ValidationError as error:
        raise RenderError(
            "What was rendered is not a valid notebook.",
            why=f"{error}".splitlines()[0],
            fix="Render it from the pieces that came with automl-magic.",
        ) from error
    return made


def to_text(notebook: NotebookNode) -> str:
    """Return the notebook as it stands in a file: sorted keys, sources as lists of lines."""
    text: str = nbformat.writes(  # type: ignore[no-untyped-call]
        notebook, version=nbformat.NO_CONVERT
    )
    return text.rstrip("\n") + "\n"


def as_script(notebook: NotebookNode) -> str:
    """Return the notebook in the percent format: a comment line in front of each cell."""
    return "\n\n\n".join(_script_cell(cell) for cell in notebook["cells"]) + "\n"


def _script_cell(cell: NotebookNode) -> str:
    options = f'id="{cell["id"]}" tags={json.dumps(cell["metadata"]["tags"])}'
    if cell["cell_type"] == "code":
        return f"# %% {options}\n{cell['source']}"
    prose = [f"# {line}".rstrip() for line in cell["source"].split("\n")]
    return "\n".join([f"# %% [markdown] {options}", *prose])
