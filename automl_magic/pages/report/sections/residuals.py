"""Residuals: how far off the predictions of a regression are, and where."""

from __future__ import annotations

from automl_magic.look.html import joined, tag
from automl_magic.look.numbers import number
from automl_magic.pages.axes import scale_of
from automl_magic.pages.figure import figure, table
from automl_magic.pages.links import linked_briefly
from automl_magic.pages.report.lines import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Frame, Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import linked_measure, plain
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.measured import Residuals


def residuals_section(told: Explanation, found: Residuals) -> list[str]:
    """Return the section: truth against prediction, the histogram, and the tenths."""
    link = told.link(found.cell_id)
    lead = (
        f"It is off by {linked_measure(found.mean_absolute, link)} on average, by "
        f"{linked_measure(found.root_mean_square, link)} with large errors counted more (RMSE). "
        f"The mean residual is {linked_measure(found.mean, link)}: truth minus prediction."
    )
    return [lead, _points(told, found, link), _histogram(found, link), _deciles(found, link)]


def _points(told: Explanation, found: Residuals, link: Link) -> str:
    title = "What is true against what was predicted"
    both = [*found.points_predicted, *found.points_true]
    x, y = scale_of(both, LEFT, WIDTH - RIGHT), scale_of(both, BOTTOM, TOP)
    name = plain(told.target, 40)
    shown = Frame(x, y, f"predicted {name}", f"true {name}")
    dots = joined(
        tag("circle", cx=x.at(p), cy=y.at(t), r=3, class_="am-shade-none")
        for p, t in zip(found.points_predicted, found.points_true, strict=True)
    )
    n = len(found.points_predicted)
    desc = f"{n:,} rows around the line of equals; the table of tenths below has the numbers"
    svg = shown.draw(
        [Line((x.low, x.high), (x.low, x.high), "am-dashed")],
        title=title,
        desc=desc,
        more=dots,
    )
    far = sorted(
        zip(found.point_rows, found.points_predicted, found.points_true, strict=True),
        key=lambda point: -abs(point[1] - point[2]),
    )[:20]
    rows = [
        (f"{row:,}", *(linked_briefly(number(v), link) for v in (p, t, t - p))) for row, p, t in far
    ]
    heads = ("Row", "predicted", "true", "residual")
    data = table(heads, rows, f"The {len(far)} rows that are furthest off", link=link)
    said = f"Each of {n:,} dots is a row; on the dashed line prediction and truth are equal."
    return figure(svg, said, data, label=title)


def _histogram(found: Residuals, link: Link) -> str:
    title = "How often it is how far off"
    shown = frame(found.edges, (0, *found.counts), "residual: truth minus prediction", "rows")
    blocks = joined(
        tag(
            "rect",
            x=shown.x.at(left),
            y=shown.y.at(count),
            width=round(max(shown.x.at(right) - shown.x.at(left) - 1, 0.5), 1),
            height=round(shown.y.at(0) - shown.y.at(count), 1),
            class_="am-block",
        )
        for left, right, count in zip(found.edges, found.edges[1:], found.counts, strict=False)
    )
    quantiles = "; ".join(
        f"{level:.0%} are below {number(value, 3)}"
        for level, value in zip(found.levels, found.quantiles, strict=True)
    )
    svg = shown.draw([], title=title, desc=quantiles, more=blocks)
    rows = [
        (f"{number(left, 3)} to {number(right, 3)}", linked_briefly(f"{count:,}", link))
        for left, right, count in zip(found.edges, found.edges[1:], found.counts, strict=False)
    ]
    data = table(("Residual", "rows"), rows, title, link=link)
    return figure(svg, f"Of the residuals, {quantiles}.", data, label=title)


def _deciles(found: Residuals, link: Link) -> str:
    title = "The residual by the prediction"
    bins = found.deciles
    middles = [(one.low + one.high) / 2 for one in bins]
    ends = [v for one in bins for v in (one.middle_low, one.middle_high)]
    shown = frame([*middles], [0.0, *ends], "prediction", "residual")
    svg = shown.draw(
        [
            Line((shown.x.low, shown.x.high), (0, 0), "am-dashed"),
            Line(middles, [one.median for one in bins], "am-best"),
        ],
        title=title,
        desc="Median residual of each tenth of the rows by prediction: "
        + ", ".join(number(one.median, 3) for one in bins),
        band=(middles, [one.middle_low for one in bins], [one.middle_high for one in bins]),
    )
    heads = ("Prediction", "rows", "mean [95 %]", "median", "middle 80 % from", "to", "off by")
    rows = [
        (
            f"{number(one.low, 3)} to {number(one.high, 3)}",
            linked_briefly(f"{one.rows:,}", link),
            linked_measure(one.mean, link),
            *(
                linked_briefly(number(value, 3), link)
                for value in (one.median, one.middle_low, one.middle_high, one.mean_absolute)
            ),
        )
        for one in bins
    ]
    said = (
        "The line is the median residual of each tenth of the rows, the band holds the middle "
        "80 %. A line that leaves zero means that such predictions are too high or too low."
    )
    return figure(svg, said, table(heads, rows, title, link=link), label=title)


SECTION = ReportSection(
    record=Residuals,
    title="How far off is it?",
    place=5,
    draw=residuals_section,
)
