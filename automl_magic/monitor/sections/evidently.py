"""Evidently's report of the window, for teams that use Evidently."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import write_atomic
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.window import sample_rows
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.monitoring.reference import (
    CategoricalDistribution,
    ColumnReference,
    NumericDistribution,
)

if TYPE_CHECKING:
    import pandas as pd

REPORT_NAME = "evidently.html"
MAX_ROWS = 5_000
NOT_INSTALLED = (
    "Evidently isn't installed. The tests above don't need it. To add its report: "
    "pip install 'automl-magic[reports]'"
)
METHOD = (
    "Evidently uses its own tests and thresholds, without correction for multiple testing, so some "
    "of many columns drift by chance. Training rows aren't stored. Each column of its reference is "
    "drawn from the quantiles and shares of the model's reference, independently of the others."
)


SECTION = MonitorSection(
    name="evidently",
    part=MonitorPart.END,
    position=1,
)


@SECTION.cell
def evidently(analysis: WindowAnalysis, /, *, run_dir: str | os.PathLike[str]) -> SectionResult:
    """Write Evidently's data drift report to the run's folder as one HTML file."""
    if find_spec("evidently") is None:
        raise SectionSkipped(NOT_INSTALLED)
    analysis.check_enough_rows()
    # Turn off Evidently's telemetry. This must be set before the import.
    os.environ.setdefault("DO_NOT_TRACK", "1")
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    reference, current, numbers, levels = reference_and_window(analysis)
    if not numbers and not levels:
        raise SectionSkipped("The window has no columns to compare.")
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=levels)
    result = Report([DataDriftPreset()]).run(
        Dataset.from_pandas(current, definition), Dataset.from_pandas(reference, definition)
    )
    path = Path(run_dir).absolute() / REPORT_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, result.get_html_str(as_iframe=False).encode())
    except OSError as error:
        raise FolderNotWritable(
            f"Can't write to the folder {str(path.parent)!r}.",
            why=f"{error.strerror or error}.",
            fix="Free disk space or set run_dir to a writable folder, then run this cell again.",
        ) from error
    analysis.evidently = REPORT_NAME
    size = path.stat().st_size / 1e6
    return REPORT_NAME, CellOutput(
        notes=(f"Saved {REPORT_NAME} ({size:.1f} MB) in the run's folder.", METHOD)
    )


def reference_and_window(
    analysis: WindowAnalysis,
) -> tuple[pd.DataFrame, pd.DataFrame, list[str], list[str]]:
    """Return the reference and the window as tables, and their numeric and categorical columns."""
    import pandas as pd

    random = np.random.default_rng(0)
    rows = sample_rows(len(analysis.window.sampled), MAX_ROWS)
    reference, current = {}, {}
    numbers: list[str] = []
    levels: list[str] = []
    for column in analysis.reference.columns:
        if (
            column.name not in analysis.window.table
            or column.name in analysis.window.hidden_columns
        ):
            continue
        contents = analysis.contents(column.name)
        if column.distribution is None or len(contents.rows) == 0:
            continue
        n = min(MAX_ROWS, analysis.reference.rows)
        values: Array
        if contents.numbers is not None:
            values = np.full(len(analysis.window.sampled), np.nan)
            values[contents.rows] = contents.numbers
            numbers.append(column.name)
        else:
            values = np.full(len(analysis.window.sampled), None, dtype=object)
            values[contents.rows] = list(contents.texts or ())
            levels.append(column.name)
        reference[column.name] = draw_reference(column, n, random)
        current[column.name] = values[rows]
    return pd.DataFrame(reference), pd.DataFrame(current), numbers, levels


def draw_reference(column: ColumnReference, n: int, random: np.random.Generator) -> Array:
    """Draw `n` values from the distribution of a reference, in random order."""
    positions = (random.permutation(n) + 0.5) / n
    if isinstance(column.distribution, NumericDistribution):
        return _inverse(column.distribution, positions)
    assert isinstance(column.distribution, CategoricalDistribution)
    names = np.array([*column.distribution.levels, "(other)"], dtype=object)
    shares = np.cumsum([*column.distribution.shares, column.distribution.other])
    values: Array = names[np.minimum(np.searchsorted(shares, positions), len(names) - 1)]
    return values


def _inverse(numbers: NumericDistribution, positions: Floats) -> Floats:
    """Return quantiles, interpolated linearly between the knots.

    With few knots, returns only values of the reference.
    """
    below, knots = np.asarray(numbers.below), np.asarray(numbers.knots)
    upper = np.minimum(np.searchsorted(below, positions, side="left"), len(knots) - 1)
    if len(knots) < 20:
        return knots[upper]
    return np.interp(positions, below, knots)
