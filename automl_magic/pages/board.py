"""Board: one run as its leaderboard page needs it. Reads the run's folder; computes nothing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automl_magic.pages.cells import Cell, cells_of
from automl_magic.reasons import Account, Reason, account_of
from automl_magic.records import Leaderboard, LeaderboardRow, Run, Trial, TrialState
from automl_magic.runs.plan_folder import plan_in


@dataclass(frozen=True)
class Board:
    """One run, its leaderboard, and the cells behind the numbers."""

    leaderboard: Leaderboard
    run: Run | None = None
    target: str | None = None
    data: str | None = None
    trials: Mapping[int, Trial] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()
    account: Account | None = None

    @classmethod
    def of(cls, leaderboard: Leaderboard, run: Run | None) -> Board:
        """Read what the run's folder says besides. What is missing there is missing here."""
        if run is None:
            return cls(leaderboard)
        folder = Path(run.folder)
        plan = plan_in(folder)
        names = {row.link.notebook for row in leaderboard.rows}
        return cls(
            leaderboard,
            run,
            target=plan.experiment.target if plan else None,
            data=plan.dataset.name if plan else None,
            trials={trial.number: trial for trial in _trials(folder)},
            cells=tuple(cell for name in sorted(names) for cell in cells_of(folder / name)),
            account=account_of(run),
        )

    @property
    def complete(self) -> list[LeaderboardRow]:
        rows = self.leaderboard.rows
        return [row for row in rows if row.state is TrialState.COMPLETE and row.score is not None]

    @property
    def model(self) -> LeaderboardRow | None:
        """The row of what was fitted in the end: the blend, else the best trial."""
        blends = (row for row in self.complete if row.trial is None)
        return next(blends, self.complete[0] if self.complete else None)

    @property
    def model_name(self) -> str:
        """What the model is called: its only trial, or how many trials it blends."""
        members = [row for row in self.complete if row.trial is not None and row.weight]
        if len(members) > 1:
            return f"a blend of {len(members)} trials"
        rows = members or self.complete[:1]
        return rows[0].name if rows else ""

    @property
    def fates(self) -> dict[int, Reason]:
        """What became of each trial, by its number."""
        section = self.account.section("trials") if self.account else None
        found = section.reasons if section else ()
        return {int(reason.name): reason for reason in found}

    def fold_scores(self, row: LeaderboardRow) -> tuple[float, ...]:
        trial = None if row.trial is None else self.trials.get(row.trial)
        return trial.fold_scores if trial else ()


def _trials(folder: Path) -> Iterator[Trial]:
    with contextlib.suppress(FileNotFoundError), (folder / "trials.jsonl").open("rb") as file:
        for line in file:
            # The last line of a run that was killed may be cut.
            if line.endswith(b"\n"):
                yield Trial.from_json(json.loads(line))
