"""Import slow libraries while the first trials run. Each takes a second or more."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterable

from automl_magic.recipe import member


class LibraryPreloader:
    """A thread that imports libraries in order. Call `wait` before you use one."""

    def __init__(self, estimators: Iterable[str]) -> None:
        slow = {name: member(name).slow_import for name in dict.fromkeys(estimators)}
        self._slow = {name: module for name, module in slow.items() if module is not None}
        self._ready = {name: threading.Event() for name in self._slow}
        # Two threads can see circular imports half-initialized, so shared modules are imported
        # first.
        importlib.import_module("sklearn.linear_model")
        importlib.import_module("sklearn.metrics")
        importlib.import_module("scipy.stats")
        self._thread = threading.Thread(target=self._import_all, daemon=True, name="automl-warmup")
        self._thread.start()

    def wait(self, estimator: str) -> None:
        """Wait until the library of an estimator is imported, or its import has failed."""
        if estimator in self._ready:
            self._ready[estimator].wait()

    def _import_all(self) -> None:
        for name, ready in self._ready.items():
            try:
                importlib.import_module(self._slow[name])
            except ImportError:
                continue  # the trial that needs it imports it again and records the error
            finally:
                ready.set()
