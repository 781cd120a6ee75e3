"""automl predict: predict the rows of a table."""

from __future__ import annotations

from typing import Any

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.flow.scoring import predict as score
from automl_magic.look.text import safe


@verb
@click.argument("model", metavar="RUN|MODEL")
@click.argument("input", metavar="INPUT")
@click.option("-o", "--output", required=True, metavar="FILE", help="CSV, Parquet or JSON lines.")
@click.option("--keep", multiple=True, metavar="COLUMN", help="Carry it along. Repeatable.")
@click.option("--keep-all", is_flag=True, help="Carry all columns of the table along.")
@click.option("--resume", is_flag=True, help="Go on after what a killed process had done.")
@click.option("--overwrite", is_flag=True, help="Replace FILE if it is there.")
def predict(door: Door, /, model: str, input: str, output: str, **options: Any) -> Answer:  # noqa: A002
    """Predict the rows of a table, in its order.

    MODEL is a run id, or a registered model: models:/NAME@candidate or models:/NAME/1. INPUT is
    CSV, Parquet or JSON lines (text also gzipped), or a folder or a pattern of Parquet files; it
    may be larger than memory.
    """
    with door.watching() as on_event:
        scored = score(
            model,
            door.table(input),
            output,
            on_event=on_event,
            workspace=door.workspace,
            **options,
        )
    rows = f"{scored.n_rows:,} row{'s' * (scored.n_rows != 1)}, {scored.rows_per_s:,.0f} a second"
    return Answer(scored, scored.to_json(), f"Wrote {safe(output)}: {rows}.")
