"""cells: cells with fixed ids, so that two renders of one plan are equal and a diff shows changes.

The metadata of a cell say why it is there. They may hold text from the data: metadata is data, and
nothing shows it as code or markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode, v4

from automl_magic.errors import RenderError
from automl_magic.records import Decision

# JEP 62: a cell id has 1 to 64 of these characters.
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def code_cell(
    step: str, source: str, *, tags: Sequence[str] = (), decisions: Sequence[Decision] = ()
) -> NotebookNode:
    """Return a code cell whose id is the name of its step.

    Parameters
    ----------
    tags
        Besides `automl:<step>`, which every cell has.
    decisions
        What the cell rests on; kept in its metadata as `why`, `evidence` and `rejected`.
    """
    _check_id(step)
    metadata = {"tags": [*tags, f"automl:{step}"], "automl": _reasons(step, decisions)}
    made: NotebookNode = v4.new_code_cell(  # type: ignore[no-untyped-call]
        source, id=step, metadata=metadata
    )
    return made


def markdown_cell(step: str, source: str) -> NotebookNode:
    """Return a Markdown cell whose id is the name of its step. The source holds no data."""
    _check_id(step)
    metadata = {"tags": [f"automl:{step}"], "automl": {"step": step}}
    made: NotebookNode = v4.new_markdown_cell(  # type: ignore[no-untyped-call]
        source, id=step, metadata=metadata
    )
    return made


def step_id(prefix: str, name: str, position: int) -> str:
    """Return `<prefix>-<name>`, or `<prefix>-<position>` where the name cannot be in a cell id."""
    named = f"{prefix}-{name}"
    return named if CELL_ID.fullmatch(named) else f"{prefix}-{position}"


def _reasons(step: str, decisions: Sequence[Decision]) -> dict[str, Any]:
    reasons: dict[str, Any] = {"step": step}
    if len(decisions) == 1:
        (decision,) = decisions
        reasons |= {"why": decision.why, "evidence": dict(decision.evidence)}
    elif decisions:
        said = [f"{decision.label}: {decision.choice}. {decision.why}" for decision in decisions]
        evidence = {one.label: dict(one.evidence) for one in decisions if one.evidence}
        reasons |= {"why": "\n".join(said), "evidence": evidence}
    if decisions:
        reasons["rejected"] = [text for decision in decisions for text in decision.rejected]
    return _json(step, reasons)


def _json(step: str, metadata: dict[str, Any]) -> dict[str, Any]:
    try:
        whole: dict[str, Any] = json.loads(json.dumps(metadata, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise RenderError(
            f"The reasons of the cell {step!r} cannot be kept in the notebook.",
            why=f"Metadata is JSON, and writing it failed: {error}.",
            fix="Give evidence as finite numbers, text, lists and dicts.",
        ) from error
    return {key: _utf8(value) for key, value in whole.items()}


def _utf8(value: Any) -> Any:
    """Write half of a character by its number: JSON may hold it, but no file may."""
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
            f"{step[:80]!r} cannot be the id of a cell.",
            why="An id has 1 to 64 letters of a-z and A-Z, digits, - and _ (JEP 62).",
            fix="Use a shorter, plainer name.",
        )
