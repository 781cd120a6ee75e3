"""automl predict: predict the rows of a table."""

from __future__ import annotations

import click

from automl_magic import flow
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.look.text import safe


@verb
@click.argument("model", metavar="RUN|MODEL")
@click.argument("input", metavar="INPUT")
@click.option("-o", "--output", required=True, metavar="FILE", help="CSV, Parquet or JSON lines.")
def predict(door: Door, /, model: str, input: str, output: str) -> Answer:  # noqa: A002
    """Predict the rows of a table, in its order.

    MODEL is a run id, or a registered model: models:/NAME@candidate or models:/NAME/1.
    """
    path = flow.predict(model, door.table(input), output)
    return Answer(path, {"predictions": str(path)}, f"Wrote {safe(path)}.")
