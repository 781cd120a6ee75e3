"""Leaderboards, runs and model versions in plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.cli.words.table import text_table
from automl_magic.look.numbers import number, score_text, seconds
from automl_magic.look.text import safe
from automl_magic.records import Leaderboard, LeaderboardRow, ModelVersion, Run, TrialState


def leaderboard(board: Leaderboard) -> str:
    """Lay out a leaderboard; the last column is the cell that made the row's numbers."""
    better = "higher" if board.higher_is_better else "lower"
    lines = [f"Run {safe(board.run_id)} · {safe(board.metric)}, {better} is better", ""]
    heads = ("", "name", "trial", "score [95 % interval]", *board.also, "fit", "weight", "cell")
    rows = [
        (
            row.rank,
            row.name,
            "" if row.trial is None else row.trial,
            _score(row),
            *(number(row.also[name]) if name in row.also else "" for name in board.also),
            seconds(row.fit_s),
            _weight(row),
            row.link.cell_id,
        )
        for row in board.rows
    ]
    lines.append(text_table(heads, rows, right=(0, 2, *range(4, 6 + len(board.also)))))
    if board.holdout is not None:
        cell = safe(board.holdout_link.cell_id) if board.holdout_link else "–"
        unseen = f"{board.holdout.rows:,} rows that no choice has seen"
        lines += ["", f"Holdout: {score_text(board.holdout)} on {unseen} (cell {cell})."]
    if board.rows:
        lines.append(f"The cells are those of {safe(board.rows[0].link.notebook)}.")
    return "\n".join(lines)


def _score(row: LeaderboardRow) -> str:
    return score_text(row.score) if row.state is TrialState.COMPLETE else row.state.value


def _weight(row: LeaderboardRow) -> str:
    return "" if row.weight is None else number(row.weight, 2)


def runs(newest: Sequence[Run]) -> str:
    """Lay out runs, newest first."""
    if not newest:
        return "There are no runs yet. Make one: automl fit DATA --target COLUMN, or automl demo"
    heads = ("run", "kind", "status", "started", "took", "best", "score")
    rows = []
    for run in newest:
        cv = run.result.get("cv") or {}
        took = (run.ended_at - run.started_at) if run.ended_at and run.started_at else None
        rows.append(
            (
                run.run_id,
                run.kind,
                run.status.value,
                run.created_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                seconds(took.total_seconds() if took else None),
                run.result.get("best") or "–",
                f"{cv['metric']} {number(cv['score'])}" if cv else "–",
            )
        )
    return text_table(heads, rows, right=(4,))


def model_version(version: ModelVersion, tracking_uri: str) -> str:
    """Say what was registered, and how it is loaded."""
    aliases = ", ".join(safe(alias) for alias in version.aliases) or "none"
    uri = f"models:/{safe(version.name)}@{version.aliases[0]}" if version.aliases else version.uri
    return "\n".join(
        [
            f"Registered {safe(version.name)} version {version.version}.",
            f"  from run  {safe(version.run_id)}",
            f"  alias     {aliases}",
            f"  store     export MLFLOW_TRACKING_URI={safe(tracking_uri)}",
            f"  load it   mlflow.pyfunc.load_model({uri!r})",
            f"  predict   automl predict {uri} INPUT -o OUTPUT",
        ]
    )


def models(known: Mapping[str, Sequence[ModelVersion]]) -> str:
    """Lay out the registered models, the newest version of each first."""
    if not known:
        return "No model is registered yet. Register one: automl register RUN --name NAME"
    rows = [
        (name, one.version, ", ".join(one.aliases) or "–", one.run_id)
        for name, versions in known.items()
        for one in versions
    ]
    return text_table(("model", "version", "aliases", "run"), rows, right=(1,))
