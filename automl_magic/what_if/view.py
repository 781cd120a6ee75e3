"""The state of a what-if session as JSON for its widget: sentences, fields and bars."""

from __future__ import annotations

from typing import Any

from automl_magic.display.numbers import format_number
from automl_magic.display.text import printable
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.report.formatting import class_name, format_cell, row_label
from automl_magic.records.explanations.columns import ColumnRange
from automl_magic.what_if.session import WhatIfSession

SHOWN = 10  # visible columns; a click shows the others
MAX_BARS = 12


def build_view(session: WhatIfSession) -> dict[str, object]:
    """Return the state to show, with all texts in the reader's language."""
    prediction, probabilities = session.predict(session.values)
    start = session.start
    start_prediction, start_probabilities = session.predict(start)
    is_value = session.output is None
    now = prediction if session.output is None else probabilities[session.output]
    before = start_prediction if session.output is None else start_probabilities[session.output]
    changed = session.changed
    was = ""
    if changed and is_value:
        was = _("Before your changes: {value}.").format(value=format_number(before))
    elif changed:
        was = _("Before your changes: {prediction}, with a probability of {share} for {label}.")
        was = was.format(**_class_fields(session, start_prediction, before))
    return {
        "texts": texts(),
        "rows": [printable(row_label(row.row, row.chosen_as)) for row in session.rows],
        "at": session.position,
        "any": ""
        if session.table_row is None
        else _("Row {n}").format(n=f"{session.table_row.row:,}"),
        "takes_number": session.table is not None,
        "said": _("The model predicts {value}.").format(value=format_number(now))
        if is_value
        else _(
            "The model predicts {prediction}, with a probability of {share} for {label}."
        ).format(**_class_fields(session, prediction, now)),
        "was": was,
        "truth": ""
        if session.row is None
        else _("The true value is {value}.").format(value=_text(session.row.truth)),
        "probabilities": [
            [_text(label), format_number(share, 3), share]
            for label, share in zip(session.explanation.classes, probabilities, strict=True)
        ]
        if probabilities
        else [],
        "fields": [_field(session, session.columns[i], i) for i in session.order],
        "open": SHOWN,
        "more": _more_columns(len(session.columns) - SHOWN),
        "changes": _changes(session, before, now, changed),
        "reasons": _reasons(session),
        "ways": [_way(session, i) for i in range(len(session.counterfactuals))],
        "why_no_way": _("No counterfactual: {reason}").format(
            reason=_text(session.no_counterfactual_reason)
        )
        if session.no_counterfactual_reason
        else "",
        "problem": printable(session.problem, 300) if session.problem else "",
    }


def texts() -> dict[str, str]:
    """Return the fixed texts of the widget in the reader's language."""
    return {
        "title": _("What-if analysis"),
        "missing": _("missing"),
        "missing_option": _("(missing)"),
        "as_number": _("{column}, as a number"),
        "set_missing": _("Set {column} to missing"),
        "undo": _("was {value}"),
        "undo_label": _("Reset {column} to {value}"),
        "start_from": _("Start from"),
        "typical_row": _("A row of typical values"),
        "reset": _("Undo all changes"),
        "row_number": _("Or any row number, from 0"),
        "take_row": _("Use this row"),
        "any_row_note": _(
            "SHAP values and counterfactuals exist only for the rows in the list. The effect of "
            "your changes is computed for any row."
        ),
        "values": _("Values, most important column first"),
        "column": _("Column"),
        "adds": _("Contribution"),
        "bar": _("From start to end"),
        "changes": _("Effect of your changes"),
        "reasons": _("Explanation of the unchanged row"),
        "ways": _("Counterfactuals"),
        "try": _("Try it"),
    }


def _more_columns(n: int) -> str:
    if n <= 0:
        return ""
    return ngettext("{n} more column", "{n} more columns", n).format(n=n)


def _class_fields(session: WhatIfSession, prediction: object, output: float) -> dict[str, str]:
    return {
        "prediction": _text(prediction),
        "share": format_number(output, 3),
        "label": printable(class_name(session.explanation, session.output)),
    }


