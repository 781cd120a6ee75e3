"""monitor: Deployment → DriftReport: drift, quality, performance, and what follows from them.

    (read_logged | read_table) → Window → Watch
            → (prediction, features, quality)      against the model's reference; no outcome needed
            → (performance, calibration)           where outcomes are known
            → traffic → evidently → finish

A cell of a monitor notebook calls one of these functions, in any order; each keeps its section in
the watch and shows it. What has too few rows is not judged, and never alarms.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.monitor.logged import read_logged
    from automl_magic.monitor.model import load_watched
    from automl_magic.monitor.moments import seconds_of
    from automl_magic.monitor.sections.calibration import calibration
    from automl_magic.monitor.sections.evidently import evidently
    from automl_magic.monitor.sections.features import features
    from automl_magic.monitor.sections.finish import finish
    from automl_magic.monitor.sections.performance import performance
    from automl_magic.monitor.sections.prediction import prediction
    from automl_magic.monitor.sections.quality import quality
    from automl_magic.monitor.sections.traffic import traffic
    from automl_magic.monitor.tabled import read_table
    from automl_magic.monitor.watch import Watch

# Loaded when first used: nobody waits for what no cell calls.
_HOMES = {
    "Watch": "watch",
    "calibration": "sections.calibration",
    "evidently": "sections.evidently",
    "features": "sections.features",
    "finish": "sections.finish",
    "load_watched": "model",
    "performance": "sections.performance",
    "prediction": "sections.prediction",
    "quality": "sections.quality",
    "read_logged": "logged",
    "read_table": "tabled",
    "seconds_of": "moments",
    "traffic": "sections.traffic",
}

__all__ = [
    "Watch",
    "calibration",
    "evidently",
    "features",
    "finish",
    "load_watched",
    "performance",
    "prediction",
    "quality",
    "read_logged",
    "read_table",
    "seconds_of",
    "traffic",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
