"""HTTP errors as gRPC statuses."""

from __future__ import annotations

from grpc import StatusCode

from automl_magic_serving.auth import HttpProblem
from automl_magic_serving.auth.access_control import retry_after

_MAX_LENGTH = 1_000
_MAX_DETAILS = 5
_CODES = {
    401: StatusCode.UNAUTHENTICATED,
    403: StatusCode.PERMISSION_DENIED,
    404: StatusCode.NOT_FOUND,
    409: StatusCode.ABORTED,
    413: StatusCode.RESOURCE_EXHAUSTED,
    429: StatusCode.RESOURCE_EXHAUSTED,
    500: StatusCode.INTERNAL,
    502: StatusCode.UNAVAILABLE,
    503: StatusCode.UNAVAILABLE,
    504: StatusCode.DEADLINE_EXCEEDED,
}


def status_code(problem: HttpProblem) -> StatusCode:
    """Return the gRPC status for the error's HTTP status."""
    return _CODES.get(problem.status, StatusCode.INVALID_ARGUMENT)


def status_message(problem: HttpProblem) -> str:
    """Return the error and its details as one text: a gRPC status has no list of details."""
    details = (
        "; ".join(f"{key}: {value}" for key, value in detail.items())
        for detail in problem.details[:_MAX_DETAILS]
    )
    return "\n".join((problem.error, *details))[:_MAX_LENGTH]


def trailing_metadata(problem: HttpProblem) -> list[tuple[str, str]]:
    """Return the trailing metadata: the error code and the retry delay.

    gRPC clients use `grpc-retry-pushback-ms` for their own retries (gRFC A6).
    """
    metadata = [("automl-code", problem.code)]
    if problem.retry_after_s is not None:
        metadata.append(("retry-after", retry_after(problem.retry_after_s).decode()))
        metadata.append(("grpc-retry-pushback-ms", str(int(problem.retry_after_s * 1000) + 1)))
    return metadata
