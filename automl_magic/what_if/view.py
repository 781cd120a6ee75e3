"""What the page of a session shows, as JSON: sentences, fields, and bars. Text stays text."""

from __future__ import annotations

from typing import Any

from automl_magic.look.numbers import number
from automl_magic.look.text import safe
from automl_magic.pages.report.words import class_name, plain
from automl_magic.records.explanations.columns import ColumnRange
from automl_magic.what_if.session import Session

SHOWN = 10  # columns that stand open; the others are a click away
MOST_BARS = 12
CHOSEN = {
    "surest": "the surest",
    "least_sure": "the least sure",
    "most_wrong": "the most wrong",
    "random": "at random",
}


def view_of(session: Session) -> dict[str, Any]:
    """Return what is to be shown now."""
    said, probabilities = session.predict(session.values)
    start = session.start
    was, was_probabilities = session.predict(start)
    of = class_name(session.told, session.output)
    now = said if session.output is None else probabilities[session.output]
    before = was if session.output is None else was_probabilities[session.output]
    changed = session.changed
    return {
        "rows": [_row_name(session, i) for i in range(len(session.rows))],
        "at": session.at,
        "any": "" if session.any_row is None else f"Row {session.any_row.row:,}",
        "takes_number": session.table is not None,
        "said": _sentence(said, now, of, session.output is None),
        "was": _sentence(was, before, of, session.output is None) if changed else "",
        "truth": "" if session.row is None else _text(session.row.truth),
        "probabilities": [
            [_text(label), number(share, 3), share]
            for label, share in zip(session.told.classes, probabilities, strict=True)
        ]
        if probabilities
        else [],
        "fields": [_field(session, session.columns[i], i) for i in session.order],
        "open": SHOWN,
        "changes": _changes(session, before, now, changed),
        "reasons": _reasons(session),
        "ways": [_way(session, i) for i in range(len(session.ways))],
        "why_no_way": _text(session.why_no_way) if session.why_no_way else "",
        "problem": safe(session.problem, 300) if session.problem else "",
    }


def _text(value: object, limit: int = 60) -> str:
    return safe(plain(value, limit))


def _sentence(said: object, output: float, of: str, is_value: bool) -> str:
    if is_value:
        return number(output)
    return f"{_text(said)}, with a probability of {number(output, 3)} for {safe(of)}"


def _row_name(session: Session, i: int) -> str:
    row = session.rows[i]
    return f"Row {row.row:,}, {CHOSEN.get(row.chosen_as, row.chosen_as)}"


def _field(session: Session, column: ColumnRange, position: int) -> dict[str, Any]:
    value, was = session.values[column.name], session.start[column.name]
    field: dict[str, Any] = {
        "column": position,
        "label": _text(column.name, 80),
        "entry": column.entry,
        "missing": value is None,
        "can_miss": column.missing_share > 0 or value is None or was is None,
        "changed": value != was,
        "was": _text(was),
        "note": " ".join(
            note
            for note, holds in (
                ("Protected.", column.sensitive),
                ("Cannot be changed in life.", column.immutable and not column.sensitive),
            )
            if holds
        ),
    }
    if column.entry == "number":
        low, high = column.low or 0.0, column.high if column.high is not None else 1.0
        field |= {
            "value": value if isinstance(value, int | float) else None,
            "low": low,
            "high": high,
            "step": 1 if column.whole else _step(low, high),
        }
    elif column.entry == "choice":
        levels = [level.value for level in column.levels]
        # A row may hold a level that is too rare for the list.
        field |= {
            "levels": [_text(level) for level in levels],
            "level": levels.index(value) if value in levels else None,
            "other": "" if value is None or value in levels else _text(value),
        }
    else:
        field["value"] = "" if value is None else str(value)[:2_000]
        if column.entry == "date":
            field |= {"value": field["value"][:10], "low": (column.earliest or "")[:10]}
            field["high"] = (column.latest or "")[:10]
    return field


def _step(low: float, high: float) -> float:
    """Return a step that a slider takes a few hundred of, as a power of ten."""
    span = (high - low) or abs(high) or 1.0
    return float(f"1e{len(str(int(span))) - 1 - 3}") if span >= 1 else float(f"{span / 300:.0e}")


def _changes(session: Session, before: float, now: float, changed: list[str]) -> dict[str, Any]:
    """Return the waterfall from the row as it was to the row as it is."""
    if not changed:
        return {"bars": [], "start": number(before), "end": number(now)}
    worth = session.shares()
    bars = [
        (f"{name} → {plain(session.values[name], 24)}", worth[name])
        for name in sorted(changed, key=lambda name: -abs(worth[name]))
    ]
    return {"bars": _bars(bars, before), "start": number(before), "end": number(now)}


def _reasons(session: Session) -> dict[str, Any]:
    """Return the waterfall of the row as it was in the table, as the explanation has it."""
    row, local = session.explained, session.local
    if row is None or local is None or not row.shap:
        return {"bars": []}
    steps = sorted(
        zip((c.name for c in session.columns), row.shap, strict=True), key=lambda s: -abs(s[1])
    )
    bars = [(f"{name} = {plain(row.values.get(name), 24)}", adds) for name, adds in steps]
    shown, rest = bars[:MOST_BARS], bars[MOST_BARS:]
    if rest:
        shown.append((f"{len(rest)} other columns", sum(adds for _, adds in rest)))
    return {
        "bars": _bars(shown, row.base_value),
        "start": number(row.base_value),
        "end": number(row.total),
        "unit": safe(local.unit),
    }


def _bars(steps: list[tuple[str, float]], start: float) -> list[dict[str, Any]]:
    """Return bars with their places from 0 to 1, and their numbers as text."""
    places, at = [start], start
    for _, adds in steps:
        at += adds
        places.append(at)
    low, high = min(places), max(places)
    span = (high - low) or 1.0
    return [
        {
            "name": safe(name, 110),
            "adds": f"{adds:+.3g}",
            "up": adds >= 0,
            "from": (min(a, b) - low) / span,
            "to": (max(a, b) - low) / span,
        }
        for (name, adds), a, b in zip(steps, places, places[1:], strict=False)
    ]


def _way(session: Session, i: int) -> dict[str, Any]:
    way = session.ways[i]
    return {
        "way": i,
        "changes": [
            f"{_text(change.column)}: {_text(change.was)} → {_text(change.becomes)}"
            for change in way.changes
        ],
        "said": f"{_text(way.prediction)} ({number(way.output, 3)})",
    }
