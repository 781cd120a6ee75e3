"""How a run ended, in plain text."""

from __future__ import annotations

from automl_magic.cli.door import Answer
from automl_magic.look.numbers import score_text, seconds
from automl_magic.look.text import safe
from automl_magic.records import RunStatus, Score
from automl_magic.runs.outcome import Outcome

_STOPPED = {
    "interrupt": "You stopped the search; this is the best of what it had found.",
    "deadline": "The search used its whole budget.",
    "trials": "The search tried as many as it was asked to.",
}


def answer_of(ended: Outcome) -> Answer:
    """Return the answer of `run` and `fit`: a no if the run did not succeed."""
    is_yes = ended.run.status is RunStatus.SUCCEEDED
    return Answer(ended, ended.to_json(), outcome(ended), exit_code=0 if is_yes else 1)


def outcome(ended: Outcome) -> str:
    """Say how a run ended, its scores, what was kept, and what to type next."""
    run_id = safe(ended.run.run_id)
    if ended.run.status is not RunStatus.SUCCEEDED:
        return (
            f"Run {run_id} was {ended.run.status.value}.\n"
            f"  kept      {safe(ended.run.folder)}\n"
            "Run it again with the command that you just used."
        )
    lines = [f"Run {run_id} succeeded in {seconds(ended.wall_s)}."]
    if ended.best is not None:
        lines.append(f"  best      {safe(ended.best)} of {ended.n_trials} trials")
    if ended.cv is not None:
        lines.append(f"  cv        {_named(ended.cv)}")
    if ended.holdout is not None:
        lines.append(f"  holdout   {_named(ended.holdout)} on {ended.holdout.rows:,} rows")
    lines.append(f"  notebook  {safe(ended.notebook)}")
    if ended.model_uri is not None:
        lines.append(f"  model     {safe(ended.model_uri)}")
    if stopped := _STOPPED.get(str(ended.run.result.get("stopped"))):
        lines.append(stopped)
    if ended.best is not None:
        lines += [
            f"Next: automl leaderboard {run_id}",
            f"      automl notebook {run_id} -o model.ipynb",
        ]
    return "\n".join(lines)


def _named(score: Score) -> str:
    return f"{safe(score.metric)} {score_text(score)}"
