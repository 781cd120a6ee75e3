"""RunLimits: time, memory and output limits of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automl_magic.records.codec import Record


@dataclass(frozen=True, kw_only=True)
class RunLimits(Record):
    """Limits of one run. The supervisor stops the run if it exceeds one. Times are in seconds.

    Attributes
    ----------
    run_s : float
        Time limit of the run.
    cell_s : float or None
        Time limit per cell. None for no limit.
    cells_s : mapping
        Time limits of single cells, by cell id.
    memory_bytes : int or None
        Memory limit of all processes together. None for 90% of the free memory at the start.
    start_s : float
        Time limit for the start of the kernel.
    frozen_after_s : float
        The kernel is killed after this time without a heartbeat.
    grace_s : float
        Time between the interrupt of a cell and killing its kernel.
    cell_output_bytes, notebook_output_bytes, log_bytes : int
        Maximum size of the output per cell and per notebook, and of the log.
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

    def cell_limit(self, cell_id: str) -> float | None:
        """Return the time limit of a cell in seconds, or None for no limit."""
        return self.cells_s.get(cell_id, self.cell_s)
