"""The results of the demo as plain text, with the next commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.look.numbers import number, score_text, seconds
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.cli.demo import Demo, Journey


def demo(result: Demo) -> str:
    """Format the results of each workflow and the next commands."""
    lines = []
    for journey in result.journeys:
        lines += [*_journey(journey), ""]
    first = result.journeys[0]
    run_id = safe(first.outcome.run.run_id)
    lines += [
        f"The demo took {seconds(result.wall_s)}. All files are in {safe(result.folder)}. Now try:",
        f"  automl leaderboard {run_id}",
        f"  automl app leaderboard {run_id}",
        f"  jupyter lab {safe(first.notebook)}",
        "  automl fit YOUR_TABLE.csv --target COLUMN",
    ]
    return "\n".join(lines)


def _journey(journey: Journey) -> list[str]:
    outcome = journey.outcome
    score = outcome.holdout or outcome.cv
    standalone_score = number(journey.standalone["score"], 6)
    metric = "" if score is None else safe(score.metric)
    return [
        f"{safe(journey.name)}: {safe(journey.question)}",
        f"  best        {safe(outcome.best)} of {outcome.n_trials} trials",
        f"  cv          {metric} {score_text(outcome.cv)}",
        f"  holdout     {metric} {score_text(outcome.holdout)}",
        f"  standalone  {safe(journey.notebook)} prints {standalone_score} without automl-magic",
        f"              (difference from the run's score: {journey.difference:.1g})",
        f"  model       {safe(journey.model.uri)}",
        f"  predictions {safe(journey.predictions)}",
    ]
