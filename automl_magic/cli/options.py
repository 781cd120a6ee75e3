"""Options shared by several commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from automl_magic.cli.types import ColumnKindAssignment, Duration, MissingAssignment, TaskKindChoice
from automl_magic.records import SPEC_SUFFIX

F = TypeVar("F", bound=Callable[..., object])

sheet_option = click.option(
    "--sheet", metavar="NAME", help="Sheet of an Excel file. Default: the only one with a table."
)
_SEARCH = (
    click.argument("data"),
    sheet_option,
    click.option("-t", "--target", metavar="COLUMN", help="Column to predict."),
    click.option(
        "--task",
        type=TaskKindChoice(),
        help="Task type. Default: inferred from the target.",
    ),
    click.option(
        "--metric", metavar="NAME", help="Name of a scikit-learn metric. Default: by task."
    ),
    click.option(
        "--budget",
        "budget_s",
        type=Duration(),
        help="Time limit of the search: 60s, 2m, 1h.  [default: 60s]",
    ),
    click.option(
        "-o",
        "--output",
        "folder",
        metavar="DIR",
        help="Output folder. Default: a new folder named after the data.",
    ),
    click.option(
        "--holdout",
        type=float,
        help="Fraction of rows held out for the final score. 0 for none.",
    ),
    click.option("--folds", type=int, help="Number of cross-validation folds."),
    click.option("--group", metavar="COLUMN", help="Group column: no group crosses a split."),
    click.option(
        "--time", metavar="COLUMN", help="Time column: train on the past, test on the future."
    ),
    click.option("--seed", type=int, help="Random seed.  [default: 0]"),
    click.option("--threads", type=int, help="Maximum threads for a model.  [default: all cores]"),
    click.option(
        "--exclude", multiple=True, metavar="COLUMN", help="Column to exclude. Repeatable."
    ),
    click.option(
        "--include",
        multiple=True,
        metavar="COLUMN",
        help="Column to use although a check excludes it. Repeatable.",
    ),
    click.option(
        "--missing",
        multiple=True,
        type=MissingAssignment(),
        help="Texts that are missing values: NA,- or COLUMN=NA,-. Repeatable.",
    ),
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        type=ColumnKindAssignment(),
        help="Column and the kind to treat it as. Repeatable.",
    ),
    click.option(
        "--select",
        metavar="NAME",
        help="Feature selection: auto, none, mutual_information or boruta.  [default: auto]",
    ),
    click.option(
        "--candidates", metavar="NAME,…", help="Candidates to try, instead of the default."
    ),
    click.option("--trials", type=int, help="Maximum number of trials."),
    click.option(
        "--sampler", metavar="NAME", help="Sampler: portfolio, random or tpe.  [default: tpe]"
    ),
    click.option("--class-weight", is_flag=True, help="Give all classes the same total weight."),
    click.option(
        "--sensitive",
        multiple=True,
        metavar="COLUMN",
        help="Column to measure fairness by. Repeatable.",
    ),
    click.option("--cost-false-positive", type=float, help="Cost of a false positive."),
    click.option("--cost-false-negative", type=float, help="Cost of a false negative."),
    click.option(
        "--latency-ms",
        "latency_ms_p95",
        type=float,
        help="Latency limit per row, in ms (95th percentile).",
    ),
    click.option("--problem", metavar="TEXT", help="Purpose of the model, in a sentence."),
    click.option("--overwrite", is_flag=True, help="Replace an existing plan in the folder."),
)

FOLDER_OPTIONS = ("folder", "overwrite")


def table_text(text: str, sheet: str | None) -> str:
    """Return the text that names a table, with the sheet of `--sheet`.

    Raises
    ------
    click.UsageError
        If there's a sheet, but the table isn't in an Excel file.
    """
    from automl_magic.data.sources.excel import has_sheets
    from automl_magic.data.sources.parts import with_part

    if sheet is not None and not has_sheets(text):
        raise click.UsageError(f"--sheet is only for .xlsx files, but the table is {text[:80]!r}.")
    return with_part(text, sheet)


def search_options(function: F) -> F:
    """Add DATA and the options that `plan` and `fit` share. Lists the kinds of DATA in the help."""
    from automl_magic.data.sources.registry import help_text

    function.__doc__ = (function.__doc__ or "").replace("DATA is a table", f"DATA is {help_text()}")
    for option in reversed(_SEARCH):
        function = option(function)
    return function


def typed_options(options: Mapping[str, object]) -> dict[str, Any]:
    """Return the options that were typed, as keyword arguments of `flow.plan`.

    Options that weren't typed are omitted, so that each default is defined in one place.
    """
    typed: dict[str, Any] = {name: value for name, value in options.items() if _was_typed(value)}
    if "candidates" in typed:
        typed["candidates"] = [name.strip() for name in typed["candidates"].split(",")]
    if "kinds" in typed:
        typed["kinds"] = dict(typed["kinds"])
    if "missing" in typed:
        typed["missing"] = dict(typed["missing"])
    return typed


def _was_typed(value: object) -> bool:
    # A typed 0 isn't False: `--holdout 0` turns the holdout off.
    return not (value is None or value is False or value == ())


def check_target(data: object, target: str | None, typed: Mapping[str, object]) -> None:
    """Refuse a table without a target, and an experiment file with search options.

    Raises
    ------
    click.UsageError
    """
    if isinstance(data, str) and data.endswith(SPEC_SUFFIX):
        answered = [name for name in typed if name not in FOLDER_OPTIONS]
        if target is not None or answered:
            raise click.UsageError(
                f"{data} sets the target and all options. Edit the file instead of passing them."
            )
    elif target is None:
        ctx = click.get_current_context()
        option = next(p for p in ctx.command.params if p.name == "target")
        raise click.MissingParameter(ctx=ctx, param=option)


def run_argument(function: F) -> F:
    """Add RUN: a run ID, a unique prefix of one, or `last`."""
    return click.argument("run", default="last", metavar="[RUN]")(function)
