"""The first and last cell of the retrain notebook: its rows, and the decision."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.text_table import TextTable
from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import write_atomic
from automl_magic.monitor.retrain.comparison import ComparisonView
from automl_magic.records import EXCLUDED, CellLink, dumps
from automl_magic.records.monitoring.retrain import RETRAIN_NAME, RetrainReport, RowSource

NOTEBOOK = "output.ipynb"
BETTER, NOT_BETTER, WORSE = "better", "not_better", "worse"


def show_sources(rows: list[dict[str, Any]], excluded: dict[str, str]) -> CellOutput:
    """Show the rows and columns that the challenger is trained on."""
    lines = [(source["name"], f"{source['rows']:,}", source.get("note", "")) for source in rows]
    lines += [(f"column {name}", EXCLUDED, why) for name, why in excluded.items()]
    caption = "Data of the challenger"
    return CellOutput(tables=[TextTable(caption, ("", "rows", ""), lines, right=frozenset({1}))])


def decide(
    compared: ComparisonView,
    *,
    deployment: str,
    model: str,
    champion: int,
    rows: list[dict[str, Any]],
    excluded: dict[str, str],
    training_rows: int,
    run_dir: str | os.PathLike[str],
) -> str:
    """Write `retrain.json` and `result.json`, and return the result of the comparison.

    This doesn't promote the challenger: a better challenger waits for approval.

    Raises
    ------
    FolderNotWritable
    """
    folder, comparison = Path(run_dir).absolute(), compared.comparison
    decision = BETTER if comparison.is_better else WORSE if comparison.high < 0 else NOT_BETTER
    report = RetrainReport(
        deployment=deployment,
        model=model,
        champion=champion,
        sources=tuple(RowSource.from_json(row) for row in rows),
        excluded=excluded,
        training_rows=training_rows,
        recent_rows=comparison.champion.rows,
        comparison=comparison,
        decision=decision,
        why=compared.summary,
        link=CellLink(run_id=folder.name, notebook=NOTEBOOK, cell_id="compare"),
    )
    try:
        write_atomic(folder / RETRAIN_NAME, dumps(report.to_json()).encode())
        # The search wrote its result. Extend it to the result of a retraining.
        path = folder / "result.json"
        result = json.loads(path.read_text("utf-8"))
        result |= {
            "kind": "retrain",
            "deployment": deployment,
            "champion": champion,
            "decision": decision,
            "metrics": {
                f"recent_{comparison.metric}": comparison.challenger.score,
                f"champion_recent_{comparison.metric}": comparison.champion.score,
                "gain": comparison.gain,
                "p_better": comparison.p_better,
            },
        }
        write_atomic(path, dumps(result).encode())
    except OSError as error:
        raise FolderNotWritable(
            f"Can't write to the folder {str(folder)!r}.",
            why=f"{error.strerror or error}.",
            fix="Free disk space or set run_dir to a writable folder, then run this cell again.",
        ) from error
    return compared.summary
