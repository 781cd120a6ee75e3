"""Score on the rows with an outcome, compared with the release."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_value
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.monitor import draw
from automl_magic.monitor.formatting import SEVERITY_LABELS, format_p_value, format_time
from automl_magic.monitor.scoring import REPEATS, score_of, standard_error
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.recipe.values import Array
from automl_magic.records import Score
from automl_magic.records.monitoring.drift import DriftSeverity, Performance, ScoreBucket
from automl_magic.tasks.metrics import METRICS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_BUCKETS, MIN_BUCKETS, BUCKET_REPEATS = 8, 3, 100
DAY_S = 86_400.0
METHOD = (
    "Outcomes are joined to predictions by prediction_id. A loss raises an alert if it reaches the "
    "threshold and is statistically significant, by the standard errors of the two bootstrap "
    "intervals. The trend is a weighted linear fit through parts of the window."
)


SECTION = MonitorSection(
    name="performance",
    part=MonitorPart.TRUTH,
    position=1,
    alpha_share=0.1,
)


@SECTION.cell
def performance(analysis: WindowAnalysis, /) -> SectionResult:
    """Score the rows with an outcome, and compare with the score at release."""
    release = analysis.reference.score
    if release is None:
        raise SectionSkipped("The model's reference has no score at release.")
    if release.undefined is not None:
        raise SectionSkipped(
            f"{release.metric} was undefined at release, because {release.undefined}."
        )
    rows, y_true = analysis.labelled
    if analysis.n_outcomes == 0:
        raise SectionSkipped(
            "There are no outcomes yet. Report outcomes by prediction_id as they come in."
        )
    metric = METRICS[release.metric]
    performance_of = functools.partial(
        Performance,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        release=release,
        labelled=len(rows),
        of_rows=analysis.window.n_rows,
    )
    min_rows = analysis.thresholds.min_rows
    current = _score(analysis, rows, y_true, REPEATS) if len(rows) >= min_rows else None
    if current is None:
        few = f"{len(rows):,} rows have an outcome. A score needs {min_rows:,}"
        why = f"Too few rows: {few}." if len(rows) < min_rows else _undefined_text(metric.name)
        why = " ".join(filter(None, (why, analysis.unread_outcomes)))
        unjudged = performance_of(severity=DriftSeverity.UNJUDGED, current=None, why=why)
        return unjudged, CellOutput(notes=(why, METHOD))
    loss, p_value = score_loss(release, current, higher_is_better=metric.higher_is_better)
    severity = DriftSeverity.OK
    if p_value < analysis.alpha(SECTION.alpha_share) and loss >= analysis.thresholds.yellow:
        is_red = loss >= analysis.thresholds.red
        severity = DriftSeverity.CRITICAL if is_red else DriftSeverity.WARNING
    buckets = _buckets(analysis, rows, y_true)
    slope, slope_p = trend(buckets)
    result = performance_of(
        severity=severity,
        current=current,
        loss=round(loss, 6),
        p_value=p_value,
        buckets=buckets,
        trend_per_day=slope,
        trend_p_value=slope_p,
        why=" ".join(
            filter(None, (_why(release, current, loss, p_value), analysis.unread_outcomes))
        ),
    )
    return result, _show(result)


def score_loss(release: Score, current: Score, *, higher_is_better: bool) -> tuple[float, float]:
    """Return the relative loss of the score, and its p-value.

    The loss is relative to the absolute score at release, or absolute if that's 0. The p-value is
    one-sided, for the difference of two independent, approximately normal scores.
    """
    gain = current.value - release.value
    loss = -gain if higher_is_better else gain
    error = math.hypot(standard_error(release), standard_error(current))
    fraction = loss / (abs(release.value) or 1.0)
    if error == 0:
        return fraction, 1.0
    return fraction, float(ndtr(-loss / error))


def trend(buckets: tuple[ScoreBucket, ...]) -> tuple[float | None, float | None]:
    """Return the slope of the score per day, and its two-sided p-value.

    Least squares fit, with each bucket weighted by the inverse of its variance.
    """
    usable = [bucket for bucket in buckets if standard_error(bucket.score) > 0]
    if len(usable) < MIN_BUCKETS:
        return None, None
    days = np.array([(bucket.start + bucket.end) / 2 for bucket in usable]) / DAY_S
    scores = np.array([bucket.score.value for bucket in usable])
    weights = np.array([standard_error(bucket.score) ** -2 for bucket in usable])
    centered = days - np.average(days, weights=weights)
    spread = float(np.sum(weights * centered**2))
    if spread <= 0:
        return None, None
    slope = float(np.sum(weights * centered * scores)) / spread
    return slope, float(2 * ndtr(-abs(slope) * math.sqrt(spread)))


def _score(analysis: WindowAnalysis, rows: Array, y_true: Array, repeats: int) -> Score | None:
    assert analysis.reference.score is not None
    return score_of(
        analysis.reference.score.metric,
        y_true,
        analysis.window.predictions[rows],
        analysis.window.weights[rows],
        threshold=analysis.monitored_model.fitted.threshold,
        repeats=repeats,
    )


def _buckets(analysis: WindowAnalysis, rows: Array, y_true: Array) -> tuple[ScoreBucket, ...]:
    """Return the scores of buckets of the window with about the same number of outcomes."""
    timestamps = analysis.window.timestamps[rows]
    n = min(MAX_BUCKETS, len(rows) // analysis.thresholds.min_rows)
    if n < MIN_BUCKETS or not np.isfinite(timestamps).all() or np.ptp(timestamps) == 0:
        return ()
    buckets = []
    for positions in np.array_split(np.argsort(timestamps, kind="stable"), n):
        score = _score(analysis, rows[positions], y_true[positions], BUCKET_REPEATS)
        if score is not None:
            start, end = float(timestamps[positions].min()), float(timestamps[positions].max())
            buckets.append(ScoreBucket(start=start, end=end, score=score))
    return tuple(buckets)


def _why(release: Score, current: Score, loss: float, p_value: float) -> str:
    change = f"lost {loss:.1%}" if loss > 0 else f"gained {-loss:.1%}"
    return (
        f"{current.metric} is {_format_score(current)} on {current.rows:,} rows. At release it was "
        f"{_format_score(release)}. It {change}, p {format_p_value(p_value)}."
    )


def _format_score(score: Score) -> str:
    if score.low is None or score.high is None:
        return format_value(score.score)
    return f"{format_value(score.score)} [{format_value(score.low)}, {format_value(score.high)}]"


def _undefined_text(metric: str) -> str:
    return f"{metric} is undefined on these rows. They may have only one class."


def _show(result: Performance) -> CellOutput:
    assert result.current is not None
    assert result.release is not None
    rows = [
        ("verdict", SEVERITY_LABELS[result.severity]),
        ("at release", _format_score(result.release)),
        ("in the window", _format_score(result.current)),
        ("lost", f"{result.loss:.1%}"),
        ("outcomes", f"{result.labelled:,} of {result.of_rows:,} rows"),
    ]
    if result.trend_per_day is not None:
        slope = f"{result.trend_per_day:+.3g} per day, p {format_p_value(result.trend_p_value)}"
        rows.append(("trend", slope))
    parts = [
        (
            format_time(bucket.start),
            format_time(bucket.end),
            _format_score(bucket.score),
            f"{bucket.score.rows:,}",
        )
        for bucket in result.buckets
    ]
    headings = ("From", "To", result.metric, "Rows")
    folded = (
        [TextTable("Score over the window", headings, parts, frozenset({2, 3}))] if parts else []
    )
    return CellOutput(
        figure=_draw(result) if parts else None,
        tables=[TextTable(f"{result.metric} on rows with outcomes", ("", ""), rows)],
        folded=folded,
        notes=[result.why, METHOD],
    )


def _draw(result: Performance) -> PngFigure:
    assert result.release is not None
    figure, (ax,) = draw.panels(1, height=3.0)
    _draw_buckets(ax, result)
    ax.axhline(result.release.value, color=draw.REFERENCE, linestyle="--", label="at release")
    ax.set_ylabel(result.metric, fontsize=8)
    ax.set_xlabel("hours since the first outcome", fontsize=8)
    ax.legend(fontsize=7)
    description = ", ".join(
        f"{format_time(bucket.start)}: {format_value(bucket.score.value)}"
        for bucket in result.buckets
    )
    return PngFigure.of(figure, f"{result.metric} over the window and at release. {description}.")


def _draw_buckets(ax: Axes, result: Performance) -> None:
    first = result.buckets[0].start
    hours = [((bucket.start + bucket.end) / 2 - first) / 3_600 for bucket in result.buckets]
    scores = [bucket.score.value for bucket in result.buckets]
    below = [
        bucket.score.value - (bucket.score.low or bucket.score.value) for bucket in result.buckets
    ]
    above = [
        (bucket.score.high or bucket.score.value) - bucket.score.value for bucket in result.buckets
    ]
    spread = [[max(0.0, gap) for gap in below], [max(0.0, gap) for gap in above]]
    ax.errorbar(hours, scores, yerr=spread, fmt="o-", color=draw.CURRENT, capsize=2, label="window")
