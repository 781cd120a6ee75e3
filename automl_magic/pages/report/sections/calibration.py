"""Calibration: of the rows with a probability of 0.8, are eight in ten what it says?"""

from __future__ import annotations

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.figure import figure, table
from automl_magic.pages.links import linked_briefly, linked_number
from automl_magic.pages.report.lines import Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import linked_measure
from automl_magic.records import Explanation
from automl_magic.records.explanations.measured import Calibration


def calibration_section(told: Explanation, found: Calibration) -> list[str]:
    """Return the section: the reliability diagram with the intervals of its bins."""
    link = told.link(found.cell_id)
    lead = (
        f"On average {text(found.of, 160)} is off by "
        f"{linked_measure(found.ece, link)} (expected calibration error). The Brier score is "
        f"{linked_measure(found.brier, link)}; always saying the shares of the classes would "
        f"score {linked_number(found.brier_of_shares, link, 3)}, and lower is better."
    )
    title = "Predicted probability and what happened"
    shown = frame((), (), "predicted probability", "share that was so", is_share=True)
    points = [(one.predicted, one.observed) for one in found.bins]
    dots = joined(
        tag(
            "line",
            x1=shown.x.at(one.predicted),
            x2=shown.x.at(one.predicted),
            y1=shown.y.at(one.observed_low),
            y2=shown.y.at(one.observed_high),
            class_="am-bar",
        )
        + tag(
            "circle",
            cx=shown.x.at(one.predicted),
            cy=shown.y.at(one.observed),
            r=4.5,
            class_="am-dot am-best",
        )
        for one in found.bins
    )
    inside = sum(one.observed_low <= one.predicted <= one.observed_high for one in found.bins)
    desc = f"In {inside} of {len(found.bins)} bins what was predicted lies in the 95 % interval"
    svg = shown.draw(
        [
            Line((0, 1), (0, 1), "am-dashed"),
            Line([p for p, _ in points], [o for _, o in points], "am-best am-thin"),
        ],
        title=title,
        desc=desc,
        more=dots,
    )
    heads = ("Probability", "rows", "predicted", "what happened", "low (95 %)", "high (95 %)")
    rows = [
        (
            f"{number(one.low, 2)} to {number(one.high, 2)}",
            linked_briefly(f"{one.rows:,}", link),
            *(
                linked_briefly(number(value, 3), link)
                for value in (one.predicted, one.observed, one.observed_low, one.observed_high)
            ),
        )
        for one in found.bins
    ]
    said = f"{desc}. On the dashed line a probability means what it says."
    data = table(heads, rows, title, link=link)
    return [lead, figure(svg, said, data, label=title)]


SECTION = ReportSection(
    record=Calibration,
    title="Do its probabilities mean what they say?",
    place=4,
    draw=calibration_section,
)
