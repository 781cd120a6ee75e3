"""The head of the explain app: what it is, and the report to take away."""

from __future__ import annotations

import base64

from automl_magic.look.html import block, tag
from automl_magic.pages.report import Report
from automl_magic.pages.report.page import report_header


def explain_head(report: Report) -> str:
    """Return the head of the app: where things are, and the whole report as one file."""
    told = report.told
    document = report.document
    file = base64.b64encode(document.encode("utf-8", "backslashreplace")).decode("ascii")
    download = tag(
        "a",
        f"Download the report ({len(document) / 1e6:.1f} MB, one HTML file)",
        href=f"data:text/html;base64,{file}",
        download=f"report-{told.of_run}.html",
        class_="am-button",
    )
    return block(
        report_header(told),
        tag("p", download),
        tag("h2", "What if a row were different?"),
        tag("p", "Change a row, and the model says what it makes of it."),
    )
