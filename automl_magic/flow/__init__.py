"""flow: the workflow steps, and their order.

    data ─profile→ Dataset ─plan→ Plan ─render→ Notebook ─execute→ Run ─track→ Leaderboard
                    ─register→ ModelVersion ─deploy→ Deployment ─monitor→ DriftReport ─→ Plan

Only this package knows the order. Each step is a package that doesn't know the others. It's
imported on first use, so importing flow is cheap. The modules:

planning      plan a search               running      run, rerun and stop
looking_back  results, reasons, exports   registering  register a run's model
searching     search without a run        explaining   explain a model
scoring       predict tables of any size  governance   approve, revoke, promote, roll back
serving       deployments and routes      monitoring   drift and performance
alerting      alerts and silences         retraining   challengers
streaming     Kafka topics                ready        shared steps of governance and serving
"""

from __future__ import annotations

from automl_magic.flow.explaining import explain
from automl_magic.flow.planning import plan, preview
from automl_magic.flow.registering import models, register
from automl_magic.flow.results import diff, leaderboard, notebook, why
from automl_magic.flow.running import find_run, fit, rerun, run, runs, stop
from automl_magic.flow.searching import search

__all__ = [
    "diff",
    "explain",
    "find_run",
    "fit",
    "leaderboard",
    "models",
    "notebook",
    "plan",
    "preview",
    "register",
    "rerun",
    "run",
    "runs",
    "search",
    "stop",
    "why",
]
