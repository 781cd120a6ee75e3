"""Actions that the monitor file triggers: a retraining, or routing to an approved challenger."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from automl_magic.monitor.alerts import alerts_of
from automl_magic.monitor.retrain.policy import newest_retraining, refusal_reason, triggering_alert
from automl_magic.records.monitoring.retrain import Promote, RetrainPolicy, Trigger
from automl_magic.store.approvals import approval_of
from automl_magic.store.routes import history, read_route


@dataclass(frozen=True)
class DueRetraining:
    """A due retraining with its trigger and a short reason."""

    trigger: Trigger
    why: str


def due_retraining(
    engine: Engine, deployment: str, policy: RetrainPolicy, *, now: float
) -> DueRetraining | None:
    """Return the retraining that's due by an alert or the schedule, or None. Raises StoreError."""
    last, due = newest_retraining(engine, deployment), None
    if (alert := triggering_alert(policy, alerts_of(engine, deployment))) is not None:
        due = DueRetraining(Trigger.ALERT, alert.key)
    elif policy.every_s and last is not None and now - last.started_at >= policy.every_s:
        due = DueRetraining(Trigger.SCHEDULE, f"every {policy.every_s:.0f} s")
    if due is None or refusal_reason(engine, deployment, policy, due.trigger, now=now) is not None:
        return None
    return due


def approved_challenger(engine: Engine, deployment: str, policy: RetrainPolicy) -> int | None:
    """Return the newest challenger if it can be served, else None.

    It must be approved and never served before, and the policy must be `if_better`.
    """
    if policy.promote is not Promote.IF_BETTER:
        return None
    last = newest_retraining(engine, deployment)
    if last is None or last.challenger is None:
        return None
    route = read_route(engine, deployment)
    has_served = any(
        last.challenger in change.route.versions for change in history(engine, deployment)
    )
    if route.canary is not None or has_served:
        return None
    # Checked here because on a laptop, serving a version approves it.
    approved = approval_of(engine, route.model, last.challenger)
    if approved is None or approved.revoked_at is not None:
        return None
    return last.challenger
