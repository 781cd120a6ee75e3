"""Board: one run as its leaderboard page needs it. Reads the run's folder; computes nothing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automl_magic.folder import plan_in
from automl_magic.records import Leaderboard, LeaderboardRow, Run, Trial, TrialState


@dataclass(frozen=True)
class Cell:
    """One cell of an executed notebook: its id, its source, and why it is there."""

    id: str
    is_code: bool
    source: str
    why: str = ""


@dataclass(frozen=True)
class Board:
    """One run, its leaderboard, and the cells behind the numbers."""

    leaderboard: Leaderboard
    run: Run | None = None
    target: str | None = None
    data: str | None = None
    trials: Mapping[int, Trial] = field(default_factory=dict)
    cells: tuple[Cell, ...] = ()

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
            cells=tuple(cell for name in sorted(names) for cell in _cells(folder / name)),
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

    def fold_scores(self, row: LeaderboardRow) -> tuple[float, ...]:
        trial = None if row.trial is None else self.trials.get(row.trial)
        return trial.fold_scores if trial else ()


def _trials(folder: Path) -> Iterator[Trial]:
    with contextlib.suppress(FileNotFoundError), (folder / "trials.jsonl").open("rb") as file:
        for line in file:
            # The last line of a run that was killed may be cut.
            if line.endswith(b"\n"):
                yield Trial.from_json(json.loads(line))


def _cells(notebook: Path) -> Iterator[Cell]:
    try:
        document = json.loads(notebook.read_text("utf-8"))
    except (OSError, ValueError):
        return
    for cell in document.get("cells", []):
        yield Cell(
            id=str(cell.get("id", "")),
            is_code=cell.get("cell_type") == "code",
            source="".join(cell.get("source", "")),
            why=str(cell.get("metadata", {}).get("automl", {}).get("why") or ""),
        )
