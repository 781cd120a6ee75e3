"""Observations of a deployment: its problems, and the alert kinds that were checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from automl_magic.records.monitoring.alert import AlertFinding, AlertKind, AlertSeverity
from automl_magic.records.monitoring.drift import DriftReport, DriftSeverity
from automl_magic.records.runs.score import CellLink

_MAX_KEY = 300
_FROM_REPORTS = {
    kind.value: kind
    for kind in (
        AlertKind.FEATURE_DRIFT,
        AlertKind.PREDICTION_DRIFT,
        AlertKind.QUALITY,
        AlertKind.PERFORMANCE,
        AlertKind.CALIBRATION,
    )
}
_SEVERITIES = {
    DriftSeverity.WARNING: AlertSeverity.WARNING,
    DriftSeverity.CRITICAL: AlertSeverity.CRITICAL,
}


@dataclass(frozen=True)
class Observation:
    """The problems of a deployment at one time.

    Attributes
    ----------
    at : float
        Time of the observation, in seconds since 1970. An observation that isn't newer than the
        last one is ignored.
    kinds : frozenset of AlertKind
        Kinds that were checked. Their alerts without a finding count as clear.
    findings : sequence of Finding
        Problems.
    unjudged : frozenset of (AlertKind, str)
        Kind and subject of alerts that couldn't be checked. They keep their state.
    """

    deployment: str
    at: float
    kinds: frozenset[AlertKind]
    findings: Sequence[AlertFinding] = ()
    unjudged: frozenset[tuple[AlertKind, str]] = field(default_factory=frozenset)


def observation_from_report(report: DriftReport) -> Observation:
    """Return the observation of a drift report.

    Skips the report's traffic: `observe_serving` checks it every few seconds.
    """
    severities: dict[AlertKind, Mapping[str, DriftSeverity]] = {
        AlertKind.FEATURE_DRIFT: {entry.column: entry.severity for entry in report.features},
        AlertKind.QUALITY: {entry.column: entry.severity for entry in report.quality},
    }
    if (prediction := report.prediction) is not None:
        severities[AlertKind.PREDICTION_DRIFT] = {prediction.column: prediction.severity}
    if (performance := report.performance) is not None:
        severities[AlertKind.PERFORMANCE] = {performance.metric: performance.severity}
    if (calibration := report.calibration) is not None:
        severities[AlertKind.CALIBRATION] = {"probabilities": calibration.severity}
    if not report.features:
        # The window was too small to check, so don't clear these alerts.
        del severities[AlertKind.FEATURE_DRIFT], severities[AlertKind.QUALITY]
    findings: dict[tuple[AlertKind, str], AlertFinding] = {}
    for breach in report.breaches:
        kind = _FROM_REPORTS.get(breach.kind)
        if kind is None or kind not in severities:
            continue
        severity = _SEVERITIES[breach.severity]
        finding = AlertFinding(
            kind=kind,
            subject=storable(breach.subject),
            severity=severity,
            summary=storable(breach.summary),
            link=breach.link,
        )
        previous = findings.get((kind, breach.subject))
        if previous is None or previous.severity.rank < severity.rank:
            findings[kind, breach.subject] = finding
    return Observation(
        deployment=report.deployment or report.model,
        at=report.window_end,
        kinds=frozenset(severities),
        findings=tuple(findings.values()),
        unjudged=frozenset(
            (kind, storable(subject))
            for kind, subjects in severities.items()
            for subject, severity in subjects.items()
            if severity is DriftSeverity.UNJUDGED
        ),
    )


def event_observation(
    deployment: str,
    kind: AlertKind,
    subject: str,
    summary: str,
    *,
    at: float,
    severity: AlertSeverity = AlertSeverity.WARNING,
    link: CellLink | None = None,
) -> Observation:
    """Return the observation of an event."""
    finding = AlertFinding(
        kind=kind,
        subject=storable(subject),
        severity=severity,
        summary=storable(summary),
        link=link,
    )
    return Observation(deployment, at, frozenset({kind}), (finding,))


def all_clear(deployment: str, kind: AlertKind, *, at: float) -> Observation:
    """Return the observation that there's no problem of a kind."""
    return Observation(deployment, at, frozenset({kind}))


def storable(text: str) -> str:
    """Escape what some databases reject: lone surrogates and NUL."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def group_of(deployment: str, kind: AlertKind) -> str:
    """Return the group of alerts that share notifications."""
    return f"{deployment}/{kind.value}"


def key_of(deployment: str, kind: AlertKind, subject: str) -> str:
    """Return the unique key of an alert. A long subject is replaced with its digest."""
    key = f"{group_of(deployment, kind)}/{subject}"
    if len(key) <= _MAX_KEY and key.isprintable():
        return key
    digest = hashlib.sha256(subject.encode()).hexdigest()
    return f"{group_of(deployment, kind)}/sha256:{digest}"
