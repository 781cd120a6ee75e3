"""LeaderboardView: the data of a leaderboard page, read from the run's folder."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automl_magic.decision_log import DecisionLog, Reason, build_decision_log
from automl_magic.pages.cells import Cell, read_cells
from automl_magic.records import Leaderboard, LeaderboardRow, Run, Trial, TrialState
from automl_magic.runs.plan_folder import find_plan


@dataclass(frozen=True)
class LeaderboardView:
    """A run, its leaderboard, and the notebook cells that computed its numbers."""

    leaderboard: Leaderboard
    run: Run | None = None
    target: str | None = None
    data: str | None = None
    trials: Mapping[int, Trial] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    decision_log: DecisionLog | None = None

    @classmethod
    def of(cls, leaderboard: Leaderboard, run: Run | None) -> LeaderboardView:
        """Read the plan, trials and cells from the run's folder, as far as they exist."""
        if run is None:
            return cls(leaderboard)
        folder = Path(run.folder)
        plan = find_plan(folder)
        names = {row.link.notebook for row in leaderboard.rows}
        return cls(
            leaderboard,
            run,
            target=plan.experiment.target if plan else None,
            data=plan.dataset.name if plan else None,
            trials={trial.number: trial for trial in _trials(folder)},
            cells=tuple(cell for name in sorted(names) for cell in read_cells(folder / name)),
            decision_log=build_decision_log(run),
        )

    @property
    def complete(self) -> list[LeaderboardRow]:
        rows = self.leaderboard.rows
        return [row for row in rows if row.state is TrialState.COMPLETE and row.score is not None]

    @property
    def model(self) -> LeaderboardRow | None:
        """The row of the final model: the blend, or else the best trial."""
        blends = (row for row in self.complete if row.trial is None)
        return next(blends, self.complete[0] if self.complete else None)

    @property
    def model_name(self) -> str:
        """The name of the final model: its only trial, or the number of trials in its blend."""
        members = self.members
        if len(members) > 1:
            return f"a blend of {len(members)} trials"
        rows = members or self.complete[:1]
        return rows[0].name if rows else ""

    @property
    def members(self) -> list[LeaderboardRow]:
        """The trials that have a weight in the final model."""
        return [row for row in self.complete if row.trial is not None and row.weight]

    def is_in_model(self, row: LeaderboardRow) -> bool:
        """Return whether a row is the final model or a member of it."""
        return bool(row.weight) or row.trial is None or row is self.model

    @property
    def trial_reasons(self) -> dict[int, Reason]:
        """The decision on each trial, by trial number."""
        section = self.decision_log.section("trials") if self.decision_log else None
        reasons = section.reasons if section else ()
        return {int(reason.name): reason for reason in reasons}

    def fold_scores(self, row: LeaderboardRow) -> tuple[float, ...]:
        trial = None if row.trial is None else self.trials.get(row.trial)
        return trial.fold_scores if trial else ()


def _trials(folder: Path) -> Iterator[Trial]:
    with contextlib.suppress(FileNotFoundError), (folder / "trials.jsonl").open("rb") as file:
        for line in file:
            # The last line is incomplete if the run was killed.
            if line.endswith(b"\n"):
                yield Trial.from_json(json.loads(line))
