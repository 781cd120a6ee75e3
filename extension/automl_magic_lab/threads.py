"""Run slow functions in threads, so that the server stays responsive."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="automl-magic")
# One thread, because MLflow's tracking URI is global to the process.
_REGISTRY_POOL = ThreadPoolExecutor(max_workers=1, thread_name_prefix="automl-magic-registry")


async def run_in_thread(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a function in a thread and return what it returns."""
    return await _run_in(_POOL, function, args, kwargs)


async def run_in_registry_thread(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a function that uses the model registry. These functions run one at a time."""
    return await _run_in(_REGISTRY_POOL, function, args, kwargs)


async def _run_in(
    pool: ThreadPoolExecutor,
    function: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> T:
    call = functools.partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(pool, call)
