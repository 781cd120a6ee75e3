"""`POST /v1/outcomes`: outcomes of earlier predictions."""

from __future__ import annotations

from typing import Any

from automl_magic_serving.endpoint.ids import is_id
from automl_magic_serving.gate.problem import Problem, malformed

MOST_OUTCOMES = 1_000
_VALUES = (str, int, float, bool)
_LONGEST = 1_000


def read_outcomes(document: Any) -> list[tuple[str, Any]]:
    """Parse `{"prediction_id", "outcome"}`, or `{"outcomes": [such objects]}`."""
    if type(document) is not dict:
        raise malformed("The body must be an object.")
    many = document.get("outcomes")
    if many is None:
        return [_one(document, "")]
    if type(many) is not list or not 1 <= len(many) <= MOST_OUTCOMES or len(document) > 1:
        raise malformed(
            f"`outcomes` must be a list of 1 to {MOST_OUTCOMES:,} items, and the only field.",
            field="outcomes",
        )
    return [_one(one, f"outcomes.{place}.") for place, one in enumerate(many)]


def _one(document: Any, where: str) -> tuple[str, Any]:
    if type(document) is not dict or document.keys() != {"prediction_id", "outcome"}:
        raise Problem(
            400,
            "malformed",
            "An outcome must be an object with only `prediction_id` and `outcome`.",
            [{"field": where.rstrip(".")}],
        )
    prediction_id, outcome = document["prediction_id"], document["outcome"]
    if type(prediction_id) is not str or not is_id(prediction_id):
        raise malformed("This isn't a prediction id.", field=f"{where}prediction_id")
    if type(outcome) not in _VALUES or (type(outcome) is str and len(outcome) > _LONGEST):
        raise malformed(
            f"An outcome must be a number or a label of at most {_LONGEST:,} characters.",
            field=f"{where}outcome",
        )
    return prediction_id, outcome
