"""What the demo did, in plain text, and what to type next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.look.numbers import number, score_text, seconds
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.cli.demo import Demo, Journey


def demo(made: Demo) -> str:
    """Say what each journey came to, how it was checked, and how to look at it."""
    lines = []
    for journey in made.journeys:
        lines += [*_journey(journey), ""]
    first = made.journeys[0]
    run_id = safe(first.outcome.run.run_id)
    lines += [
        f"The demo took {seconds(made.wall_s)}. Everything lies in {safe(made.folder)}. Now try:",
        f"  automl leaderboard {run_id}",
        f"  automl app leaderboard {run_id}",
        f"  jupyter lab {safe(first.notebook)}",
        "  automl fit YOUR_TABLE.csv --target COLUMN",
    ]
    return "\n".join(lines)


def _journey(journey: Journey) -> list[str]:
    outcome = journey.outcome
    score = outcome.holdout or outcome.cv
    alone = number(journey.standalone["score"], 6)
    metric = "" if score is None else safe(score.metric)
    return [
        f"{safe(journey.name)}: {safe(journey.question)}",
        f"  best        {safe(outcome.best)} of {outcome.n_trials} trials",
        f"  cv          {metric} {score_text(outcome.cv)}",
        f"  holdout     {metric} {score_text(outcome.holdout)}, on rows that no choice has seen",
        f"  standalone  {safe(journey.notebook)}, which imports nothing of ours, prints {alone}",
        f"              which is {journey.difference:.1g} from the run's own score",
        f"  registered  {safe(journey.model.uri)}",
        f"  predicted   {safe(journey.predictions)}",
    ]
