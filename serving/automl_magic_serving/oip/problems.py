"""Convert exceptions to error responses."""

from __future__ import annotations

import logging

from automl_magic.errors import AutomlMagicError, StoreError
from automl_magic_serving.endpoint import Late, NotRouted
from automl_magic_serving.gate.problem import Problem, invalid, not_found
from automl_magic_serving.runtime import Busy, Refused

_events = logging.getLogger(__name__)


def problem_of(error: Exception, request_id: str) -> Problem:
    """Return the error response for an exception. Unexpected ones are logged, not shown."""
    match error:
        case Problem():
            return error
        case Refused():
            return invalid(error.details)
        case Busy():
            message = "The endpoint's queue is full. Retry later."
            return Problem(error.status, "busy", message, retry_after_s=1.0)
        case Late():
            return Problem(504, "late", str(error))
        case NotRouted():
            return not_found(str(error))
        case StoreError():  # database errors aren't shown to callers
            return Problem(
                error.status, "store_unavailable", error.what, retry_after_s=error.retry_after_s
            )
        case AutomlMagicError():
            detail = {"problem": error.why, "fix": error.fix}
            return Problem(
                error.status, "refused", error.what, [detail], retry_after_s=error.retry_after_s
            )
    _events.error("request_failed", extra={"correlation_id": request_id}, exc_info=error)
    return Problem(
        500,
        "internal",
        "Internal server error.",
        [{"problem": f"See the server log for request {request_id}."}],
    )
