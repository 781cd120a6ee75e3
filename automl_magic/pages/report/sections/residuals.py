"""Residuals of a regression: their size, distribution, and dependence on the prediction."""

from __future__ import annotations

from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.axes import fit_scale
from automl_magic.pages.figure import data_table, figure
from automl_magic.pages.links import linked_briefly
from automl_magic.pages.report.formatting import format_cell, measure_html
from automl_magic.pages.report.lines import BOTTOM, LEFT, RIGHT, TOP, WIDTH, ChartFrame, Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.evaluation import Residuals


def residuals_section(explanation: Explanation, section: Residuals) -> list[str]:
    """Return the section: true by predicted values, the histogram, and the deciles."""
    link = explanation.link(section.cell_id)
    lead = fill(
        _(
            "The mean absolute error is {mae}, the root mean squared error {rmse}. The mean "
            "residual (true minus predicted) is {mean}."
        ),
        mae=measure_html(section.mean_absolute, link),
        rmse=measure_html(section.root_mean_square, link),
        mean=measure_html(section.mean, link),
    )
    return [
        lead,
        _points(explanation, section, link),
        _histogram(section, link),
        _deciles(section, link),
    ]


def _points(explanation: Explanation, section: Residuals, link: CellLink) -> str:
    title = _("True by predicted values")
    values = [*section.points_predicted, *section.points_true]
    x, y = fit_scale(values, LEFT, WIDTH - RIGHT), fit_scale(values, BOTTOM, TOP)
    name = format_cell(explanation.target, 40)
    x_name = _("Predicted {target}").format(target=name)
    chart = ChartFrame(x, y, x_name, _("True {target}").format(target=name))
    dots = join_html(
        tag("circle", cx=x.to_pixel(p), cy=y.to_pixel(t), r=3, class_="am-shade-none")
        for p, t in zip(section.points_predicted, section.points_true, strict=True)
    )
    n = len(section.points_predicted)
    desc = ngettext(
        "{n} row around the identity line. The table of deciles below has the numbers.",
        "{n} rows around the identity line. The table of deciles below has the numbers.",
        n,
    ).format(n=f"{n:,}")
    svg = chart.draw(
        [Line((x.low, x.high), (x.low, x.high), "am-dashed")],
        title=title,
        desc=desc,
        more=dots,
    )
    largest_errors = sorted(
        zip(section.point_rows, section.points_predicted, section.points_true, strict=True),
        key=lambda point: -abs(point[1] - point[2]),
    )[:20]
    rows = [
        (f"{row:,}", *(linked_briefly(format_number(v), link) for v in (p, t, t - p)))
        for row, p, t in largest_errors
    ]
    headings = (_("Row"), _("Predicted"), _("True"), _("Residual"))
    table_caption = ngettext(
        "The {n} row with the largest error",
        "The {n} rows with the largest errors",
        len(largest_errors),
    ).format(n=len(largest_errors))
    data = data_table(headings, rows, table_caption, link=link)
    caption = _("Each dot is a row. On the dashed line, the prediction is the true value.")
    return figure(svg, caption, data, label=title)


def _histogram(section: Residuals, link: CellLink) -> str:
    title = _("Histogram of residuals")
    x_name = _("Residual (true minus predicted)")
    chart = frame(section.edges, (0, *section.counts), x_name, _("Rows"))
    blocks = join_html(
        tag(
            "rect",
            x=chart.x.to_pixel(left),
            y=chart.y.to_pixel(count),
            width=round(max(chart.x.to_pixel(right) - chart.x.to_pixel(left) - 1, 0.5), 1),
            height=round(chart.y.to_pixel(0) - chart.y.to_pixel(count), 1),
            class_="am-block",
        )
        for left, right, count in zip(
            section.edges, section.edges[1:], section.counts, strict=False
        )
    )
    quantiles = "; ".join(
        f"{level:.0%} ≤ {format_number(value, 3)}"
        for level, value in zip(section.levels, section.quantiles, strict=True)
    )
    caption = _("Quantiles of the residuals: {quantiles}").format(quantiles=quantiles)
    svg = chart.draw([], title=title, desc=caption, more=blocks)
    rows = [
        (
            text(
                _("{low} to {high}").format(
                    low=format_number(left, 3), high=format_number(right, 3)
                )
            ),
            linked_briefly(f"{count:,}", link),
        )
        for left, right, count in zip(
            section.edges, section.edges[1:], section.counts, strict=False
        )
    ]
    data = data_table((_("Residual"), _("Rows")), rows, title, link=link)
    return figure(svg, caption, data, label=title)


def _deciles(section: Residuals, link: CellLink) -> str:
    title = _("Residual by prediction")
    bins = section.deciles
    centers = [(decile.low + decile.high) / 2 for decile in bins]
    ends = [v for decile in bins for v in (decile.middle_low, decile.middle_high)]
    chart = frame([*centers], [0.0, *ends], _("Prediction"), _("Residual"))
    medians = ", ".join(format_number(decile.median, 3) for decile in bins)
    svg = chart.draw(
        [
            Line((chart.x.low, chart.x.high), (0, 0), "am-dashed"),
            Line(centers, [decile.median for decile in bins], "am-best"),
        ],
        title=title,
        desc=_("Median residual by decile of the prediction: {medians}").format(medians=medians),
        band=(
            centers,
            [decile.middle_low for decile in bins],
            [decile.middle_high for decile in bins],
        ),
    )
    headings = (
        _("Prediction"),
        _("Rows"),
        _("Mean [95%]"),
        _("Median"),
        _("10th percentile"),
        _("90th percentile"),
        _("Mean absolute error"),
    )
    rows = [
        (
            text(
                _("{low} to {high}").format(
                    low=format_number(decile.low, 3), high=format_number(decile.high, 3)
                )
            ),
            linked_briefly(f"{decile.rows:,}", link),
            measure_html(decile.mean, link),
            *(
                linked_briefly(format_number(value, 3), link)
                for value in (
                    decile.median,
                    decile.middle_low,
                    decile.middle_high,
                    decile.mean_absolute,
                )
            ),
        )
        for decile in bins
    ]
    caption = (
        _("The line is the median residual by decile. The band contains the middle 80% of rows."),
        _("If the line leaves zero, such predictions are too high or too low."),
    )
    return figure(svg, " ".join(caption), data_table(headings, rows, title, link=link), label=title)


SECTION = ReportSection(
    record=Residuals,
    title=lambda: _("Residuals"),
    position=5,
    draw=residuals_section,
)
