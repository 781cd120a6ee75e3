"""Convert exceptions to error responses."""

from __future__ import annotations

import logging

from automl_magic.errors import AutomlMagicError, StoreError
from automl_magic_serving.auth.problem import HttpProblem, invalid_input_error, not_found_error
from automl_magic_serving.endpoint import NotRouted, PredictionTimeout
from automl_magic_serving.runtime import InvalidInstance, QueueFull

_events = logging.getLogger(__name__)


def problem_from_error(error: Exception, request_id: str) -> HttpProblem:
    """Return the error response for an exception. Unexpected ones are logged, not shown."""
    match error:
        case HttpProblem():
            return error
        case InvalidInstance():
            return invalid_input_error(error.details)
        case QueueFull():
            message = "The endpoint's queue is full. Retry later."
            return HttpProblem(error.status, "busy", message, retry_after_s=1.0)
        case PredictionTimeout():
            return HttpProblem(504, "late", str(error))
        case NotRouted():
            return not_found_error(str(error))
        case StoreError():  # database errors aren't shown to callers
            return HttpProblem(
                error.status, "store_unavailable", error.what, retry_after_s=error.retry_after_s
            )
        case AutomlMagicError():
            detail = {"problem": error.why, "fix": error.fix}
            return HttpProblem(
                error.status, "refused", error.what, [detail], retry_after_s=error.retry_after_s
            )
    _events.error("request_failed", extra={"correlation_id": request_id}, exc_info=error)
    return HttpProblem(
        500,
        "internal",
        "Internal server error.",
        [{"problem": f"See the server log for request {request_id}."}],
    )
