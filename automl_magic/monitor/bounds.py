"""Start and end of a window, and its drift thresholds."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping

from automl_magic.errors import MonitorError
from automl_magic.records.monitoring.alert import MonitorSpec
from automl_magic.records.monitoring.drift import DriftThresholds
from automl_magic.records.plans.experiment import Degradation


def window_bounds(since: float | None, until: float | None, window_s: float) -> tuple[float, float]:
    """Return the start and end of a window, in seconds since 1970.

    Parameters
    ----------
    since, until : float, seconds since 1970, optional
        `until` defaults to now, `since` to `window_s` before `until`.
    window_s : float, seconds
        Length of the window if `since` is None.

    Raises
    ------
    MonitorError
        If the window is empty.
    """
    end = time.time() if until is None else until
    start = end - window_s if since is None else since
    if not start < end:
        raise MonitorError(
            "The window is empty.",
            why="Its start isn't before its end.",
            fix="Use a --since before --until, or a duration: --window 24h",
        )
    return start, end


def merge_thresholds(
    monitor: MonitorSpec | None,
    degradation: Degradation | None,
    overrides: Mapping[str, object] | None,
) -> DriftThresholds:
    """Return the drift thresholds.

    Those of the monitor file are used, else those of the experiment. `overrides` replaces single
    fields.
    """
    thresholds = None if monitor is None else monitor.thresholds
    if thresholds is None:
        thresholds = DriftThresholds()
        if degradation is not None:
            thresholds = dataclasses.replace(
                thresholds, yellow=degradation.yellow, red=degradation.red
            )
    return DriftThresholds.from_json({**thresholds.to_json(), **(overrides or {})})
