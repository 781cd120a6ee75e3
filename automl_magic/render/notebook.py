"""notebook: assembles cells to a notebook, as JSON for Jupyter or as a script.

It has no dates, versions, installation paths or random ids, so that two renders of a plan are
identical.
"""

from __future__ import annotations

from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode, v4

from automl_magic.errors import RenderError
from automl_magic.records.codec import json_text


def assemble(cells: Sequence[NotebookNode], *, kind: str, **more: object) -> NotebookNode:
    """Return a notebook for the kernel `python3`.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Cells in order.
    kind : str
        Kind of the notebook, such as `search`, `explore` or `model`.
    **more
        Further entries of the notebook's `automl` metadata.

    Raises
    ------
    RenderError
        If two cells have the same id, or the notebook isn't valid.
    """
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "automl": {"kind": kind, **more},
    }
    # Check this here, because nbformat would give the second cell a random id.
    ids = [cell["id"] for cell in cells]
    duplicates = sorted({step for step in ids if ids.count(step) > 1})
    if duplicates:
        raise RenderError(
            "Two cells of a notebook have the same id.",
            why=f"Duplicate ids: {', '.join(duplicates)}.",
            fix="Give every view and every candidate a unique name.",
        )
    notebook: NotebookNode = v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=list(cells), metadata=metadata
    )
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise RenderError(
            "The rendered notebook isn't valid.",
            why=f"{error}".splitlines()[0],
            fix="Use the original template pieces of automl-magic.",
        ) from error
    return notebook


def to_text(notebook: NotebookNode) -> str:
    """Return the notebook as file content: sorted keys, sources as lists of lines."""
    text: str = nbformat.writes(  # type: ignore[no-untyped-call]
        notebook, version=nbformat.NO_CONVERT
    )
    return text.rstrip("\n") + "\n"


def to_script(notebook: NotebookNode) -> str:
    """Return the notebook in percent format: a comment line before each cell."""
    return "\n\n\n".join(_script_cell(cell) for cell in notebook["cells"]) + "\n"


def _script_cell(cell: NotebookNode) -> str:
    options = f'id="{cell["id"]}" tags={json_text(cell["metadata"]["tags"])}'
    if cell["cell_type"] == "code":
        return f"# %% {options}\n{cell['source']}"
    prose = [f"# {line}".rstrip() for line in cell["source"].split("\n")]
    return "\n".join([f"# %% [markdown] {options}", *prose])
