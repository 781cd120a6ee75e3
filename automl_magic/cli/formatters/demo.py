"""The results of the demo as plain text, with the next commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.display.numbers import format_number, format_score_interval, format_seconds
from automl_magic.display.text import printable

if TYPE_CHECKING:
    from automl_magic.cli.demo import Demo, Journey


def format_demo(result: Demo) -> str:
    """Format the results of each workflow and the next commands."""
    lines = []
    for journey in result.journeys:
        lines += [*_journey(journey), ""]
    first = result.journeys[0]
    run_id = printable(first.outcome.run.run_id)
    lines += [
        (
            f"The demo took {format_seconds(result.wall_s)}. All files are in "
            f"{printable(result.folder)}. Now try:"
        ),
        f"  automl leaderboard {run_id}",
        f"  automl app leaderboard {run_id}",
        f"  jupyter lab {printable(first.notebook)}",
        "  automl fit YOUR_TABLE.csv --target COLUMN",
    ]
    return "\n".join(lines)


def _journey(journey: Journey) -> list[str]:
    outcome = journey.outcome
    score = outcome.holdout or outcome.cv
    standalone_score = format_number(journey.standalone["score"], 6)
    metric = "" if score is None else printable(score.metric)
    return [
        f"{printable(journey.name)}: {printable(journey.question)}",
        f"  best        {printable(outcome.best)} of {outcome.n_trials} trials",
        f"  cv          {metric} {format_score_interval(outcome.cv)}",
        f"  holdout     {metric} {format_score_interval(outcome.holdout)}",
        (
            f"  standalone  {printable(journey.notebook)} prints {standalone_score} without "
            "automl-magic"
        ),
        f"              (difference from the run's score: {journey.difference:.1g})",
        f"  model       {printable(journey.model.uri)}",
        f"  predictions {printable(journey.predictions)}",
    ]
