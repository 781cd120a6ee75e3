"""Calibration: how well the predicted probabilities match the observed frequencies."""

from __future__ import annotations

from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import data_table, figure
from automl_magic.pages.links import linked_briefly, linked_number
from automl_magic.pages.report.formatting import measure_html
from automl_magic.pages.report.lines import Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import Explanation
from automl_magic.records.explanations.evaluation import Calibration


def calibration_section(explanation: Explanation, section: Calibration) -> list[str]:
    """Return the section: the calibration curve with the interval of each bin."""
    link = explanation.link(section.cell_id)
    lead = (
        fill(
            _("The expected calibration error of {output} is {ece}."),
            output=text(section.of, 160),
            ece=measure_html(section.ece, link),
        ),
        fill(
            _(
                "The Brier score is {brier} (lower is better). Always predicting the class "
                "frequencies would score {baseline}."
            ),
            brier=measure_html(section.brier, link),
            baseline=linked_number(section.brier_of_shares, link, 3),
        ),
    )
    title = _("Calibration curve")
    chart = frame((), (), _("Predicted probability"), _("Observed frequency"), is_share=True)
    points = [(bin_.predicted, bin_.observed) for bin_ in section.bins]
    dots = join_html(
        tag(
            "line",
            x1=chart.x.to_pixel(bin_.predicted),
            x2=chart.x.to_pixel(bin_.predicted),
            y1=chart.y.to_pixel(bin_.observed_low),
            y2=chart.y.to_pixel(bin_.observed_high),
            class_="am-bar",
        )
        + tag(
            "circle",
            cx=chart.x.to_pixel(bin_.predicted),
            cy=chart.y.to_pixel(bin_.observed),
            r=4.5,
            class_="am-dot am-best",
        )
        for bin_ in section.bins
    )
    n_inside = sum(b.observed_low <= b.predicted <= b.observed_high for b in section.bins)
    desc = ngettext(
        "In {n} of {total} bin, the predicted probability is inside the 95% interval.",
        "In {n} of {total} bins, the predicted probability is inside the 95% interval.",
        len(section.bins),
    ).format(n=n_inside, total=len(section.bins))
    svg = chart.draw(
        [
            Line((0, 1), (0, 1), "am-dashed"),
            Line(
                [p for p, _observed in points], [o for _predicted, o in points], "am-best am-thin"
            ),
        ],
        title=title,
        desc=desc,
        more=dots,
    )
    headings = (
        _("Bin"),
        _("Rows"),
        _("Predicted"),
        _("Observed"),
        _("Low (95%)"),
        _("High (95%)"),
    )
    rows = [
        (
            text(
                _("{low} to {high}").format(
                    low=format_number(bin_.low, 2), high=format_number(bin_.high, 2)
                )
            ),
            linked_briefly(f"{bin_.rows:,}", link),
            *(
                linked_briefly(format_number(value, 3), link)
                for value in (bin_.predicted, bin_.observed, bin_.observed_low, bin_.observed_high)
            ),
        )
        for bin_ in section.bins
    ]
    caption = f"{desc} {_('The dashed line is perfect calibration.')}"
    data = data_table(headings, rows, title, link=link)
    return [" ".join(lead), figure(svg, caption, data, label=title)]


SECTION = ReportSection(
    record=Calibration,
    title=lambda: _("Probability calibration"),
    position=4,
    draw=calibration_section,
)
