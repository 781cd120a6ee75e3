"""decide: what the comparison comes to, written down as the last cell of the notebook."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import write_atomic
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.text_table import TextTable
from automl_magic.monitor.retrain.comparison import Compared
from automl_magic.records import Link, dumps
from automl_magic.records.monitoring.retrain import RETRAIN_NAME, Retraining, Source

NOTEBOOK = "output.ipynb"
BETTER, NOT_BETTER, WORSE = "better", "not_better", "worse"


def sources(rows: list[dict[str, Any]], excluded: dict[str, str]) -> CellOutput:
    """Show which rows and columns a challenger is made from."""
    lines = [(one["name"], f"{one['rows']:,}", one.get("note", "")) for one in rows]
    lines += [(f"column {name}", "left out", why) for name, why in excluded.items()]
    caption = "What the challenger is made from"
    return CellOutput(tables=[TextTable(caption, ("", "rows", ""), lines, right=frozenset({1}))])


def decide(
    compared: Compared,
    *,
    deployment: str,
    model: str,
    champion: int,
    rows: list[dict[str, Any]],
    excluded: dict[str, str],
    training_rows: int,
    run_dir: str | os.PathLike[str],
) -> str:
    """Write `retrain.json` and the result, and say in a sentence what the comparison comes to.

    Promotes nothing: a challenger that is better waits for an approval.

    Raises
    ------
    FolderNotWritable
    """
    folder, found = Path(run_dir).absolute(), compared.comparison
    decision = BETTER if found.is_better else WORSE if found.high < 0 else NOT_BETTER
    made = Retraining(
        deployment=deployment,
        model=model,
        champion=champion,
        sources=tuple(Source.from_json(one) for one in rows),
        excluded=excluded,
        training_rows=training_rows,
        recent_rows=found.champion.rows,
        comparison=found,
        decision=decision,
        why=compared.in_words,
        link=Link(run_id=folder.name, notebook=NOTEBOOK, cell_id="compare"),
    )
    try:
        write_atomic(folder / RETRAIN_NAME, dumps(made.to_json()).encode())
        # The search has written its own; from here on this is the result of a retraining.
        path = folder / "result.json"
        result = json.loads(path.read_text("utf-8"))
        result |= {
            "kind": "retrain",
            "deployment": deployment,
            "champion": champion,
            "decision": decision,
            "metrics": {
                f"recent_{found.metric}": found.challenger.score,
                f"champion_recent_{found.metric}": found.champion.score,
                "gain": found.gain,
                "p_better": found.p_better,
            },
        }
        write_atomic(path, dumps(result).encode())
    except OSError as error:
        raise FolderNotWritable(
            f"The folder {str(folder)!r} cannot be written.",
            why=f"{error.strerror or error}.",
            fix="Set run_dir to a folder of yours, or free some space, and run this cell again.",
        ) from error
    return compared.in_words
