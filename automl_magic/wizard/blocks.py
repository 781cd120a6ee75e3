"""Blocks: the parts of a step. Each is a mapping of JSON types that the JavaScript draws.

The JavaScript never reads text in a block as markup. A field has the name of the answer that it
sets, and the reason for its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from automl_magic.display.text import LINES, printable
from automl_magic.errors import AutomlMagicError

Block: TypeAlias = dict[str, object]


def paragraph(text: str, *, soft: bool = False) -> Block:
    return {"type": "paragraph", "text": printable(text, 1000), "soft": soft}


def heading(text: str) -> Block:
    return {"type": "heading", "text": printable(text, 200)}


def option(value: str, label: str, note: str = "") -> Block:
    """Return one option of a field. `note` explains it."""
    return {
        "value": value,
        "label": printable(label, 120),
        "note": printable(note, 400),
    }


def choice(
    name: str,
    legend: str,
    options: Sequence[Block],
    value: str | None,
    reason: str = "",
    *,
    hint: str = "",
) -> Block:
    """Return a group of radio buttons."""
    return _field("choice", name, legend, value, reason, hint=hint, options=list(options))


def menu(
    name: str, label: str, options: Sequence[Block], value: str | None, reason: str = ""
) -> Block:
    """Return a drop-down list."""
    return _field("menu", name, label, value, reason, options=list(options))


def checks(
    name: str,
    legend: str,
    options: Sequence[Block],
    values: Iterable[str],
    reason: str = "",
    *,
    hint: str = "",
) -> Block:
    """Return a group of checkboxes. The answer is the list of checked values."""
    return _field("checks", name, legend, list(values), reason, hint=hint, options=list(options))


def number(
    name: str,
    label: str,
    value: float | None,
    reason: str = "",
    *,
    hint: str = "",
    unit: str = "",
    least: float = 0,
) -> Block:
    """Return a field for a number of at least `least`. It can be left empty."""
    return _field("number", name, label, value, reason, hint=hint, unit=unit, minimum=least)


def line(name: str, label: str, value: str | None, reason: str = "", *, rows: int = 1) -> Block:
    """Return a field for text of one or more lines."""
    return _field("line", name, label, value, reason, rows=rows)


def _field(
    kind: str, name: str, label: str, value: object, reason: str, *, hint: str = "", **more: object
) -> Block:
    """Return a field. `reason` explains its value, `hint` how to use it."""
    return {
        "type": kind,
        "name": name,
        "label": printable(label, 200),
        "value": value,
        "reason": printable(reason, 600),
        "hint": printable(hint, 600),
        **more,
    }


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Iterable[int] = (),
) -> Block:
    """Return a table. `numbers` has the indices of the columns that hold numbers."""
    return {
        "type": "table",
        "caption": printable(caption, 300),
        "headings": [printable(text, 80) for text in headings],
        "rows": [[printable(cell, 200) for cell in row] for row in rows],
        "numbers": list(numbers),
    }


def bars(caption: str, items: Iterable[tuple[str, float, str]]) -> Block:
    """Return a bar chart. Each item has a label, its share of the longest bar, and a value."""
    bar_items = [
        {
            "label": printable(label, 60),
            "share": max(0.0, min(1.0, share)),
            "value": printable(value, 60),
        }
        for label, share, value in items
    ]
    return {"type": "bars", "caption": printable(caption, 300), "items": bar_items}


def facts(pairs: Iterable[tuple[str, str]]) -> Block:
    return {"type": "facts", "items": [[printable(k, 60), printable(v, 200)] for k, v in pairs]}


def notes(title: str, items: Iterable[tuple[str, str, str]]) -> Block:
    """Return a list of notes: severity (info, warning, error or done), text, what to do."""
    return {
        "type": "notes",
        "title": printable(title, 200),
        "items": [
            {"severity": severity, "text": printable(text, 500), "fix": printable(fix, 400)}
            for severity, text, fix in items
        ],
    }


def problem(error: AutomlMagicError) -> Block:
    """Return an error: what happened, why, and what to do."""
    return {part: printable(getattr(error, part), 1000) for part in LINES}


def code(tabs: Mapping[str, str]) -> Block:
    """Return code to copy, one tab per name."""
    safe_tabs = [
        {"name": name, "text": "\n".join(printable(line) for line in text.splitlines())}
        for name, text in tabs.items()
    ]
    return {"type": "code", "tabs": safe_tabs}


def more(summary: str, blocks: Sequence[Block]) -> Block:
    """Return blocks folded under a summary."""
    return {"type": "more", "summary": printable(summary, 200), "blocks": list(blocks)}


def buttons(items: Iterable[tuple[str, str, str]]) -> Block:
    """Return buttons. Each item has an action, a label, and a look: main, plain or danger."""
    return {
        "type": "buttons",
        "items": [
            {"action": a, "label": printable(label, 80), "look": look} for a, label, look in items
        ],
    }


def files(folder: str, parent: str | None, entries: Iterable[Block]) -> Block:
    """Return a list of folders and files to choose from. Each entry has a path and a label."""
    return {
        "type": "files",
        "folder": printable(folder, 200),
        "parent": parent,
        "entries": list(entries),
    }


def upload(label: str, accept: str, max_bytes: int) -> Block:
    return {
        "type": "upload",
        "label": printable(label, 120),
        "accept": accept,
        "max_bytes": max_bytes,
    }


def progress(
    label: str,
    *,
    done: int,
    of: int,
    points: Sequence[Mapping[str, object]],
    metric: str,
    chart_label: str,
) -> Block:
    """Return the progress of a run: cells done, and the scores of the trials over time."""
    return {
        "type": "progress",
        "label": printable(label, 200),
        "done": done,
        "of": of,
        "points": [dict(point) for point in points],
        "metric": printable(metric, 40),
        "chart_label": printable(chart_label, 200),
    }


def link(label: str, path: str, note: str = "") -> Block:
    """Return a link to a file by its path on the Jupyter server."""
    return {
        "type": "link",
        "label": printable(label, 120),
        "path": path,
        "note": printable(note, 300),
    }
