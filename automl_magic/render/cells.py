"""cells: cells with stable ids, so that renders of one plan are equal and diffs show changes.

A cell's metadata has the reasons for the cell. It can contain text from the data, because metadata
is never displayed as code or markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from nbformat import NotebookNode, v4

from automl_magic.errors import RenderError
from automl_magic.records import Decision
from automl_magic.records.codec import json_text

# JEP 62: a cell id has 1 to 64 of these characters.
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def code_cell(
    step: str, source: str, *, tags: Sequence[str] = (), decisions: Sequence[Decision] = ()
) -> NotebookNode:
    """Return a code cell whose id is the name of its step.

    Parameters
    ----------
    step : str
        Name of the step.
    source : str
        Code of the cell.
    tags : sequence of str
        Tags in addition to `automl:<step>`, which every cell has.
    decisions : sequence of Decision
        Decisions behind the cell. Its metadata gets them as `why`, `evidence` and `rejected`.
    """
    _check_id(step)
    metadata = {"tags": [*tags, f"automl:{step}"], "automl": _reasons(step, decisions)}
    cell: NotebookNode = v4.new_code_cell(  # type: ignore[no-untyped-call]
        source, id=step, metadata=metadata
    )
    return cell


def markdown_cell(step: str, source: str) -> NotebookNode:
    """Return a Markdown cell whose id is the name of its step. The source must not have data."""
    _check_id(step)
    metadata = {"tags": [f"automl:{step}"], "automl": {"step": step}}
    cell: NotebookNode = v4.new_markdown_cell(  # type: ignore[no-untyped-call]
        source, id=step, metadata=metadata
    )
    return cell


def step_id(prefix: str, name: str, position: int) -> str:
    """Return `<prefix>-<name>`, or `<prefix>-<position>` if the name isn't valid in a cell id."""
    cell_id = f"{prefix}-{name}"
    return cell_id if CELL_ID.fullmatch(cell_id) else f"{prefix}-{position}"


def _reasons(step: str, decisions: Sequence[Decision]) -> dict[str, object]:
    reasons: dict[str, object] = {"step": step}
    if len(decisions) == 1:
        (decision,) = decisions
        reasons |= {"why": decision.why, "evidence": dict(decision.evidence)}
    elif decisions:
        lines = [f"{decision.label}: {decision.choice}. {decision.why}" for decision in decisions]
        evidence = {
            decision.label: dict(decision.evidence) for decision in decisions if decision.evidence
        }
        reasons |= {"why": "\n".join(lines), "evidence": evidence}
    if decisions:
        reasons["rejected"] = [text for decision in decisions for text in decision.rejected]
    return _to_json(step, reasons)


def _to_json(step: str, metadata: dict[str, object]) -> dict[str, object]:
    try:
        document: dict[str, object] = json.loads(json_text(metadata))
    except (TypeError, ValueError, RecursionError) as error:
        raise RenderError(
            f"Can't store the reasons of cell {step!r} in the notebook.",
            why=f"Cell metadata must be JSON, and writing it failed: {error}.",
            fix="Use numbers, text, lists and dicts as evidence.",
        ) from error
    return {key: _utf8(value) for key, value in document.items()}


def _utf8(value: object) -> object:
    """Escape lone surrogates, which JSON allows but UTF-8 files don't."""
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case list():
            return [_utf8(item) for item in value]
        case dict():
            return {_utf8(key): _utf8(item) for key, item in value.items()}
        case _:
            return value


def _check_id(step: str) -> None:
    if not CELL_ID.fullmatch(step):
        raise RenderError(
            f"{step[:80]!r} isn't a valid cell id.",
            why="Cell ids have 1 to 64 characters: a-z, A-Z, 0-9, - and _ (JEP 62).",
            fix="Use a short name with these characters.",
        )
