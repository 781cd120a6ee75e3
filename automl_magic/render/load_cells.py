"""The cell that loads a table with automl-magic, by the plan's rule for missing values."""

from __future__ import annotations

from automl_magic.records import Plan
from automl_magic.records.data.missing import MissingWords


def load_piece(name: str, plan: Plan) -> tuple[str, dict[str, object]]:
    """Return the name of the piece that loads a plan's table, and the values of its slots.

    The default texts for a missing value aren't written into the cell.
    """
    missing = plan.dataset.missing
    if missing == MissingWords():
        return name, {}
    rule = missing.to_json()
    if missing.all == MissingWords().all:
        del rule["all"]
    return f"{name}_missing", {"missing": rule}
