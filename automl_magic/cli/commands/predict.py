"""automl predict: predict the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.options import sheet_option, table_text
from automl_magic.display.text import printable
from automl_magic.flow.scoring import predict as score
from automl_magic.records.data.schema import OnUnread


@subcommand
@click.argument("model", metavar="RUN|MODEL")
@click.argument("input", metavar="INPUT")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="File to write: CSV, Parquet or JSON lines.",
)
@click.option(
    "--keep", multiple=True, metavar="COLUMN", help="Input column to copy to FILE. Repeatable."
)
@click.option("--keep-all", is_flag=True, help="Copy all input columns to FILE.")
@click.option(
    "--on-unread",
    type=click.Choice([choice.value for choice in OnUnread]),
    default=OnUnread.FAIL.value,
    help="If a column has too many values that can't be read: fail, or predict them as missing.  "
    "[default: fail]",
)
@sheet_option
@click.option("--resume", is_flag=True, help="Continue an interrupted job.")
@click.option("--overwrite", is_flag=True, help="Replace FILE and discard an interrupted job.")
def predict(
    frontend: Frontend,
    /,
    model: str,
    input: str,  # noqa: A002
    output: str,
    *,
    keep: tuple[str, ...],
    keep_all: bool,
    on_unread: str,
    sheet: str | None,
    resume: bool,
    overwrite: bool,
) -> CommandResult:
    """Predict the rows of a table and write them in the same order.

    MODEL is a run ID or a registered model: models:/NAME@candidate or models:/NAME/1. INPUT is a
    CSV, Parquet or JSON lines file (text can be gzipped), or a folder or pattern of Parquet files.
    These can be larger than memory. It can also be an Excel sheet, or a zip with one table.
    """
    with frontend.show_progress() as on_event:
        summary = score(
            model,
            frontend.resolve_table(table_text(input, sheet)),
            output,
            on_event=on_event,
            workspace=frontend.workspace,
            keep=keep,
            keep_all=keep_all,
            on_unread=on_unread,
            resume=resume,
            overwrite=overwrite,
        )
    rows = f"{summary.n_rows:,} row{'s' * (summary.n_rows != 1)}, {summary.rows_per_s:,.0f} rows/s"
    lines = [f"Wrote {printable(output)}: {rows}.", *_unread_lines(summary.unread)]
    return CommandResult(summary, summary.to_json(), "\n".join(lines))


def _unread_lines(unread: Mapping[str, int]) -> Iterator[str]:
    """Yield a line on each column with values that couldn't be read."""
    for name, count in unread.items():
        values = "value" if count == 1 else "values"
        yield f"{printable(name, 60)}: {count:,} {values} can't be read and count as missing."
