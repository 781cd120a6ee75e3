"""evidently: the same window in Evidently's own report, for teams that know it."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import write_atomic
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.section_cell import SectionResult, SectionSkipped
from automl_magic.monitor.section import MonitorSection, Part
from automl_magic.monitor.watch import Watch
from automl_magic.monitor.window import sample_of
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.monitoring.reference import ColumnReference, Levels, Numbers

if TYPE_CHECKING:
    import pandas as pd

REPORT_NAME = "evidently.html"
MOST_ROWS = 5_000
NOT_INSTALLED = (
    "Evidently is not installed; the tests above do not need it. To have its report as well: "
    "pip install 'automl-magic[reports]'"
)
METHOD = (
    "Evidently's tests and thresholds are its own and correct for nothing: of many columns some "
    "drift by chance. No row of training is kept, so its reference is drawn from the quantiles and "
    "shares of the model's reference, each column by itself."
)


SECTION = MonitorSection(
    name="evidently",
    part=Part.END,
    place=1,
)


@SECTION.cell
def evidently(watch: Watch, /, *, run_dir: str | os.PathLike[str]) -> SectionResult:
    """Write Evidently's report of data drift as one HTML file into the run's folder."""
    if find_spec("evidently") is None:
        raise SectionSkipped(NOT_INSTALLED)
    watch.check_enough()
    # Set before its import: a report that is written on our machines tells nobody of itself.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    reference, current, numbers, levels = frames(watch)
    if not numbers and not levels:
        raise SectionSkipped("No column of the window can be compared.")
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=levels)
    found = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(current, definition), Dataset.from_pandas(reference, definition)
    )
    path = Path(run_dir).absolute() / REPORT_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, found.get_html_str(as_iframe=False).encode())
    except OSError as error:
        raise FolderNotWritable(
            f"The folder {str(path.parent)!r} cannot be written.",
            why=f"{error.strerror or error}.",
            fix="Set run_dir to a folder of yours, or free some space, and run this cell again.",
        ) from error
    watch.evidently = REPORT_NAME
    size = path.stat().st_size / 1e6
    return REPORT_NAME, CellOutput(
        said=(f"{REPORT_NAME}, {size:.1f} MB, in the run's folder.", METHOD)
    )


def frames(watch: Watch) -> tuple[pd.DataFrame, pd.DataFrame, list[str], list[str]]:
    """Return a reference and a window as tables, with the names of their numbers and levels."""
    import pandas as pd

    random = np.random.default_rng(0)
    rows = sample_of(len(watch.window.sampled), MOST_ROWS)
    reference, current = {}, {}
    numbers: list[str] = []
    levels: list[str] = []
    for column in watch.reference.columns:
        if column.name not in watch.window.table or column.name in watch.window.hidden:
            continue
        contents = watch.contents(column.name)
        if column.seen is None or len(contents.rows) == 0:
            continue
        n = min(MOST_ROWS, watch.reference.rows)
        values: Array
        if contents.numbers is not None:
            values = np.full(len(watch.window.sampled), np.nan)
            values[contents.rows] = contents.numbers
            numbers.append(column.name)
        else:
            values = np.full(len(watch.window.sampled), None, dtype=object)
            values[contents.rows] = list(contents.texts or ())
            levels.append(column.name)
        reference[column.name] = drawn(column, n, random)
        current[column.name] = values[rows]
    return pd.DataFrame(reference), pd.DataFrame(current), numbers, levels


def drawn(column: ColumnReference, n: int, random: np.random.Generator) -> Array:
    """Return n values with the distribution of a reference, in a random order."""
    places = (random.permutation(n) + 0.5) / n
    if isinstance(column.seen, Numbers):
        return _inverse(column.seen, places)
    assert isinstance(column.seen, Levels)
    names = np.array([*column.seen.levels, "(other)"], dtype=object)
    shares = np.cumsum([*column.seen.shares, column.seen.other])
    found: Array = names[np.minimum(np.searchsorted(shares, places), len(names) - 1)]
    return found


def _inverse(numbers: Numbers, places: Floats) -> Floats:
    """Return the quantiles at some places: between two knots on the line that joins them.

    Of a heap, a value that many rows have, that value itself is returned.
    """
    below, knots = np.asarray(numbers.below), np.asarray(numbers.knots)
    upper = np.minimum(np.searchsorted(below, places, side="left"), len(knots) - 1)
    if len(knots) < 20:
        return knots[upper]
    return np.interp(places, below, knots)
