"""`POST /v1/outcomes`: what came true, when it is known."""

from __future__ import annotations

from typing import Any

from automl_magic_serving.endpoint.ids import is_id
from automl_magic_serving.gate.problem import Problem, malformed

MOST_OUTCOMES = 1_000
_VALUES = (str, int, float, bool)
_LONGEST = 1_000


def read_outcomes(document: Any) -> list[tuple[str, Any]]:
    """Read `{"prediction_id", "outcome"}`, or `{"outcomes": [such objects]}`."""
    if type(document) is not dict:
        raise malformed("The body is not an object.")
    many = document.get("outcomes")
    if many is None:
        return [_one(document, "")]
    if type(many) is not list or not 1 <= len(many) <= MOST_OUTCOMES or len(document) > 1:
        raise malformed(f"`outcomes` is not a list of 1 to {MOST_OUTCOMES:,}.", field="outcomes")
    return [_one(one, f"outcomes.{place}.") for place, one in enumerate(many)]


def _one(document: Any, where: str) -> tuple[str, Any]:
    if type(document) is not dict or document.keys() != {"prediction_id", "outcome"}:
        raise Problem(
            400,
            "malformed",
            "An outcome is an object with `prediction_id` and `outcome`, and nothing else.",
            [{"field": where.rstrip(".")}],
        )
    prediction_id, outcome = document["prediction_id"], document["outcome"]
    if type(prediction_id) is not str or not is_id(prediction_id):
        raise malformed("This is no id of a prediction.", field=f"{where}prediction_id")
    if type(outcome) not in _VALUES or (type(outcome) is str and len(outcome) > _LONGEST):
        raise malformed("An outcome is a label or a number.", field=f"{where}outcome")
    return prediction_id, outcome
