"""What an error means over a network stands on its class, and every transport says the same."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from grpc import StatusCode

from automl_magic import errors
from automl_magic.errors import AutomlMagicError
from automl_magic_lab.handlers import RequestError
from automl_magic_serving.oip.problems import problem_from_error
from automl_magic_serving.rpc.status import status_code

CODES = {
    HTTPStatus.NOT_FOUND: StatusCode.NOT_FOUND,
    HTTPStatus.CONFLICT: StatusCode.ABORTED,
    HTTPStatus.UNPROCESSABLE_ENTITY: StatusCode.INVALID_ARGUMENT,
    HTTPStatus.BAD_GATEWAY: StatusCode.UNAVAILABLE,
    HTTPStatus.SERVICE_UNAVAILABLE: StatusCode.UNAVAILABLE,
}


def tree(kind):
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from tree(below)


def made(kind):
    error = kind.__new__(kind)
    AutomlMagicError.__init__(error, "What.", why="Why.", fix="Do.")
    return error


@pytest.mark.parametrize("kind", list(tree(AutomlMagicError)), ids=lambda kind: kind.__name__)
def test_the_lab_the_server_and_grpc_read_the_status_of_an_error_from_its_class(kind):
    error = made(kind)

    problem = problem_from_error(error, "request")

    assert RequestError.from_error(error).status_code == kind.status
    assert (problem.status, problem.error) == (kind.status, "What.")
    assert problem.retry_after_s == kind.retry_after_s
    assert status_code(problem) is CODES[kind.status]


def test_what_is_missing_is_not_found_and_a_store_that_is_away_may_come_back():
    missing = {errors.RunNotFound, errors.ModelNotFound, errors.DeploymentNotFound}
    away = {errors.StoreError, errors.TrackingError, errors.TrackingUnreachable}

    kinds = set(tree(AutomlMagicError))

    assert {kind for kind in kinds if kind.status == HTTPStatus.NOT_FOUND} == missing
    assert {kind for kind in kinds if kind.status == HTTPStatus.SERVICE_UNAVAILABLE} == away
    assert all(kind.retry_after_s for kind in away)
