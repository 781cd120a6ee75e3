"""Use one thread for linear algebra: it's reproducible, and faster for small matrices.

The last digits of a result depend on the number of threads. The matrices of a fold are small, so
several threads mostly wait for each other, especially on a shared machine.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


def one_blas_thread() -> AbstractContextManager[object]:
    """Return a context in which BLAS uses one thread, in all threads of the process."""
    limit: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limit
