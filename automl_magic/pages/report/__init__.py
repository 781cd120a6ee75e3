"""The report of an explanation, as a page or as one static HTML file.

Each section of the report is one module in `sections`. Nothing is computed here.
"""

from automl_magic.pages.report.document import report_document
from automl_magic.pages.report.page import report_page
from automl_magic.pages.report.report import ExplainReport

__all__ = ["ExplainReport", "report_document", "report_page"]
