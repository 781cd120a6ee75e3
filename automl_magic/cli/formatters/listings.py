"""Leaderboards, runs and model versions as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.cli.formatters.table import format_table
from automl_magic.display.numbers import (
    format_number,
    format_score_interval,
    format_score_on_rows,
    format_seconds,
)
from automl_magic.display.text import printable
from automl_magic.records import Leaderboard, LeaderboardRow, ModelVersion, Run, TrialState


def format_leaderboard(leaderboard: Leaderboard) -> str:
    """Format a leaderboard. The last column is the cell that computed the scores of the row."""
    better = "higher" if leaderboard.higher_is_better else "lower"
    lines = [
        (
            f"Run {printable(leaderboard.run_id)} · {printable(leaderboard.metric)}, "
            f"{better} is better"
        ),
        *(printable(note, 1000) for note in leaderboard.notes),
        "",
    ]
    headings = (
        "",
        "name",
        "trial",
        "score [95% interval]",
        *leaderboard.also,
        "fit",
        "weight",
        "cell",
    )
    rows = [
        (
            row.rank,
            row.name,
            "" if row.trial is None else row.trial,
            _score(row),
            *(
                format_number(row.also[name]) if name in row.also else ""
                for name in leaderboard.also
            ),
            format_seconds(row.fit_s),
            _weight(row),
            row.link.cell_id,
        )
        for row in leaderboard.rows
    ]
    lines.append(format_table(headings, rows, right=(0, 2, *range(4, 6 + len(leaderboard.also)))))
    if leaderboard.holdout is not None:
        cell = printable(leaderboard.holdout_link.cell_id) if leaderboard.holdout_link else "–"
        lines += ["", f"Holdout: {format_score_on_rows(leaderboard.holdout)} (cell {cell})."]
    if leaderboard.rows:
        lines.append(f"The cells are in {printable(leaderboard.rows[0].link.notebook)}.")
    return "\n".join(lines)


def _score(row: LeaderboardRow) -> str:
    return format_score_interval(row.score) if row.state is TrialState.COMPLETE else row.state.value


def _weight(row: LeaderboardRow) -> str:
    return "" if row.weight is None else format_number(row.weight, 2)


def format_runs(runs: Sequence[Run]) -> str:
    """Format runs, newest first."""
    if not runs:
        return "No runs yet. Start with automl demo or automl fit DATA --target COLUMN"
    headings = ("run", "kind", "status", "started", "took", "best", "score")
    rows = []
    for run in runs:
        cv = run.result.get("cv") or {}
        duration = (run.ended_at - run.started_at) if run.ended_at and run.started_at else None
        rows.append(
            (
                run.run_id,
                run.kind,
                run.status_text,
                run.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                format_seconds(duration.total_seconds() if duration else None),
                run.result.get("best") or "–",
                f"{cv['metric']} {format_number(cv['score'])}" if cv else "–",
            )
        )
    return format_table(headings, rows, right=(4,))


def format_model_version(version: ModelVersion, tracking_uri: str) -> str:
    """Format a registered version, with the commands that load it."""
    aliases = ", ".join(printable(alias) for alias in version.aliases) or "none"
    uri = (
        f"models:/{printable(version.name)}@{version.aliases[0]}"
        if version.aliases
        else version.uri
    )
    return "\n".join(
        [
            f"Registered {printable(version.name)} version {version.version}.",
            f"  from run  {printable(version.run_id)}",
            f"  alias     {aliases}",
            f"  store     export MLFLOW_TRACKING_URI={printable(tracking_uri)}",
            f"  load      mlflow.pyfunc.load_model({uri!r})",
            f"  predict   automl predict {uri} INPUT -o OUTPUT",
        ]
    )


def format_models(versions_by_name: Mapping[str, Sequence[ModelVersion]]) -> str:
    """Format the registered models, newest version first."""
    if not versions_by_name:
        return "No registered models yet. To register one: automl register RUN --name NAME"
    rows = [
        (name, version.version, ", ".join(version.aliases) or "–", version.run_id)
        for name, versions in versions_by_name.items()
        for version in versions
    ]
    return format_table(("model", "version", "aliases", "run"), rows, right=(1,))
