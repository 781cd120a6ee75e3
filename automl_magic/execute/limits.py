"""Limits: how long a run and its cells may take, and how much they may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class Limits(Record):
    """What one run may use before its supervisor ends it.

    `run_s` is the ceiling of the whole run. `cell_s` is that of every cell which `cells_s` does
    not name by its id; None means that only the run's own ceiling counts. `memory_bytes` is shared
    by all processes of the run; None means 90 % of what is free when the run starts. A cell that
    has to go is interrupted first, and killed `grace_s` later. A kernel whose heartbeat is gone
    for `frozen_after_s` is killed. `start_s` is the time a kernel has for its start.
    """

    run_s: float = 86_400.0
    cell_s: float | None = None
    cells_s: Mapping[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    start_s: float = 180.0
    frozen_after_s: float = 30.0
    grace_s: float = 10.0
    cell_output_bytes: int = 1_000_000
    notebook_output_bytes: int = 20_000_000
    log_bytes: int = 200_000_000

    def of_cell(self, cell_id: str) -> float | None:
        """Return the seconds that this cell may take, or None where there is no limit."""
        return self.cells_s.get(cell_id, self.cell_s)
