"""The leaderboard: the ranked trials of a run, as text and as accessible HTML.

Every number has a link to its cell: in HTML an anchor `run/RUN/NOTEBOOK#CELL` with `data-run`,
`data-notebook` and `data-cell`, in JSON a `CellLink`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

from automl_magic.display.text import encodable, printable
from automl_magic.display.text_table import align_columns
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


def rank_trials(
    run_id: str,
    trials: Iterable[Trial],
    metric: Metric,
    *,
    notebook: str,
    weights: Mapping[int, float] | None = None,
    ensemble: Score | None = None,
    holdout: Score | None = None,
    latencies_ms: Mapping[int, float] | None = None,
) -> Leaderboard:
    """Rank the trials of a run, best first. Pruned and failed trials are at the end.

    Parameters
    ----------
    run_id : str
        Id of the run.
    trials : iterable of Trial
        All trials of the run, scored on the same folds.
    metric : Metric
        Metric of the scores. If scores are equal, the earlier trial ranks higher.
    notebook : str
        File name of the notebook in the run's folder.
    weights : mapping, optional
        Weight in the ensemble by trial number.
    ensemble : Score, optional
        Score of the ensemble on the same folds. It's ranked with the trials.
    holdout : Score, optional
        Score on the holdout rows.
    latencies_ms : mapping, optional
        Measured latency per row in milliseconds, by trial number.
    """
    weights, latencies_ms = weights or {}, latencies_ms or {}
    ranked: list[tuple[float, int, LeaderboardRow]] = []
    unranked: list[tuple[bool, int, LeaderboardRow]] = []
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
            row_latency_ms=latencies_ms.get(trial.number),
        )
        if trial.state is TrialState.COMPLETE and trial.score is not None:
            ranked.append((metric.loss(trial.score.value), trial.number, row))
        else:
            unranked.append((trial.state is TrialState.FAIL, trial.number, row))
    if ensemble is not None:
        link = CellLink(run_id=run_id, notebook=notebook, cell_id=ENSEMBLE_CELL)
        row = LeaderboardRow(
            rank=0,
            name="ensemble",
            score=ensemble,
            link=link,
            state=TrialState.COMPLETE,
            reason=f"A blend of {len(weights)} trials.",
        )
        # The ensemble ranks before a trial with the same score, because it's the final model.
        ranked.append((metric.loss(ensemble.value), -1, row))
    ranked.sort(key=lambda entry: entry[:2])
    unranked.sort(key=lambda entry: entry[:2])
    rows = [row for _, _, row in (*ranked, *unranked)]
    return Leaderboard(
        run_id=run_id,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        rows=tuple(replace(row, rank=i) for i, row in enumerate(rows, start=1)),
        holdout=holdout,
        holdout_link=CellLink(run_id=run_id, notebook=notebook, cell_id=HOLDOUT_CELL)
        if holdout
        else None,
    )


def show(leaderboard: Leaderboard) -> LeaderboardTable:
    """Return the leaderboard as a table for display."""
    return LeaderboardTable(leaderboard)


@dataclass(frozen=True)
class LeaderboardTable:
    """A leaderboard with a text form and an HTML form for notebooks."""

    leaderboard: Leaderboard

    def to_json(self) -> dict[str, object]:
        return self.leaderboard.to_json()

    def __str__(self) -> str:
        header = ("rank", "name", self.leaderboard.metric, "95%", "weight", "fit s", "cell")
        rows = [
            (
                str(row.rank),
                printable(row.name, 40) + _format_state(row),
                _format_score(row.score),
                _format_interval(row.score),
                "" if row.weight is None else f"{row.weight:.2f}",
                "" if row.fit_s is None else f"{row.fit_s:.1f}",
                printable(row.link.cell_id, 40),
            )
            for row in self.leaderboard.rows
        ]
        notes = (printable(note, 1000) for note in self.leaderboard.notes)
        lines = [self._caption(), *notes, "", *align_columns([header, *rows], right={0, 2, 4, 5})]
        if self.leaderboard.holdout:
            before, number, after = self._holdout_text(self.leaderboard.holdout)
            lines += ["", before + number + after]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return a table with a caption and scoped headings. All texts are escaped."""
        columns = ("Rank", "Name", self.leaderboard.metric, "95% interval", "Weight", "Fit, s")
        head = "".join(f'<th scope="col">{escape(encodable(name))}</th>' for name in columns)
        body = "\n".join(map(_html_row, self.leaderboard.rows))
        table = (
            '<table class="automl-leaderboard">\n'
            f"<caption>{escape(encodable(self._caption()))}</caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        )
        for note in self.leaderboard.notes:
            table += f"\n<p>{escape(encodable(note))}</p>"
        holdout, link = self.leaderboard.holdout, self.leaderboard.holdout_link
        if holdout is None or link is None:
            return table
        before, number, after = self._holdout_text(holdout)
        return f"{table}\n<p>{escape(before)}{_anchor(link, number)}{escape(after)}</p>"

    def _caption(self) -> str:
        leaderboard = self.leaderboard
        better = "higher" if leaderboard.higher_is_better else "lower"
        return (
            f"Leaderboard of run {printable(leaderboard.run_id, 60)}: "
            f"{len(leaderboard.rows)} rows by "
            f"{printable(leaderboard.metric, 60)} in cross-validation, {better} is better"
        )

    def _holdout_text(self, score: Score) -> tuple[str, str, str]:
        """Return the text about the holdout in three parts: before, the score, and after."""
        after = f" (95%: {_format_interval(score)})" if _format_interval(score) else ""
        after += f" on {score.rows} holdout rows"
        if score.undefined is not None:
            after += f", because {printable(score.undefined, 200)}"
        return f"Holdout: {printable(score.metric, 60)} ", _format_score(score), after


def _html_row(row: LeaderboardRow) -> str:
    number = _anchor(row.link, _format_score(row.score)) if row.score else "<span>no score</span>"
    state = (
        "" if row.state is TrialState.COMPLETE else f" <span>{escape(_format_state(row))}</span>"
    )
    # Names can be right-to-left text, which bdi isolates from the text around it.
    name = f"<bdi>{escape(printable(row.name, 80))}</bdi>{state}"
    cells = [
        f"<td>{row.rank}</td>",
        f'<th scope="row" title="{_escape_attribute(row.reason)}">{name}</th>',
        f"<td>{number}</td>",
        f"<td>{_format_interval(row.score)}</td>",
        "<td></td>" if row.weight is None else f"<td>{row.weight:.2f}</td>",
        "<td></td>" if row.fit_s is None else f"<td>{row.fit_s:.1f}</td>",
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _anchor(link: CellLink, text: str) -> str:
    run, notebook, cell = (encodable(part) for part in (link.run_id, link.notebook, link.cell_id))
    href = f"run/{quote(run, safe='')}/{quote(notebook, safe='')}#{quote(cell, safe='')}"
    return (
        f'<a href="{escape(href)}" data-run="{_escape_attribute(run)}" '
        f'data-notebook="{_escape_attribute(notebook)}" data-cell="{_escape_attribute(cell)}" '
        f'title="The cell with this number">{escape(text)}</a>'
    )


def _escape_attribute(text: str) -> str:
    return escape(encodable(text), quote=True)


def _format_state(row: LeaderboardRow) -> str:
    return "" if row.state is TrialState.COMPLETE else f" ({row.state.value})"


def _format_score(score: Score | None) -> str:
    if score is None:
        return ""
    return "undefined" if score.score is None else f"{score.score:.5g}"


def _format_interval(score: Score | None) -> str:
    if score is None or score.low is None or score.high is None:
        return ""
    return f"{score.low:.4g} to {score.high:.4g}"
