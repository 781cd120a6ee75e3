"""The model cache of a worker: models stay loaded while a route needs them, and a while longer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic_serving.runtime import ServedModel, load_model

# A rollback may need a version soon after a route has dropped it.
KEEP_S = 600.0

_events = logging.getLogger(__name__)


class ModelCache:
    """Loaded models by manifest digest. Models load in a thread, one at a time."""

    def __init__(self, home: Path, keep_s: float = KEEP_S) -> None:
        self._home, self._keep_s = home, keep_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="automl-load")
        self._loaded: dict[str, asyncio.Future[ServedModel]] = {}
        self._last_used: dict[str, float] = {}

    async def get(self, folder: Path, model: str, version: int, digest: str) -> ServedModel:
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
            loaded_model = await asyncio.shield(self._loaded[key])
        except Exception:
            self._loaded.pop(key, None)
            raise
        self._last_used[key] = time.monotonic()
        return loaded_model

    def keep(self, active: Iterable[tuple[str, int, str]]) -> None:
        """Unload models that no route has used for a while.

        Parameters
        ----------
        active : iterable of (str, int, str)
            Model, version and digest of each model that a route uses now.
        """
        now = time.monotonic()
        for model, version, digest in active:
            self._last_used[_key(model, version, digest)] = now
        for key, used_at in list(self._last_used.items()):
            if now - used_at > self._keep_s:
                del self._last_used[key]
                if self._loaded.pop(key, None) is not None:
                    _events.info("model_unloaded", extra={"model": key})

    def loaded_models(self) -> list[ServedModel]:
        """Return the loaded models."""
        futures = [
            future for future in self._loaded.values() if future.done() and not future.cancelled()
        ]
        return [future.result() for future in futures if future.exception() is None]


def _key(model: str, version: int, digest: str) -> str:
    return f"{model}/{version}/{digest}"


def _load(folder: Path, model: str, version: int, home: Path) -> ServedModel:
    began = time.perf_counter()
    trusted = TrustedKeys(trusted_folder(home))
    loaded_model = load_model(folder, trusted, model=model, version=version, home=home)
    _events.info(
        "model_loaded",
        extra={
            "model": model,
            "version": version,
            "manifest_sha256": loaded_model.manifest_sha256,
            "seconds": round(time.perf_counter() - began, 3),
        },
    )
    return loaded_model
