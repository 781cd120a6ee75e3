"""The model cache of a worker: models stay loaded while a route needs them, and a while longer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic_serving.runtime import Served, load_model

# A rollback may need a version soon after a route has dropped it.
KEEP_S = 600.0

_events = logging.getLogger(__name__)


class Models:
    """Loaded models by manifest digest. Models load in a thread, one at a time."""

    def __init__(self, home: Path, keep_s: float = KEEP_S) -> None:
        self._home, self._keep_s = home, keep_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="automl-load")
        self._loaded: dict[str, asyncio.Future[Served]] = {}
        self._named_at: dict[str, float] = {}

    async def get(self, folder: Path, model: str, version: int, digest: str) -> Served:
        """Return a model; load it if needed.

        Raises
        ------
        NotApproved, ArtifactTampered, ModelRefused
            As `load_model`. The next call tries again.
        """
        key = _key(model, version, digest)
        if key not in self._loaded:
            self._loaded[key] = asyncio.get_running_loop().run_in_executor(
                self._thread, _load, folder, model, version, self._home
            )
        try:
            served = await asyncio.shield(self._loaded[key])
        except Exception:
            self._loaded.pop(key, None)
            raise
        self._named_at[key] = time.monotonic()
        return served

    def keep(self, named: Iterable[tuple[str, int, str]]) -> None:
        """Unload models that no route has used for a while.

        Parameters
        ----------
        named : iterable of (str, int, str)
            Model, version and digest of each model that a route uses now.
        """
        now = time.monotonic()
        for model, version, digest in named:
            self._named_at[_key(model, version, digest)] = now
        for key, at in list(self._named_at.items()):
            if now - at > self._keep_s:
                del self._named_at[key]
                if self._loaded.pop(key, None) is not None:
                    _events.info("model_unloaded", extra={"model": key})

    def loaded(self) -> list[Served]:
        """Return the loaded models."""
        done = [one for one in self._loaded.values() if one.done() and not one.cancelled()]
        return [one.result() for one in done if one.exception() is None]


def _key(model: str, version: int, digest: str) -> str:
    return f"{model}/{version}/{digest}"


def _load(folder: Path, model: str, version: int, home: Path) -> Served:
    began = time.perf_counter()
    trusted = TrustedKeys(trusted_folder(home))
    served = load_model(folder, trusted, model=model, version=version, home=home)
    _events.info(
        "model_loaded",
        extra={
            "model": model,
            "version": version,
            "manifest_sha256": served.manifest_sha256,
            "seconds": round(time.perf_counter() - began, 3),
        },
    )
    return served
