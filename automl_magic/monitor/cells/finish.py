"""Write the drift report to disk and to the store, then `result.json` to mark the end."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Sequence
from pathlib import Path

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_value
from automl_magic.display.text_table import TextTable
from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import write_atomic
from automl_magic.monitor.formatting import SEVERITY_LABELS, format_time, quote_name
from automl_magic.monitor.sections import sections
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.records.codec import Record, dumps
from automl_magic.records.explanations.explanation import SkippedSection
from automl_magic.records.monitoring.drift import (
    DRIFT_NAME,
    DriftReport,
    DriftSeverity,
    worst_severity,
)
from automl_magic.store.engine import write_transaction
from automl_magic.store.opened import store_engine
from automl_magic.store.tables import checks
from automl_magic.workspace import Workspace, default_workspace

MAX_NAMED = 5


def finish(
    analysis: WindowAnalysis,
    /,
    *,
    run_dir: str | os.PathLike[str],
    workspace: Workspace | None = None,
) -> CellOutput:
    """Write `drift.json`, a row in the store's `checks`, then `result.json`.

    Without a deployment, no row is written to the store.

    Parameters
    ----------
    run_dir : path
        Folder of the run.
    workspace : Workspace, optional
        Default: the workspace of the notebook's process.

    Raises
    ------
    FolderNotWritable
    StoreError
        If the store can't be reached.
    """
    folder = Path(run_dir).absolute()
    report = build_report(analysis, run_id=folder.name)
    document = dumps(report.to_json(), indent=None)
    result = {
        "kind": "monitor",
        "report": DRIFT_NAME,
        "deployment": report.deployment,
        "model": report.model,
        "version": report.version,
        "severity": report.severity.value,
        "breaches": len(report.breaches),
        "evidently": report.evidently,
        "monitor_s": report.seconds,
        "metrics": headline_metrics(report),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / DRIFT_NAME, document.encode("utf-8", "backslashreplace"))
        if report.deployment is not None:
            store_report(report, workspace or default_workspace())
        write_atomic(folder / "result.json", dumps(result).encode())
    except OSError as error:
        raise FolderNotWritable(
            f"Can't write to the folder {str(folder)!r}.",
            why=f"{error.strerror or error}.",
            fix="Free disk space or set run_dir to a writable folder, then run this cell again.",
        ) from error
    return _summary(report)


def store_report(report: DriftReport, workspace: Workspace) -> None:
    """Write a deployment's report to the store, for the alerts and the dashboard."""
    assert report.deployment is not None
    with write_transaction(store_engine(workspace)) as connection:
        connection.execute(
            checks.insert().values(
                deployment=report.deployment,
                run_id=report.run_id,
                window_start=report.window_start,
                window_end=report.window_end,
                n_rows=report.n_rows,
                severity=report.severity.value,
                report=dumps(report.to_json(), indent=None),
                at=time.time(),
            )
        )


def build_report(analysis: WindowAnalysis, *, run_id: str) -> DriftReport:
    """Build the drift report from all sections, with the reasons for skipped sections."""
    window, results = analysis.window, analysis.sections
    parts = [part for section in results.values() for part in _parts_of(section)]
    severities = [part.severity for part in parts if hasattr(part, "severity")]
    if analysis.too_few_reason:
        # Sections that were checked, such as the traffic, can still have problems.
        severities = [part for part in severities if part is not DriftSeverity.OK]
    fields = {field.name for field in dataclasses.fields(DriftReport)}
    report = DriftReport(
        run_id=run_id,
        deployment=window.deployment,
        model=window.model,
        version=window.version,
        source=window.source,
        window_start=window.start,
        window_end=window.end,
        n_rows=window.n_rows,
        n_judged=len(window.sampled),
        sampling=window.sampling,
        severity=worst_severity(severities),
        summary="",
        thresholds=analysis.thresholds,
        features=results.get("features", ()),
        prediction=results.get("prediction"),
        quality=results.get("quality", ()),
        performance=results.get("performance"),
        calibration=results.get("calibration"),
        traffic=results.get("traffic"),
        others={
            name: section.to_json()
            for name, section in results.items()
            if name not in fields and isinstance(section, Record)
        },
        skipped=_skipped(analysis),
        evidently=analysis.evidently,
        seconds=round(analysis.elapsed_s, 3),
    )
    return _with_summary(report, analysis.too_few_reason)


def _parts_of(section: object) -> Sequence[object]:
    """Return the parts of a section that have a severity, or the section itself."""
    return section if isinstance(section, tuple) else (section,)


def headline_metrics(report: DriftReport) -> dict[str, float]:
    """Return the metrics that compare windows."""
    metrics: dict[str, float | None] = {"rows": float(report.n_rows)}
    psis = [drift.psi for drift in report.features if drift.psi is not None]
    metrics["drifted_columns"] = float(
        sum(drift.severity.raises_alert for drift in report.features)
    )
    metrics["max_psi"] = max(psis, default=None)
    if report.prediction is not None:
        metrics["prediction_psi"] = report.prediction.psi
    if report.performance is not None and report.performance.current is not None:
        metrics[f"window_{report.performance.metric}"] = report.performance.current.score
        metrics["loss"] = report.performance.loss
    if report.calibration is not None:
        metrics["ece"] = report.calibration.ece
    if report.traffic is not None:
        metrics["latency_ms_p95"] = report.traffic.latency_ms_p95
        metrics["error_rate_pct"] = report.traffic.error_rate_pct
    return {name: value for name, value in metrics.items() if value is not None}


def _with_summary(report: DriftReport, too_few: str | None) -> DriftReport:
    if breaches := report.breaches:
        subjects = list(dict.fromkeys(breach.subject for breach in breaches))
        subject_names = ", ".join(quote_name(subject, 40) for subject in subjects[:MAX_NAMED])
        more = f" and {len(subjects) - MAX_NAMED:,} more" if len(subjects) > MAX_NAMED else ""
        findings = "1 finding" if len(breaches) == 1 else f"{len(breaches):,} findings"
        summary = f"{findings} (worst: {report.severity.value}): {subject_names}{more}."
    elif too_few:
        summary = too_few
    else:
        summary = f"No significant change in {report.n_rows:,} rows."
    return dataclasses.replace(report, summary=summary)


def _skipped(analysis: WindowAnalysis) -> tuple[SkippedSection, ...]:
    return tuple(
        analysis.skipped.get(name)
        or SkippedSection(section=name, why="Its cell hasn't run.", cell_id="finish")
        for name in (section.name for section in sections())
        if name not in analysis.sections
    )


def _summary(report: DriftReport) -> CellOutput:
    rows: list[tuple[str, str]] = [
        ("verdict", SEVERITY_LABELS[report.severity]),
        ("window", f"{format_time(report.window_start)} to {format_time(report.window_end)}"),
    ]
    rows += [
        (name.replace("_", " "), format_value(value))
        for name, value in headline_metrics(report).items()
    ]
    notes = [report.summary, *(breach.summary for breach in report.breaches[:MAX_NAMED])]
    notes += [f"Skipped {skipped.section}: {skipped.why}" for skipped in report.skipped]
    table = TextTable("Drift report", ("", ""), rows)
    return CellOutput(tables=[table], notes=notes)
