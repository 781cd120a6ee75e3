"""calibration: whether a probability of 30 % comes true three times in ten."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_magic.explain import draw
from automl_magic.explain.intervals import RESAMPLES, bootstrapped, spread, wilson
from automl_magic.explain.section import ExplainSection, Need, Part, on_unseen
from automl_magic.explain.subject import Subject
from automl_magic.explain.words import measured, rounded
from automl_magic.look.cell_output import CellOutput
from automl_magic.look.figures import PngFigure
from automl_magic.look.section_cell import SectionResult, SectionSkipped
from automl_magic.look.text_table import TextTable
from automl_magic.records.explanations.measured import Calibration, CalibrationBin, Measure

MOST_BINS, ROWS_PER_BIN, FEWEST_ROWS = 15, 50, 50
METHOD = (
    "Expected calibration error over bins of equally many rows (Naeini, Cooper & Hauskrecht, AAAI "
    "2015), each bin with Wilson's interval; Brier score (1950). Bootstrap intervals of 95 %."
)
UPWARD = "An expected calibration error is never 0 on few rows, however good the probabilities are."


SECTION = ExplainSection(
    record=Calibration,
    part=Part.TRUST,
    place=4,
    needs=(Need("has_probabilities", "A regression has no probabilities to be calibrated."),),
)


@SECTION.cell
def calibration(subject: Subject, /) -> SectionResult:
    """Compare predicted probabilities with what happened.

    Of two classes it is the probability of the positive one; of more, that of the predicted class
    (confidence).
    """
    unseen = subject.unseen
    if len(unseen.y) < FEWEST_ROWS:
        raise SectionSkipped(f"{len(unseen.y)} rows are too few: {FEWEST_ROWS} make one bin.")
    if subject.has_two_classes:
        said, came_true = unseen.predicted[:, 1], (unseen.y == 1).astype(float)
        of = f"the probability of {subject.label(1)}"
    else:
        said = unseen.predicted.max(axis=1)
        came_true = (unseen.predicted.argmax(axis=1) == unseen.y).astype(float)
        of = "the probability of the class that is predicted"
    bin_of, n_bins = _bins(said)
    squares = _squares(unseen.y, unseen.predicted)
    section = Calibration(
        **on_unseen(subject, METHOD, [UPWARD]),
        of=of,
        bins=_in_bins(said, came_true, bin_of, n_bins),
        ece=_ece(said, came_true, bin_of, n_bins, subject.recipe.seed),
        brier=bootstrapped(
            len(squares), lambda rows: float(squares[rows].mean()), seed=subject.recipe.seed
        ),
        brier_of_shares=rounded(_of_shares(unseen.y, subject.recipe.n_classes)),
    )
    return section, CellOutput(
        picture=_drawn(section), tables=[_summary(section)], folded=[_by_bin(section)]
    )


def _bins(said: Any) -> tuple[Any, int]:
    """Return the bin of each row; rows of one probability stay together."""
    n_bins = int(np.clip(len(said) // ROWS_PER_BIN, 1, MOST_BINS))
    edges = np.unique(np.quantile(said, np.linspace(0, 1, n_bins + 1)[1:-1]))
    found = np.searchsorted(edges, said, side="right")
    _, dense = np.unique(found, return_inverse=True)
    return dense, int(dense.max()) + 1


def _in_bins(said: Any, came_true: Any, bin_of: Any, n_bins: int) -> tuple[CalibrationBin, ...]:
    bins = []
    for place in range(n_bins):
        inside = bin_of == place
        share = wilson(float(came_true[inside].sum()), int(inside.sum()))
        assert share.value is not None
        assert share.low is not None
        assert share.high is not None
        bins.append(
            CalibrationBin(
                low=rounded(said[inside].min()),
                high=rounded(said[inside].max()),
                rows=int(inside.sum()),
                predicted=rounded(said[inside].mean()),
                observed=share.value,
                observed_low=share.low,
                observed_high=share.high,
            )
        )
    return tuple(bins)


def _ece(said: Any, came_true: Any, bin_of: Any, n_bins: int, seed: int) -> Measure:
    """Return Σ rows of a bin / rows · |mean predicted - mean observed|, with an interval."""
    off = said - came_true

    def measure(rows: Any) -> float:
        return float(np.abs(np.bincount(bin_of[rows], off[rows], n_bins)).sum() / len(rows))

    random = np.random.default_rng(seed)
    n = len(off)
    resampled = [measure(random.integers(0, n, n)) for _ in range(RESAMPLES)]
    # Resampling adds noise of its own to an absolute value; it is taken out of the middle.
    value = measure(np.arange(n))
    shift = float(np.median(resampled)) - value
    return spread(value, np.maximum(0.0, np.array(resampled) - max(0.0, shift)))


def _squares(y: Any, predicted: Any) -> Any:
    """Return each row's part of the Brier score: for two classes (p - y)², else Σ (p_k - y_k)²."""
    if predicted.shape[1] == 2:
        return (predicted[:, 1] - (y == 1)) ** 2
    return ((predicted - np.eye(predicted.shape[1])[y]) ** 2).sum(axis=1)


def _of_shares(y: Any, n_classes: int) -> float:
    shares = np.bincount(y, minlength=n_classes) / len(y)
    return float(_squares(y, np.tile(shares, (len(y), 1))).mean())


def _drawn(found: Calibration) -> PngFigure:
    figure, (ax,) = draw.panels(1, width=5.4, height=4.2)
    x = [one.predicted for one in found.bins]
    y = np.array([one.observed for one in found.bins])
    low = y - [one.observed_low for one in found.bins]
    high = np.array([one.observed_high for one in found.bins]) - y
    ax.plot([0, 1], [0, 1], color=draw.FAINT, linewidth=0.8, linestyle=":", label="perfect")
    ax.errorbar(
        x,
        y,
        yerr=np.maximum(0.0, np.array([low, high])),
        color=draw.COLOURS[0],
        marker="o",
        markersize=4,
        capsize=2,
        label="observed, with 95 % interval",
    )
    ax.set(xlabel="predicted probability", ylabel="share that came true", title="Reliability")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.legend(fontsize=8, loc="upper left")
    off = [one for one in found.bins if not one.observed_low <= one.predicted <= one.observed_high]
    worst = max(found.bins, key=lambda one: abs(one.predicted - one.observed))
    return PngFigure.of(
        figure,
        f"Reliability of {found.of}: in {len(found.bins) - len(off)} of {len(found.bins)} bins the "
        "prediction lies within the interval of what happened. The largest difference: "
        f"{worst.predicted:.3f} predicted, {worst.observed:.3f} observed.",
    )


def _summary(found: Calibration) -> TextTable:
    return TextTable(
        f"How far to trust {found.of}",
        ("Measure", "Value"),
        [
            ("Expected calibration error", measured(found.ece)),
            ("Brier score", measured(found.brier)),
            ("Brier score of always saying the shares", f"{found.brier_of_shares:.4g}"),
        ],
        frozenset({1}),
    )


def _by_bin(found: Calibration) -> TextTable:
    return TextTable(
        "predicted and observed",
        ("From", "To", "Rows", "Predicted", "Observed", "95 % low", "95 % high"),
        [
            (
                f"{one.low:.3f}",
                f"{one.high:.3f}",
                f"{one.rows:,}",
                f"{one.predicted:.3f}",
                f"{one.observed:.3f}",
                f"{one.observed_low:.3f}",
                f"{one.observed_high:.3f}",
            )
            for one in found.bins
        ],
        frozenset(range(7)),
    )
