"""One thread for linear algebra: the last digits depend on their number, and small tables on peace.

The matrices of a fold are small. Several threads then mostly wait for each other, and on a machine
that others use too they wait for long.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


def one_blas_thread() -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread, in all threads of the process."""
    limit: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limit
