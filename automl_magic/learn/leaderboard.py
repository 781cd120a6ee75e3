"""The leaderboard of a search: its trials, best first, each number with its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.learn.show import Table
from automl_magic.records import (
    Leaderboard,
    LeaderboardRow,
    Link,
    Metric,
    Score,
    Trial,
    TrialState,
)

SEARCH_CELL, ENSEMBLE_CELL, HOLDOUT_CELL = "search", "ensemble", "holdout"


def make_leaderboard(
    metric: Metric,
    trials: Sequence[Trial],
    *,
    run_id: str,
    notebook: str,
    weights: Mapping[int, float],
    ensemble: Score | None = None,
    holdout: Score | None = None,
    row_latency_ms: float | None = None,
) -> Leaderboard:
    """Order the trials; the ensemble is ranked among them, pruned and failed trials end the list.

    `weights` maps the number of a trial to its share in the ensemble, `row_latency_ms` is the
    ensemble's.
    """
    ranked: list[tuple[float, int, LeaderboardRow]] = []
    ended: list[tuple[bool, int, LeaderboardRow]] = []
    for trial in trials:
        row = LeaderboardRow(
            rank=0,
            name=trial.candidate,
            score=trial.score,
            link=Link(run_id=run_id, notebook=notebook, cell_id=trial.cell_id or SEARCH_CELL),
            state=trial.state,
            reason=trial.reason,
            trial=trial.number,
            fit_s=trial.fit_s,
            weight=weights.get(trial.number),
        )
        if trial.state is TrialState.COMPLETE and trial.score is not None:
            ranked.append((metric.loss(trial.score.score), trial.number, row))
        else:
            ended.append((trial.state is TrialState.FAIL, trial.number, row))
    if ensemble is not None:
        row = LeaderboardRow(
            rank=0,
            name="ensemble",
            score=ensemble,
            link=Link(run_id=run_id, notebook=notebook, cell_id=ENSEMBLE_CELL),
            state=TrialState.COMPLETE,
            reason=f"A blend of {len(weights)} trials." if len(weights) > 1 else "One trial.",
            row_latency_ms=row_latency_ms,
        )
        # Before a trial of the same score: it is what the run ends with.
        ranked.append((metric.loss(ensemble.score), -1, row))
    ranked.sort(key=lambda entry: entry[:2])
    ended.sort(key=lambda entry: entry[:2])
    rows = [row for _, _, row in (*ranked, *ended)]
    return Leaderboard(
        run_id=run_id,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        rows=tuple(
            LeaderboardRow(**{**vars(row), "rank": rank}) for rank, row in enumerate(rows, 1)
        ),
        holdout=holdout,
        holdout_link=Link(run_id=run_id, notebook=notebook, cell_id=HOLDOUT_CELL)
        if holdout
        else None,
    )


def as_table(leaderboard: Leaderboard, n_rows: int) -> Table:
    """Return the leaderboard as something to look at."""
    better = "higher" if leaderboard.higher_is_better else "lower"
    return Table(
        caption=f"{len(leaderboard.rows)} trials by {leaderboard.metric} ({better} is better), "
        f"out of fold on {n_rows:,} rows",
        headings=("Rank", "Trial", "Candidate", leaderboard.metric, "± folds", "Fit s", "Why"),
        rows=[_cells(row) for row in leaderboard.rows],
        right=frozenset({0, 1, 3, 4, 5}),
    )


def number(value: float) -> str:
    """Return a score with five significant digits, and four decimals where it is below one."""
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.5g}"


def _cells(row: LeaderboardRow) -> tuple[str, ...]:
    score, half = row.score, ""
    if score is not None and score.high is not None and score.low is not None:
        half = number((score.high - score.low) / 2)
    return (
        str(row.rank),
        "" if row.trial is None else str(row.trial),
        row.name if row.state is TrialState.COMPLETE else f"{row.name} ({row.state.value})",
        "" if score is None else number(score.score),
        half,
        "" if row.fit_s is None else f"{row.fit_s:.1f}",
        row.reason,
    )