def _text(value: object, limit: int = 60) -> str:
    return printable(format_cell(value, limit))


def _field(session: WhatIfSession, column: ColumnRange, position: int) -> dict[str, object]:
    value, was = session.values[column.name], session.start[column.name]
    field: dict[str, Any] = {
        "column": position,
        "label": _text(column.name, 80),
        "entry": column.entry,
        "missing": value is None,
        "can_miss": column.missing_share > 0 or value is None or was is None,
        "changed": value != was,
        "was": _text(was),
        "note": _note(column),
    }
    if column.entry == "number":
        low, high = column.low or 0.0, column.high if column.high is not None else 1.0
        field |= {
            "value": value if isinstance(value, int | float) else None,
            "low": low,
            "high": high,
            "step": 1 if column.is_integer else _step(low, high),
        }
    elif column.entry == "choice":
        levels = [level.value for level in column.levels]
        # A row can have a level that's too rare for the list.
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


def _note(column: ColumnRange) -> str:
    if column.sensitive:
        return _("Sensitive.")
    return _("Immutable.") if column.immutable else ""


def _step(low: float, high: float) -> float:
    """Return the step size of a slider, to one significant digit."""
    span = (high - low) or abs(high) or 1.0
    return float(f"1e{len(str(int(span))) - 1 - 3}") if span >= 1 else float(f"{span / 300:.0e}")


def _changes(
    session: WhatIfSession, before: float, now: float, changed: list[str]
) -> dict[str, object]:
    """Return the waterfall chart from the original row to the changed row."""
    if not changed:
        return {"bars": []}
    contributions = session.contributions()
    bars = [
        (f"{name} → {format_cell(session.values[name], 24)}", contributions[name])
        for name in sorted(changed, key=lambda name: -abs(contributions[name]))
    ]
    caption = _("From {start} to {end}. The changes together make up the difference.")
    return {
        "bars": _bars(bars, before),
        "caption": caption.format(start=format_number(before), end=format_number(now)),
    }


def _reasons(session: WhatIfSession) -> dict[str, object]:
    """Return the waterfall chart of the original row, from the explanation."""
    row, local = session.explained, session.local
    if row is None or local is None or not row.shap:
        return {"bars": []}
    steps = sorted(
        zip((c.name for c in session.columns), row.shap, strict=True), key=lambda s: -abs(s[1])
    )
    bars = [(f"{name} = {format_cell(row.values.get(name), 24)}", adds) for name, adds in steps]
    largest, others = bars[:MAX_BARS], bars[MAX_BARS:]
    if others:
        label = ngettext("{n} other column", "{n} other columns", len(others))
        largest.append((label.format(n=len(others)), sum(bar[1] for bar in others)))
    caption = _("From {start} to {end} ({unit}).")
    return {
        "bars": _bars(largest, row.base_value),
        "caption": caption.format(
            start=format_number(row.base_value),
            end=format_number(row.total),
            unit=printable(local.unit),
        ),
    }


def _bars(steps: list[tuple[str, float]], start: float) -> list[dict[str, object]]:
    """Return bars with their ends scaled to [0, 1], and their numbers as text."""
    ends, total = [start], start
    for _name, adds in steps:
        total += adds
        ends.append(total)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    return [
        {
            "name": printable(name, 110),
            "adds": f"{adds:+.3g}",
            "up": adds >= 0,
            "from": (min(a, b) - low) / span,
            "to": (max(a, b) - low) / span,
        }
        for (name, adds), a, b in zip(steps, ends, ends[1:], strict=False)
    ]


def _way(session: WhatIfSession, i: int) -> dict[str, object]:
    counterfactual = session.counterfactuals[i]
    changes = "; ".join(
        f"{_text(change.column)}: {_text(change.was)} → {_text(change.becomes)}"
        for change in counterfactual.changes
    )
    sentence = _("{changes}. The model then predicts {prediction} ({output}).")
    return {
        "way": i,
        "text": sentence.format(
            changes=changes,
            prediction=_text(counterfactual.prediction),
            output=format_number(counterfactual.output, 3),
        ),
    }
