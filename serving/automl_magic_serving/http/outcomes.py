"""`POST /v1/outcomes`: outcomes of earlier predictions."""

from __future__ import annotations

from automl_magic_serving.auth.problem import HttpProblem, malformed_error
from automl_magic_serving.endpoint.ids import is_id
from automl_magic_serving.telemetry.outcome_check import InvalidOutcomes

MAX_OUTCOMES = 1_000
_VALUES = (str, int, float, bool)
_MAX_LABEL_LENGTH = 1_000


def read_outcomes(document: object) -> list[tuple[str, object]]:
    """Parse `{"prediction_id", "outcome"}`, or `{"outcomes": [such objects]}`."""
    if type(document) is not dict:
        raise malformed_error("The body must be an object.")
    items = document.get("outcomes")
    if items is None:
        return [_read_outcome(document, "")]
    if type(items) is not list or not 1 <= len(items) <= MAX_OUTCOMES or len(document) > 1:
        raise malformed_error(
            f"`outcomes` must be a list of 1 to {MAX_OUTCOMES:,} items, and the only field.",
            field="outcomes",
        )
    return [_read_outcome(item, f"outcomes.{index}.") for index, item in enumerate(items)]


def invalid_outcomes_error(error: InvalidOutcomes, document: object) -> HttpProblem:
    """Return the response for outcomes that aren't classes of the model, or numbers."""
    is_list = isinstance(document, dict) and "outcomes" in document
    details = [
        {
            "field": f"outcomes.{problem.index}.outcome" if is_list else "outcome",
            "problem": "type",
            "expected": problem.expected,
            "found": problem.actual,
        }
        for problem in error.problems
    ]
    return HttpProblem(422, "invalid_outcome", error.what, details)


def _read_outcome(document: object, prefix: str) -> tuple[str, object]:
    if type(document) is not dict or document.keys() != {"prediction_id", "outcome"}:
        raise HttpProblem(
            400,
            "malformed",
            "An outcome must be an object with only `prediction_id` and `outcome`.",
            [{"field": prefix.rstrip(".")}],
        )
    prediction_id, outcome = document["prediction_id"], document["outcome"]
    if type(prediction_id) is not str or not is_id(prediction_id):
        raise malformed_error("This isn't a prediction id.", field=f"{prefix}prediction_id")
    if type(outcome) not in _VALUES or (type(outcome) is str and len(outcome) > _MAX_LABEL_LENGTH):
        raise malformed_error(
            f"An outcome must be a number or a label of at most {_MAX_LABEL_LENGTH:,} characters.",
            field=f"{prefix}outcome",
        )
    return prediction_id, outcome
