"""Work that takes its time goes to threads; the server goes on answering."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_READING = ThreadPoolExecutor(max_workers=4, thread_name_prefix="automl-magic")
# MLflow keeps its address in the process: its calls go one after the other.
_REGISTRY = ThreadPoolExecutor(max_workers=1, thread_name_prefix="automl-magic-registry")


async def run_in_thread(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a function in a thread and return what it returns."""
    return await _in(_READING, function, args, kwargs)


async def run_in_registry_thread(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a function that asks the model registry, after those that asked it before."""
    return await _in(_REGISTRY, function, args, kwargs)


async def _in(
    pool: ThreadPoolExecutor,
    function: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> T:
    call = functools.partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(pool, call)
