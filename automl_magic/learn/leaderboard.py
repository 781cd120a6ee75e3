"""The leaderboard of a search: its trials, best first, each linked to its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from automl_magic.display.numbers import format_megabytes, format_score
from automl_magic.display.text_table import TextTable
from automl_magic.learn.pareto import Cost, ModelOption, on_front
from automl_magic.recipe.combine import Blend
from automl_magic.records import (
    CellLink,
    Leaderboard,
    LeaderboardRow,
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
    ensemble_also: Mapping[str, float] | None = None,
    holdout: Score | None = None,
    costs: Mapping[int | None, Cost] | None = None,
) -> Leaderboard:
    """Rank the trials and the ensemble. Pruned and failed trials come last.

    `weights` maps the number of a trial to its weight in the ensemble. `costs` maps the number of
    each measured trial, and None for the ensemble, to its latency and size.
    """
    costs = costs or {}
    ranked: list[tuple[float, int, LeaderboardRow]] = []
    unscored: list[tuple[bool, int, LeaderboardRow]] = []
    for trial in trials:
        row = LeaderboardRow(
            rank=0,
            name=trial.candidate,
            score=trial.score,
            link=CellLink(run_id=run_id, notebook=notebook, cell_id=trial.cell_id or SEARCH_CELL),
            state=trial.state,
            reason=trial.reason,
            trial=trial.number,
            fit_s=trial.fit_s,
            weight=weights.get(trial.number),
            also=trial.also,
            **_cost(costs.get(trial.number)),
        )
        if trial.state is TrialState.COMPLETE and trial.score is not None:
            ranked.append((metric.loss(trial.score.value), trial.number, row))
        else:
            unscored.append((trial.state is TrialState.FAIL, trial.number, row))
    if ensemble is not None:
        row = LeaderboardRow(
            rank=0,
            name="ensemble",
            score=ensemble,
            link=CellLink(run_id=run_id, notebook=notebook, cell_id=ENSEMBLE_CELL),
            state=TrialState.COMPLETE,
            reason=f"A blend of {len(weights)} trials." if len(weights) > 1 else "One trial.",
            also=ensemble_also or {},
            **_cost(costs.get(None)),
        )
        # Before a trial with the same score, because it's the model of the run.
        ranked.append((metric.loss(ensemble.value), -1, row))
    ranked.sort(key=lambda entry: entry[:2])
    unscored.sort(key=lambda entry: entry[:2])
    rows = _with_front(metric, [row for _, _, row in (*ranked, *unscored)])
    return Leaderboard(
        run_id=run_id,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        rows=tuple(replace(row, rank=rank) for rank, row in enumerate(rows, 1)),
        holdout=holdout,
        holdout_link=CellLink(run_id=run_id, notebook=notebook, cell_id=HOLDOUT_CELL)
        if holdout
        else None,
    )


def _cost(cost: Cost | None) -> dict[str, Any]:
    return {} if cost is None else vars(cost)


def _with_front(metric: Metric, rows: Sequence[LeaderboardRow]) -> list[LeaderboardRow]:
    """Mark the measured rows that are on the Pareto front."""
    measured = [row for row in rows if row.row_latency_ms is not None and row.score is not None]
    options = [
        ModelOption(row.name, {}, row.score.value, Blend.MEAN, row.row_latency_ms, row.size_bytes)
        for row in measured
        if row.score is not None
    ]
    is_on_front = dict(zip(map(id, measured), on_front(metric, options), strict=True))
    return [replace(row, on_front=is_on_front.get(id(row))) for row in rows]


def leaderboard_table(leaderboard: Leaderboard, n_rows: int) -> TextTable:
    """Return the leaderboard as a table, with latency and size if any were measured."""
    better = "higher" if leaderboard.higher_is_better else "lower"
    is_measured = any(row.row_latency_ms is not None for row in leaderboard.rows)
    costs = ("Row ms (p95)", "Size", "Pareto front") if is_measured else ()
    return TextTable(
        caption=f"{len(leaderboard.rows)} trials by {leaderboard.metric} ({better} is better), "
        f"out of fold on {n_rows:,} rows",
        headings=(
            *("Rank", "Trial", "Candidate", leaderboard.metric, "± folds", "Fit (s)"),
            *leaderboard.also,
            *costs,
            "Why",
        ),
        rows=[_cells(row, leaderboard.also, is_measured) for row in leaderboard.rows],
        right=frozenset({0, 1, *range(3, 6 + len(leaderboard.also) + (2 if is_measured else 0))}),
    )


def _cells(row: LeaderboardRow, also: Sequence[str], with_costs: bool) -> tuple[str, ...]:
    score, half = row.score, ""
    if score is not None and score.high is not None and score.low is not None:
        half = format_score((score.high - score.low) / 2)
    return (
        str(row.rank),
        "" if row.trial is None else str(row.trial),
        row.name if row.state is TrialState.COMPLETE else f"{row.name} ({row.state.value})",
        "" if score is None else format_score(score.value),
        half,
        "" if row.fit_s is None else f"{row.fit_s:.1f}",
        *(format_score(row.also[name]) if name in row.also else "" for name in also),
        *(_cost_cells(row) if with_costs else ()),
        row.reason,
    )


def _cost_cells(row: LeaderboardRow) -> tuple[str, str, str]:
    return (
        "" if row.row_latency_ms is None else f"{row.row_latency_ms:.3g}",
        "" if row.size_bytes is None else format_megabytes(row.size_bytes),
        "yes" if row.on_front else "",
    )
