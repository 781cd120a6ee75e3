"""Partial dependence and individual conditional expectation (PDP and ICE)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_value
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.column_ranges import MAX_SCANNED_ROWS, count_levels, is_date, nearest_row
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import (
    JsonScalar,
    axis_label,
    format_cell,
    round_number,
    round_numbers,
    to_json_value,
)
from automl_magic.explain.ranking import top_columns
from automl_magic.explain.section import ExplainPart, ExplainSection, section_metadata
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.explanations.inspection import (
    ColumnDependence,
    Dependence,
    DependenceLine,
)
from automl_magic.tasks.splits import Rows

MAX_COLUMNS, MAX_POINTS, MAX_LEVELS = 8, 20, 10
DAY = 86_400e6  # microseconds
MAX_ROWS, BLOCK, ICE_ROWS, MAX_OUTPUTS = 500, 50, 30, 5
METHOD = (
    "Partial dependence (Friedman, Annals of Statistics 29, 2001) with individual conditional "
    "expectations (Goldstein et al., JCGS 24, 2015): the output if a column is set to a value in "
    "all rows. If columns are correlated, some of these rows can't exist."
)
SEEN = "These are values of the final model, which was trained on these rows."


SECTION = ExplainSection(
    record=Dependence,
    part=ExplainPart.CHANGES,
    position=2,
    time_share=0.5,
)


@SECTION.cell
def dependence(explainer: Explainer, /) -> SectionResult:
    """Predict with each of the top columns set to the values of a grid."""
    visible = [name for name in top_columns(explainer) if name not in explainer.personal]
    if not visible:
        raise SectionSkipped("All columns of the model look personal.")
    names = visible[:MAX_COLUMNS]
    sampled = explainer.sample(explainer.unseen.test_rows, MAX_ROWS, salt=9)
    sampled = np.random.default_rng((explainer.recipe.seed, 9)).permutation(sampled)
    grids = {name: _grid(explainer.table[name], explainer.order[name]) for name in names}
    outputs = _on_grids(explainer, {name: grids[name].values for name in names}, sampled)
    rows, output_indices = sampled[: next(iter(outputs.values())).shape[1]], _outputs(explainer)
    notes = [] if explainer.test_model else [SEEN]
    if len(outputs) < len(names) or len(rows) < len(sampled):
        progress = f"{len(outputs)} of {len(names)} columns and {len(rows)} of {len(sampled)} rows"
        notes.append(f"Stopped at its time limit after {progress}.")
    if len(output_indices) < len(explainer.outputs):
        notes.append(
            f"The {len(output_indices)} most frequent of {len(explainer.outputs)} classes are "
            "shown."
        )
    model = "a model refitted without them" if explainer.test_model else "the final model"
    section = Dependence(
        **section_metadata(
            METHOD,
            rows=len(rows),
            rows_are=f"{len(rows):,} rows, predicted by {model}",
            notes=notes,
        ),
        scale=explainer.scale,
        refitted=explainer.test_model is not None,
        ice_rows=tuple(explainer.row_numbers[rows[:ICE_ROWS]].tolist()),
        columns=tuple(
            _of_column(explainer, name, grids[name], column_outputs, output_indices)
            for name, column_outputs in outputs.items()
        ),
    )
    return section, CellOutput(figure=_draw(explainer, section), folded=_tables(section))


def _on_grids(explainer: Explainer, grids: dict[str, Array], rows: Rows) -> dict[str, Floats]:
    """Return the outputs with each column set to its grid, of shape (points, rows, n_outputs).

    All columns are predicted in one block of rows after the other, until the deadline. If the
    deadline is in the first block, the most important columns come first.
    """
    deadline = explainer.clock.until(SECTION.time_share)
    blocks: dict[str, list[Floats]] = {}
    for start in range(0, len(rows), BLOCK):
        table = explainer.rows(rows[start : start + BLOCK])
        n = len(rows[start : start + BLOCK])
        block: dict[str, Floats] = {}
        for name, grid in grids.items():
            if block and deadline.has_passed:
                break
            stacked = {column: np.tile(values, len(grid)) for column, values in table.items()}
            stacked[name] = np.repeat(grid, n)
            out = explainer.predict_output(stacked, explainer.test_model)
            block[name] = out.reshape(len(grid), n, -1)
        if blocks and len(block) < len(blocks):
            break
        for name, out in block.items():
            blocks.setdefault(name, []).append(out)
        if deadline.has_passed:
            break
    return {name: np.concatenate(parts, axis=1) for name, parts in blocks.items()}


def _outputs(explainer: Explainer) -> list[int]:
    if len(explainer.outputs) <= MAX_OUTPUTS:
        return list(range(len(explainer.outputs)))
    counts = np.bincount(explainer.y, minlength=len(explainer.outputs))
    return np.sort(np.argsort(-counts, kind="stable")[:MAX_OUTPUTS]).tolist()


def _of_column(
    explainer: Explainer, name: str, grid: _Grid, out: Floats, output_indices: list[int]
) -> ColumnDependence:
    first = explainer.outputs.index(explainer.output)
    lines = []
    for k in output_indices:
        of_rows = out[:, :, k]
        low, high = np.quantile(of_rows, [0.1, 0.9], axis=1)
        ice = of_rows[:, :ICE_ROWS].T if k == first else ()
        lines.append(
            DependenceLine(
                output=explainer.outputs[k],
                mean=round_numbers(of_rows.mean(axis=1)),
                low=round_numbers(low),
                high=round_numbers(high),
                ice=tuple(round_numbers(line) for line in ice),
            )
        )
    return ColumnDependence(
        column=name,
        ordered=grid.places is not None,
        grid=tuple(_tidy(value) for value in grid.values),
        density=round_numbers(grid.density),
        lines=tuple(lines),
        positions=_places(explainer, name, grid),
    )


def _places(explainer: Explainer, name: str, grid: _Grid) -> tuple[float, ...]:
    if grid.places is None:
        return ()
    is_days = is_date(explainer.recipe, name, explainer.table[name])
    return round_numbers(grid.places / DAY if is_days else grid.places)


def _tidy(value: object) -> JsonScalar:
    json_value = to_json_value(value)
    return round_number(json_value) if isinstance(json_value, float) else json_value


@dataclass(frozen=True)
class _Grid:
    """Grid values of a column, the share of rows nearest to each, and their numeric positions."""

    values: Array
    density: Floats
    places: Floats | None


def _grid(values: Array, order: Floats | None) -> _Grid:
    """Return values from the table: at even quantiles, or the most frequent levels."""
    if order is not None and np.isfinite(order).any():
        finite = order[np.isfinite(order)]
        even = np.linspace(0.01, 0.99, MAX_POINTS)
        targets = np.unique(np.quantile(finite, even))
        if len(targets) < MAX_POINTS // 2:  # one value dominates: add quantiles of distinct values
            distinct_targets = np.quantile(np.unique(finite), even[::2])
            targets = np.unique(np.concatenate([targets, distinct_targets]))
        rows = np.array([nearest_row(order, float(target)) for target in targets])
        places, firsts = np.unique(order[rows], return_index=True)
        middles = (places[1:] + places[:-1]) / 2
        counts = np.bincount(np.searchsorted(middles, finite), minlength=len(places))
        return _Grid(values[rows[firsts]], counts / len(values), places)
    counts_of = count_levels(values)
    frequent = [level for level, _ in counts_of.most_common(MAX_LEVELS)]
    of = [
        next(i for i, value in enumerate(values) if to_json_value(value) == level)
        for level in frequent
    ]
    shares = np.array([counts_of[level] for level in frequent]) / min(len(values), MAX_SCANNED_ROWS)
    return _Grid(values[of], shares, None)


def _draw(explainer: Explainer, section: Dependence) -> PngFigure:
    figure, axes = plotting.grid(len(section.columns), across=4, height=2.4)
    ranges = []
    for ax, column in zip(axes, section.columns, strict=True):
        line = next(line for line in column.lines if line.output == explainer.output)
        is_numeric = column.ordered and not is_date(
            explainer.recipe, column.column, explainer.table[column.column]
        )
        places = np.array(column.positions) if column.ordered else np.arange(len(column.grid))
        for ice in line.ice:
            ax.plot(places, ice, color=plotting.FAINT, linewidth=0.4, alpha=0.5)
        mark = "" if column.ordered else "o"
        ax.plot(
            places, line.mean, color=plotting.COLOURS[1], linewidth=2, marker=mark, markersize=4
        )
        if not is_numeric:
            every = max(1, len(column.grid) // 8)
            names = [axis_label(value, 12) for value in column.grid[::every]]
            ax.set_xticks(places[::every], names, rotation=60, ha="right", fontsize=6)
        ax.set_title(axis_label(column.column), fontsize=9)
        lowest, highest = int(np.argmin(line.mean)), int(np.argmax(line.mean))
        ranges.append(
            f"{format_cell(column.column)} from {format_value(line.mean[lowest])} "
            f"at {format_cell(column.grid[lowest], 16)} to {format_value(line.mean[highest])} "
            f"at {format_cell(column.grid[highest], 16)}"
        )
    return PngFigure.of(
        figure,
        f"Partial dependence: {section.scale} by one column, on average (thick) and in single rows "
        f"(thin): {'; '.join(ranges)}.",
    )


def _tables(section: Dependence) -> list[TextTable]:
    return [
        TextTable(
            f"Mean output by {format_cell(column.column)}",
            ("Value", "Share of rows", *(_name(line) for line in column.lines)),
            [
                (
                    format_cell(value),
                    f"{column.density[i]:.3f}",
                    *(format_value(line.mean[i]) for line in column.lines),
                )
                for i, value in enumerate(column.grid)
            ],
            frozenset(range(1, 2 + len(column.lines))),
        )
        for column in section.columns
    ]


def _name(line: DependenceLine) -> str:
    return "Mean" if line.output is None else f"Mean of class {line.output}"
