"""The result of a run as plain text."""

from __future__ import annotations

from automl_magic.cli.frontend import CommandResult
from automl_magic.display.numbers import format_score_interval, format_score_on_rows, format_seconds
from automl_magic.display.text import printable
from automl_magic.records import RunStatus
from automl_magic.runs.outcome import FinishedRun

_STOP_REASONS = {
    "deadline": "The search used its full budget.",
    "trials": "The search reached its trial limit.",
}


def run_result(finished: FinishedRun) -> CommandResult:
    """Return the result of `run` and `fit`. The exit code is 1 if the run didn't succeed."""
    succeeded = finished.run.status is RunStatus.SUCCEEDED
    return CommandResult(
        finished, finished.to_json(), format_run(finished), exit_code=0 if succeeded else 1
    )


def format_run(finished: FinishedRun) -> str:
    """Format the status, scores and files of a run, with the next commands."""
    run_id = printable(finished.run.run_id)
    if finished.run.status is not RunStatus.SUCCEEDED:
        return "\n".join(
            [
                f"Run {run_id} was {finished.run.status.value}.",
                f"  folder    {printable(finished.run.folder)}",
                *(printable(advice, 1000) for advice in finished.advice),
                "To try again, repeat the command.",
            ]
        )
    ended = "was stopped early after" if finished.run.was_stopped_early else "succeeded in"
    lines = [f"Run {run_id} {ended} {format_seconds(finished.wall_s)}."]
    if finished.run.has_only_baseline:
        lines[0] = f"Run {run_id} fitted only the baseline in {format_seconds(finished.wall_s)}."
    if finished.best is not None:
        lines.append(f"  best      {printable(finished.best)} of {finished.n_trials} trials")
    if finished.cv is not None:
        score = f"{printable(finished.cv.metric)} {format_score_interval(finished.cv)}"
        lines.append(f"  cv        {score}")
    if finished.holdout is not None:
        score = f"{printable(finished.holdout.metric)} {format_score_on_rows(finished.holdout)}"
        lines.append(f"  holdout   {score}")
    lines.append(f"  notebook  {printable(finished.notebook)}")
    if finished.model_uri is not None:
        lines.append(f"  model     {printable(finished.model_uri)}")
    if reason := _STOP_REASONS.get(str(finished.run.result.get("stopped"))):
        lines.append(reason)
    lines += [printable(advice, 1000) for advice in finished.advice]
    if finished.best is not None:
        lines += [
            f"Next: automl leaderboard {run_id}",
            f"      automl notebook {run_id} -o model.ipynb",
        ]
    return "\n".join(lines)
