"""Drift reports in the store."""

from __future__ import annotations

import json

from sqlalchemy import Engine, select

from automl_magic.records.monitoring.drift import DriftReport
from automl_magic.store.engine import read_transaction
from automl_magic.store.tables import checks


def newest_report(engine: Engine, deployment: str) -> DriftReport | None:
    """Return the newest drift report of a deployment, or None. Raises StoreError."""
    query = (
        select(checks.c.report)
        .where(checks.c.deployment == deployment)
        .order_by(checks.c.window_end.desc(), checks.c.id.desc())
        .limit(1)
    )
    with read_transaction(engine) as connection:
        text = connection.execute(query).scalar_one_or_none()
    return None if text is None else DriftReport.from_json(json.loads(text))
