"""monitor: Deployment → DriftReport. Drift, data quality and performance of a deployed model.

    (read_logged | read_table) → Window → Watch
            → (prediction, features, quality)      compared with the reference (no outcomes needed)
            → (performance, calibration)           compared with the release (need outcomes)
            → traffic → evidently → finish

Each cell of a monitor notebook calls one of these functions, in any order. The function adds its
section to the `WindowAnalysis` and displays it. A section with too few rows isn't checked and never
raises an alert. Each section is one file in `sections`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.monitor.cells.finish import finish
    from automl_magic.monitor.model import load_monitored_model
    from automl_magic.monitor.prediction_log import read_prediction_log
    from automl_magic.monitor.table_window import read_table
    from automl_magic.monitor.timestamps import parse_time
    from automl_magic.monitor.window_analysis import WindowAnalysis

__all__ = [
    "WindowAnalysis",
    "finish",
    "load_monitored_model",
    "parse_time",
    "read_prediction_log",
    "read_table",
]

_HOMES = {
    "WindowAnalysis": "window_analysis",
    "finish": "cells.finish",
    "load_monitored_model": "model",
    "read_prediction_log": "prediction_log",
    "read_table": "table_window",
    "parse_time": "timestamps",
}


def __getattr__(name: str) -> object:
    # Imported on first use, to keep the import of the package fast.
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    if not name.startswith("_") and name in import_module(f"{__name__}.sections").names():
        return getattr(import_module(f"{__name__}.sections.{name}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *import_module(f"{__name__}.sections").names()})
