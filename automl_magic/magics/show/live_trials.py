"""The chart of a running search, from its `trial` events."""

from __future__ import annotations

from typing import Any

from automl_magic.display.text import printable

SCORE = "score"


class LiveTrials:
    """The trials of the running search, from its events so far."""

    def __init__(self) -> None:
        self._run_id: str | None = None
        self._metric = SCORE
        self._trials: list[dict[str, Any]] = []

    def update(self, event: dict[str, Any]) -> bool:
        """Update the trials from an event. Return whether the chart changes."""
        match event.get("event"):
            case "run" if event.get("run_id") not in (None, self._run_id):
                # The demo makes several runs, each with its own search.
                self._run_id, self._trials = event["run_id"], []
            case "search":
                self._metric = str(event.get("metric") or SCORE)
            case "trial":
                self._trials.append(event)
                return True
        return False

    def bundle(self) -> dict[str, str]:
        """Return the chart as HTML and as plain text."""
        from automl_magic.learn.plot import Point, draw_search

        points = [
            Point(
                at_s=_number(event.get("elapsed_s")) or 0.0,
                name=printable(event.get("candidate"), 40),
                score=_number(event.get("score")),
                best=_number(event.get("best")),
                is_baseline=event.get("number") == 0,
            )
            for event in self._trials
        ]
        chart = draw_search(printable(self._metric, 40), points)
        return {"text/plain": repr(chart), "text/html": chart._repr_html_()}


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]
