"""flow: the verbs in order.

    data ─profile→ Dataset ─plan→ Plan ─render→ Notebook ─execute→ Run ─track→ Leaderboard
                    ─register→ ModelVersion ─deploy→ Deployment ─monitor→ DriftReport ─→ Plan

This package alone knows the order. Each verb is a package that knows nothing of the others, and is
imported when it is first needed, so that importing us stays light. A module holds a stretch of
the way:

planning     a table to a plan           running      a plan to a run
looking_back what a run found, and why   registering  a run to a version of a model
searching    the engine alone            explaining   a model's explanation
scoring      tables of any size          governance   approve, revoke, promote, roll back
serving      deployments and routes      monitoring   what has moved since the release
alerting     who is told of it           retraining   a challenger for a champion
streaming    a topic of Kafka            ready        approved, staged, crowned: shared steps
"""

from __future__ import annotations

from automl_magic.flow.explaining import explain
from automl_magic.flow.looking_back import diff, leaderboard, notebook, why
from automl_magic.flow.planning import plan, preview
from automl_magic.flow.registering import models, register
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
