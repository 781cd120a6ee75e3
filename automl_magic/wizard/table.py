"""Table: the data that was chosen, in memory, with what a first look at it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import DataNotReadable
from automl_magic.records import Dataset
from automl_magic.wizard.answers import FRAME
from automl_magic.wizard.browse import within

if TYPE_CHECKING:
    import pandas as pd

BUNDLED = "sklearn:"
_BINS = 20


@dataclass(frozen=True, eq=False)
class Table:
    """A table and its profile. `data` is what `flow.plan` takes, `written` what code calls it."""

    frame: pd.DataFrame
    dataset: Dataset
    data: Any
    written: str

    def histogram(self, column: str) -> list[tuple[float, float, int]]:
        """Return the counts of a column of numbers, in bins of equal width."""
        import numpy as np

        from automl_magic.data.storage import as_numbers

        numbers = as_numbers(self.frame[column])
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers) == 0:
            return []
        counts, edges = np.histogram(numbers, bins=_BINS)
        return [
            (float(low), float(high), int(count))
            for low, high, count in zip(edges, edges[1:], counts, strict=False)
        ]


def read(source: str, folder: Path, names: Mapping[str, Any]) -> Table:
    """Read the source that was chosen, and look at it once.

    Raises
    ------
    DataError
    """
    from automl_magic.data import load, profile

    if source.startswith(FRAME):
        name = source.removeprefix(FRAME)
        frame = names.get(name)
        if frame is None:
            raise DataNotReadable(
                f"The DataFrame {name[:60]!r} is not there.",
                why="The kernel has no such name; it may have been restarted since.",
                fix="Run the cell that makes it, then choose it again.",
            )
        data, written, path = frame, name, None
    else:
        path = None if source.startswith(BUNDLED) else within(folder, source)
        data = written = source
        frame = load(source if path is None else str(path))
    dataset = profile(frame, name=_name(source), source=written, read={})
    return Table(frame=frame, dataset=dataset, data=data, written=written)


def _name(source: str) -> str:
    plain = source.removeprefix(FRAME).removeprefix(BUNDLED)
    return Path(plain).name.split(".")[0] or "table"
