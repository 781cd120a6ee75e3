"""What every section says of itself: its method, and the rows that it was measured on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl_magic.explain.subject import Subject


def section_metadata(
    method: str, *, rows: int, rows_are: str, notes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what a section says of itself; its cell and seconds are filled in later."""
    return {
        "cell_id": "",
        "method": method,
        "rows": rows,
        "rows_are": rows_are,
        "seconds": 0.0,
        "notes": tuple(notes),
    }


def on_unseen(subject: Subject, method: str, notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return what a section says of itself that was measured on rows the models had not seen."""
    unseen = subject.unseen
    return section_metadata(method, rows=len(unseen.y), rows_are=unseen.are, notes=notes)
