"""The header of the explain app, with the report as a download."""

from __future__ import annotations

import base64

from automl_magic.display.html import block, tag, text
from automl_magic.display.translation import _
from automl_magic.pages.report import ExplainReport
from automl_magic.pages.report.page import report_header


def explain_header(report: ExplainReport) -> str:
    """Return the header of the app, with a link that downloads the report as one file."""
    explanation = report.explanation
    document = report.document
    encoded = base64.b64encode(document.encode("utf-8", "backslashreplace")).decode("ascii")
    label = _("Download the report ({n} MB, one HTML file)").format(n=f"{len(document) / 1e6:.1f}")
    download = tag(
        "a",
        text(label),
        href=f"data:text/html;base64,{encoded}",
        download=f"report-{explanation.of_run}.html",
        class_="am-button",
    )
    return block(
        report_header(explanation, report.notes),
        tag("p", download),
        tag("h2", text(_("What-if analysis"))),
        tag("p", text(_("Change a row to see how the prediction changes."))),
    )
