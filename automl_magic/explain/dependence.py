"""dependence: how the output moves with one column, on average and row by row (PDP and ICE)."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.clock import Deadline
from automl_magic.explain.columns import nearest_row
from automl_magic.explain.part import Found, NotMade, about, part
from automl_magic.explain.permutation import top_columns
from automl_magic.explain.shown import Picture, Shown, Table
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import all_rounded, number, on_axis, plain, rounded, shown
from automl_magic.recipe.values import Array, Floats, as_missing
from automl_magic.records.explained import Dependence, DependenceLine, DependenceOf

MOST_COLUMNS, MOST_POINTS, MOST_LEVELS = 8, 20, 10
MOST_ROWS, FEWEST_ROWS, ICE_ROWS, MOST_OUTPUTS = 500, 50, 30, 5
METHOD = (
    "Partial dependence (Friedman, Annals of Statistics 29, 2001) with individual conditional "
    "expectations (Goldstein et al., JCGS 24, 2015): the output when a column is set to a value in "
    "all rows. Where columns hang together, some of these rows could not exist."
)
SEEN = "The final model was used, which has learned from these rows."


@part("dependence")
def dependence(subject: Subject, /) -> Found:
    """Set each of the top columns to the values of a grid, and see what the model says."""
    deadline = subject.clock.until("dependence")
    names = top_columns(subject)[:MOST_COLUMNS]
    rows = subject.sample(subject.unseen.tested, _affordable(subject, names, deadline), salt=9)
    table = subject.rows(rows)
    kept = _outputs(subject)
    found: list[DependenceOf] = []
    for name in names:
        if deadline.is_over:
            break
        found.append(_of_column(subject, name, table, kept))
    if not found:
        raise NotMade("The time was not enough for one column; give it more with --budget.")
    notes = [] if subject.tester else [SEEN]
    if len(found) < len(names):
        notes.append(
            f"Stopped at its share of the time after {len(found)} of {len(names)} columns."
        )
    if len(kept) < len(subject.outputs):
        notes.append(f"The {len(kept)} most frequent of {len(subject.outputs)} classes are shown.")
    ice_rows = subject.row_numbers[rows[_ice(len(rows))]]
    fitted = "fitted anew without them" if subject.tester else "the final one"
    section = Dependence(
        **about(
            METHOD,
            rows=len(rows),
            rows_are=f"{len(rows):,} rows; the model is {fitted}",
            notes=notes,
        ),
        scale=subject.scale,
        refitted=subject.tester is not None,
        ice_rows=tuple(ice_rows.tolist()),
        columns=tuple(found),
    )
    return section, Shown(picture=_drawn(subject, section), folded=_tables(section))


def _affordable(subject: Subject, names: list[str], deadline: Deadline) -> int:
    left_s = 0.8 * deadline.left_s / max(1, len(names))
    for rows in (MOST_ROWS, 200, 100):
        if subject.seconds(rows * MOST_POINTS) <= left_s:
            return rows
    return FEWEST_ROWS


def _outputs(subject: Subject) -> list[int]:
    if len(subject.outputs) <= MOST_OUTPUTS:
        return list(range(len(subject.outputs)))
    counts = np.bincount(subject.y, minlength=len(subject.outputs))
    return np.sort(np.argsort(-counts, kind="stable")[:MOST_OUTPUTS]).tolist()


def _ice(n: int) -> Any:
    return np.unique(np.linspace(0, n - 1, min(n, ICE_ROWS)).astype(int))


def _of_column(subject: Subject, name: str, table: dict[str, Any], kept: list[int]) -> DependenceOf:
    grid, density, ordered = _grid(subject.table[name], subject.order[name])
    n, points = len(next(iter(table.values()))), len(grid)
    stacked = {column: np.tile(values, points) for column, values in table.items()}
    stacked[name] = np.repeat(grid, n)
    out = subject.predict_output(stacked, subject.tester).reshape(points, n, -1)
    first = subject.outputs.index(subject.output)
    lines = []
    for k in kept:
        of_rows = out[:, :, k]
        low, high = np.quantile(of_rows, [0.1, 0.9], axis=1)
        ice = of_rows[:, _ice(n)].T if k == first else ()
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
        ordered=ordered,
        grid=tuple(_tidy(value) for value in grid),
        density=all_rounded(density),
        lines=tuple(lines),
    )


def _tidy(value: Any) -> Any:
    found = plain(value)
    return rounded(found) if isinstance(found, float) else found


def _grid(values: Array, order: Floats | None) -> tuple[Array, Floats, bool]:
    """Return values of the table, the share of the rows nearest to each, and if it is a scale."""
    if order is not None and np.isfinite(order).any():
        known = order[np.isfinite(order)]
        wanted = np.unique(np.quantile(known, np.linspace(0.01, 0.99, MOST_POINTS)))
        rows = sorted({nearest_row(order, float(at)) for at in wanted}, key=lambda i: order[i])
        places = order[rows]
        places, firsts = np.unique(places, return_index=True)
        rows = [rows[i] for i in firsts]
        middles = (places[1:] + places[:-1]) / 2
        counts = np.bincount(np.searchsorted(middles, known), minlength=len(places))
        return values[rows], counts / len(values), True
    missing = as_missing(values)
    levels: dict[Any, int] = {}
    for row in np.flatnonzero(~missing):
        levels.setdefault(plain(values[row]), int(row))
    counts_of = Counter(plain(value) for value in values[~missing])
    frequent = [level for level, _ in counts_of.most_common(MOST_LEVELS)]
    shares = np.array([counts_of[level] / len(values) for level in frequent])
    return values[[levels[level] for level in frequent]], shares, False


def _drawn(subject: Subject, found: Dependence) -> Picture:
    figure, axes = draw.grid(len(found.columns), across=4, height=2.4)
    said = []
    for ax, one in zip(axes, found.columns, strict=True):
        line = next(line for line in one.lines if line.output == subject.output)
        places: Any = np.arange(len(one.grid))
        numbers = one.ordered and all(isinstance(v, int | float) for v in one.grid)
        if numbers:
            places = np.array(one.grid, dtype=float)
        for ice in line.ice:
            ax.plot(places, ice, color=draw.FAINT, linewidth=0.4, alpha=0.5)
        mark = "" if one.ordered else "o"
        ax.plot(places, line.mean, color=draw.COLOURS[1], linewidth=2, marker=mark, markersize=4)
        if not numbers:
            every = max(1, len(one.grid) // 8)
            shown_places = places[::every]
            names = [on_axis(one.grid[i], 12) for i in shown_places]
            ax.set_xticks(shown_places, names, rotation=60, ha="right", fontsize=6)
        ax.set_title(on_axis(one.column), fontsize=9)
        least, most = int(np.argmin(line.mean)), int(np.argmax(line.mean))
        said.append(
            f"{shown(one.column)} from {number(line.mean[least])} at {shown(one.grid[least], 16)} "
            f"to {number(line.mean[most])} at {shown(one.grid[most], 16)}"
        )
    return draw.picture(
        figure,
        f"How {found.scale} moves with one column, on average (thick) and in single rows (thin): "
        f"{'; '.join(said)}.",
    )


def _tables(found: Dependence) -> list[Table]:
    return [
        Table(
            f"mean output by {shown(one.column)}",
            ("Value", "Share of the rows", *(_name(line) for line in one.lines)),
            [
                (
                    shown(value),
                    f"{one.density[i]:.3f}",
                    *(number(line.mean[i]) for line in one.lines),
                )
                for i, value in enumerate(one.grid)
            ],
            frozenset(range(1, 2 + len(one.lines))),
        )
        for one in found.columns
    ]


def _name(line: DependenceLine) -> str:
    return "Mean" if line.output is None else f"Mean of class {line.output}"
