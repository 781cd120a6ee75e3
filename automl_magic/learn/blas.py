"""Use one thread for linear algebra: it's reproducible, and faster for small matrices.

The last digits of a result depend on the number of threads. The matrices of a fold are small, so
several threads mostly wait for each other, especially on a shared machine.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


def one_blas_thread() -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread, in all threads of the process."""
    limit: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limit
