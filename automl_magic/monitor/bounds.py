"""Bounds: from when to when a window lies, and from which values on something alarms."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Any

from automl_magic.errors import MonitorError
from automl_magic.records.monitoring.alert import Monitor
from automl_magic.records.monitoring.drift import Thresholds
from automl_magic.records.plans.experiment import Degradation


def window_bounds(since: float | None, until: float | None, window_s: float) -> tuple[float, float]:
    """Return the first and the last moment of a window, in seconds since 1970.

    Parameters
    ----------
    since, until : float, optional
        Left out: now, and `window_s` before it.

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
            why="It ends before it starts, or where it starts.",
            fix="Give a --since that lies before --until, such as --window 24h.",
        )
    return start, end


def thresholds_of(
    monitor: Monitor | None, degradation: Degradation | None, given: Mapping[str, Any] | None
) -> Thresholds:
    """Return the thresholds of a monitor file, or else of an experiment, under those given here."""
    found = None if monitor is None else monitor.thresholds
    if found is None:
        found = Thresholds()
        if degradation is not None:
            found = dataclasses.replace(found, yellow=degradation.yellow, red=degradation.red)
    return Thresholds.from_json({**found.to_json(), **(given or {})})
