"""The course of a search: the score of each trial over time, and the best so far."""

from __future__ import annotations

import io
from collections.abc import Sequence

from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.leaderboard import number
from automl_magic.learn.show import Picture
from automl_magic.records import Metric, Trial


def plot_course(metric: Metric, trials: Sequence[Trial], ended_s: Sequence[float]) -> Picture:
    """Draw the scores over the seconds since the start of the search.

    `ended_s` says for each trial when it ended. The baseline is left out of the scale where other
    trials have a score: next to it they would all look the same.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points = [
        (at, trial.score.score, trial)
        for at, trial in zip(ended_s, trials, strict=True)
        if trial.score is not None
    ]
    shown = [point for point in points if point[2].estimator != BASELINE] or points
    best: list[float] = []
    for _, score, _ in shown:
        best.append(metric.best([*best[-1:], score]))
    figure = Figure(figsize=(7, 3), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.step([at for at, _, _ in shown], best, where="post", color="#1b6ca8", label="best so far")
    axes.plot([at for at, _, _ in shown], [score for _, score, _ in shown], "o", color="#767676",
              markersize=4, label="trial")  # fmt: skip
    axes.set_xlabel("seconds since the start of the search")
    axes.set_ylabel(metric.name)
    axes.legend(loc="best", frameon=False)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=100, metadata={"Software": None})
    return Picture(image.getvalue(), _words(metric, points, best))


def _words(metric: Metric, points: Sequence[tuple[float, float, Trial]], best: list[float]) -> str:
    if not points:
        return "No trial has a score."
    at, _, last = next((point for point in points if point[1] == best[-1]), points[-1])
    return (
        f"{metric.name} of {len(points)} trials over time: from {number(points[0][1])} "
        f"({points[0][2].candidate}) to {number(best[-1])} ({last.candidate}), "
        f"reached after {at:.1f} s."
    )
