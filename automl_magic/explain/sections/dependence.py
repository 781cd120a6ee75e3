"""dependence: how the output moves with one column, on average and row by row (PDP and ICE)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.columns import MOST_SCANNED, is_date, levels_of, nearest_row
from automl_magic.explain.ranking import top_columns
from automl_magic.explain.section import ExplainSection, Part, section_metadata
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import all_rounded, on_axis, plain, rounded, shown
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.numbers import format_value
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text_table import TextTable
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.explanations.explained import Dependence, DependenceLine, DependenceOf

MOST_COLUMNS, MOST_POINTS, MOST_LEVELS = 8, 20, 10
DAY = 86_400e6  # microseconds
MOST_ROWS, BLOCK, ICE_ROWS, MOST_OUTPUTS = 500, 50, 30, 5
METHOD = (
    "Partial dependence (Friedman, Annals of Statistics 29, 2001) with individual conditional "
    "expectations (Goldstein et al., JCGS 24, 2015): the output when a column is set to a value in "
    "all rows. Where columns hang together, some of these rows could not exist."
)
SEEN = "The final model was used, which has learned from these rows."


SECTION = ExplainSection(
    record=Dependence,
    part=Part.CHANGES,
    place=2,
    time_share=0.5,
)


@SECTION.cell
def dependence(subject: Subject, /) -> SectionResult:
    """Set each of the top columns to the values of a grid, and see what the model says."""
    names = top_columns(subject)[:MOST_COLUMNS]
    wanted = subject.sample(subject.unseen.tested, MOST_ROWS, salt=9)
    wanted = np.random.default_rng((subject.recipe.seed, 9)).permutation(wanted)
    grids = {name: _grid(subject.table[name], subject.order[name]) for name in names}
    outputs = _on_grids(subject, {name: grids[name].values for name in names}, wanted)
    rows, kept = wanted[: next(iter(outputs.values())).shape[1]], _outputs(subject)
    notes = [] if subject.tester else [SEEN]
    if len(outputs) < len(names) or len(rows) < len(wanted):
        done = f"{len(outputs)} of {len(names)} columns and {len(rows)} of {len(wanted)} rows"
        notes.append(f"Stopped at its share of the time after {done}.")
    if len(kept) < len(subject.outputs):
        notes.append(f"The {len(kept)} most frequent of {len(subject.outputs)} classes are shown.")
    fitted = "fitted anew without them" if subject.tester else "the final one"
    section = Dependence(
        **section_metadata(
            METHOD,
            rows=len(rows),
            rows_are=f"{len(rows):,} rows; the model is {fitted}",
            notes=notes,
        ),
        scale=subject.scale,
        refitted=subject.tester is not None,
        ice_rows=tuple(subject.row_numbers[rows[:ICE_ROWS]].tolist()),
        columns=tuple(
            _of_column(subject, name, grids[name], found, kept) for name, found in outputs.items()
        ),
    )
    return section, CellOutput(picture=_drawn(subject, section), folded=_tables(section))


def _on_grids(subject: Subject, grids: dict[str, Array], wanted: Any) -> dict[str, Floats]:
    """Return the outputs with each column set to its grid, of shape (points, rows, n_outputs).

    It goes block by block of rows, all columns in each, until the time is over. If it is over in
    the first block, the columns that were thought most important have been done.
    """
    deadline = subject.clock.until(SECTION.time_share)
    blocks: dict[str, list[Floats]] = {}
    for start in range(0, len(wanted), BLOCK):
        table = subject.rows(wanted[start : start + BLOCK])
        n = len(wanted[start : start + BLOCK])
        made: dict[str, Floats] = {}
        for name, grid in grids.items():
            if made and deadline.is_over:
                break
            stacked = {column: np.tile(values, len(grid)) for column, values in table.items()}
            stacked[name] = np.repeat(grid, n)
            out = subject.predict_output(stacked, subject.tester)
            made[name] = out.reshape(len(grid), n, -1)
        if blocks and len(made) < len(blocks):
            break
        for name, out in made.items():
            blocks.setdefault(name, []).append(out)
        if deadline.is_over:
            break
    return {name: np.concatenate(parts, axis=1) for name, parts in blocks.items()}


def _outputs(subject: Subject) -> list[int]:
    if len(subject.outputs) <= MOST_OUTPUTS:
        return list(range(len(subject.outputs)))
    counts = np.bincount(subject.y, minlength=len(subject.outputs))
    return np.sort(np.argsort(-counts, kind="stable")[:MOST_OUTPUTS]).tolist()


def _of_column(
    subject: Subject, name: str, grid: _Grid, out: Floats, kept: list[int]
) -> DependenceOf:
    first = subject.outputs.index(subject.output)
    lines = []
    for k in kept:
        of_rows = out[:, :, k]
        low, high = np.quantile(of_rows, [0.1, 0.9], axis=1)
        ice = of_rows[:, :ICE_ROWS].T if k == first else ()
        lines.append(
            DependenceLine(
                output=subject.outputs[k],
                mean=all_rounded(of_rows.mean(axis=1)),
                low=all_rounded(low),
                high=all_rounded(high),
                ice=tuple(all_rounded(line) for line in ice),
            )
        )
    return DependenceOf(
        column=name,
        ordered=grid.places is not None,
        grid=tuple(_tidy(value) for value in grid.values),
        density=all_rounded(grid.density),
        lines=tuple(lines),
        places=_places(subject, name, grid),
    )


def _places(subject: Subject, name: str, grid: _Grid) -> tuple[float, ...]:
    if grid.places is None:
        return ()
    is_days = is_date(subject.recipe, name, subject.table[name])
    return all_rounded(grid.places / DAY if is_days else grid.places)


def _tidy(value: Any) -> Any:
    found = plain(value)
    return rounded(found) if isinstance(found, float) else found


@dataclass(frozen=True)
class _Grid:
    """Values of a column, the share of the rows nearest to each, and their places on a scale."""

    values: Array
    density: Floats
    places: Floats | None


def _grid(values: Array, order: Floats | None) -> _Grid:
    """Return values that stand in the table: at even quantiles, or the most frequent levels."""
    if order is not None and np.isfinite(order).any():
        known = order[np.isfinite(order)]
        even = np.linspace(0.01, 0.99, MOST_POINTS)
        wanted = np.unique(np.quantile(known, even))
        if len(wanted) < MOST_POINTS // 2:  # one value in most rows: the others are a scale too
            apart = np.quantile(np.unique(known), even[::2])
            wanted = np.unique(np.concatenate([wanted, apart]))
        rows = np.array([nearest_row(order, float(at)) for at in wanted])
        places, firsts = np.unique(order[rows], return_index=True)
        middles = (places[1:] + places[:-1]) / 2
        counts = np.bincount(np.searchsorted(middles, known), minlength=len(places))
        return _Grid(values[rows[firsts]], counts / len(values), places)
    counts_of = levels_of(values)
    frequent = [level for level, _ in counts_of.most_common(MOST_LEVELS)]
    of = [next(i for i, value in enumerate(values) if plain(value) == one) for one in frequent]
    shares = np.array([counts_of[level] for level in frequent]) / min(len(values), MOST_SCANNED)
    return _Grid(values[of], shares, None)


def _drawn(subject: Subject, found: Dependence) -> PngFigure:
    figure, axes = draw.grid(len(found.columns), across=4, height=2.4)
    said = []
    for ax, one in zip(axes, found.columns, strict=True):
        line = next(line for line in one.lines if line.output == subject.output)
        numbers = one.ordered and not is_date(subject.recipe, one.column, subject.table[one.column])
        places = np.array(one.places) if one.ordered else np.arange(len(one.grid))
        for ice in line.ice:
            ax.plot(places, ice, color=draw.FAINT, linewidth=0.4, alpha=0.5)
        mark = "" if one.ordered else "o"
        ax.plot(places, line.mean, color=draw.COLOURS[1], linewidth=2, marker=mark, markersize=4)
        if not numbers:
            every = max(1, len(one.grid) // 8)
            names = [on_axis(value, 12) for value in one.grid[::every]]
            ax.set_xticks(places[::every], names, rotation=60, ha="right", fontsize=6)
        ax.set_title(on_axis(one.column), fontsize=9)
        least, most = int(np.argmin(line.mean)), int(np.argmax(line.mean))
        said.append(
            f"{shown(one.column)} from {format_value(line.mean[least])} "
            f"at {shown(one.grid[least], 16)} to {format_value(line.mean[most])} "
            f"at {shown(one.grid[most], 16)}"
        )
    return PngFigure.of(
        figure,
        f"How {found.scale} moves with one column, on average (thick) and in single rows (thin): "
        f"{'; '.join(said)}.",
    )


def _tables(found: Dependence) -> list[TextTable]:
    return [
        TextTable(
            f"mean output by {shown(one.column)}",
            ("Value", "Share of the rows", *(_name(line) for line in one.lines)),
            [
                (
                    shown(value),
                    f"{one.density[i]:.3f}",
                    *(format_value(line.mean[i]) for line in one.lines),
                )
                for i, value in enumerate(one.grid)
            ],
            frozenset(range(1, 2 + len(one.lines))),
        )
        for one in found.columns
    ]


def _name(line: DependenceLine) -> str:
    return "Mean" if line.output is None else f"Mean of class {line.output}"
