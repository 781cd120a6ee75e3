"""Table: the data that was chosen, in memory, with what a first look at it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.records import Dataset
from automl_magic.wizard.browse import within

if TYPE_CHECKING:
    import pandas as pd

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
    from automl_magic.data import profile
    from automl_magic.data.sources.frame import Frames
    from automl_magic.data.sources.registry import find, match

    here = [Frames(names)]
    matched, text = match(source, here), source
    if matched is None or matched.is_path:
        text = str(within(folder, source))
    found = find(text, here)
    frame, written = found.load(text), found.in_code(source)
    dataset = profile(frame, name=found.title(text), source=written, read={})
    return Table(frame=frame, dataset=dataset, data=found.argument(source), written=written)
