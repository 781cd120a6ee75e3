"""Options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from automl_magic.cli.types import ColumnKindOf, Duration, KindOfTask
from automl_magic.records import SPEC_SUFFIX

F = TypeVar("F", bound=Callable[..., Any])

_SEARCH = (
    click.argument("data"),
    click.option("-t", "--target", metavar="COLUMN", help="The column to predict."),
    click.option(
        "--task",
        type=KindOfTask(),
        help="Default: read off the target.",
    ),
    click.option("--metric", metavar="NAME", help="A scikit-learn metric. Default: the task's."),
    click.option(
        "--budget",
        "budget_s",
        type=Duration(),
        help="Wall clock of the search: 60s, 2m, 1h.  [default: 60s]",
    ),
    click.option(
        "-o",
        "--output",
        "folder",
        metavar="DIR",
        help="Default: a new one, named after the data.",
    ),
    click.option(
        "--holdout", type=float, help="Fraction of rows that measures the run once; 0 is off."
    ),
    click.option("--folds", type=int, help="Folds of the cross-validation."),
    click.option("--group", metavar="COLUMN", help="Rows of a group stay on one side of a split."),
    click.option("--time", metavar="COLUMN", help="The past is learned from, the future tested."),
    click.option("--seed", type=int, help="Seed of every random choice.  [default: 0]"),
    click.option("--threads", type=int, help="Threads a model may use.  [default: all cores]"),
    click.option("--exclude", multiple=True, metavar="COLUMN", help="Leave out. Repeatable."),
    click.option(
        "--kind",
        "kinds",
        multiple=True,
        type=ColumnKindOf(),
        help="Read a column as another kind. Repeatable.",
    ),
    click.option(
        "--select",
        metavar="NAME",
        help="Features to keep: auto, none, mutual_information or boruta.  [default: auto]",
    ),
    click.option("--candidates", metavar="NAME,…", help="Try only these."),
    click.option("--trials", type=int, help="Stop after so many trials."),
    click.option("--sampler", metavar="NAME", help="portfolio, random or tpe.  [default: tpe]"),
    click.option("--class-weight", is_flag=True, help="Rare classes weigh as much as others."),
    click.option(
        "--sensitive",
        multiple=True,
        metavar="COLUMN",
        help="For fairness. Repeatable.",
    ),
    click.option("--cost-false-positive", type=float, help="What a wrong yes costs."),
    click.option("--cost-false-negative", type=float, help="What a wrong no costs."),
    click.option(
        "--latency-ms",
        "latency_ms_p95",
        type=float,
        help="The longest that one row may take, in milliseconds, in 95 of 100 rows.",
    ),
    click.option("--problem", metavar="TEXT", help="What the model is for, in a sentence."),
    click.option("--overwrite", is_flag=True, help="Replace the plan that the folder holds."),
)

OF_THE_FOLDER = ("folder", "overwrite")


def search_options(function: F) -> F:
    """Add DATA and the options that `plan` and `fit` share; the help says what DATA may be."""
    from automl_magic.data.sources.registry import in_words

    function.__doc__ = (function.__doc__ or "").replace("DATA is a table", f"DATA is {in_words()}")
    for option in reversed(_SEARCH):
        function = option(function)
    return function


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were typed, in the words of `flow.plan`.

    What was not typed is left out, so that each default lives in one place.
    """
    typed = {name: value for name, value in options.items() if _was_typed(value)}
    if "candidates" in typed:
        typed["candidates"] = [name.strip() for name in typed["candidates"].split(",")]
    if "kinds" in typed:
        typed["kinds"] = dict(typed["kinds"])
    return typed


def _was_typed(value: object) -> bool:
    # A typed 0 is not False: `--holdout 0` turns the holdout off.
    return not (value is None or value is False or value == ())


def check_target(data: object, target: str | None, typed: dict[str, Any]) -> None:
    """Refuse a table without a target, and an experiment file with options that it answers."""
    if isinstance(data, str) and data.endswith(SPEC_SUFFIX):
        answered = [name for name in typed if name not in OF_THE_FOLDER]
        if target is not None or answered:
            raise click.UsageError(
                f"{data} says itself what is asked for; change it there, and leave out the options."
            )
    elif target is None:
        ctx = click.get_current_context()
        option = next(p for p in ctx.command.params if p.name == "target")
        raise click.MissingParameter(ctx=ctx, param=option)


def run_argument(function: F) -> F:
    """Add RUN: a run id, a unique beginning of one, or `last`."""
    return click.argument("run", default="last", metavar="[RUN]")(function)
